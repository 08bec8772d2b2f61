import { Quantity } from '../quantity/quantity.ts';
import { type ContestedArena, type ContestedKey, charged, outstandingPods, scaleUpOn } from './arena-of.ts';
import type { Candidate } from './candidate.ts';
import type { QuotaLine } from './forecast.ts';
import type { Moment } from './race/arena.ts';
import type { ChargedPod } from './target-pod.ts';

/** A line with what the judgment of its cause needs. */
export interface JudgedLine extends QuotaLine {
  readonly key: ContestedKey;
  /** What Harvester adds to this key for the migration itself. */
  readonly scaleUp: Quantity;
  /** What it would add were the migration asked for now: a stored scale-up is of another time. */
  readonly freshScaleUp: Quantity;
  /** What is used before any pod of the migration, where `used` may hold its launcher already. */
  readonly usedBefore: Quantity;
  /** Of all pods of the migration, where `requested` is only of the one that is refused. */
  readonly need: Quantity;
}

/** The lines of one candidate at one moment: every quota key that its pods are charged for. */
export function quotaLines(arena: ContestedArena, index: number, candidate: Candidate, moment: Moment): JudgedLine[] {
  const scaleUps = arena.contestants[index]?.scaleUps ?? [];
  return arena.keys.flatMap((key, position) => {
    const amounts = comparedAmounts(key, candidate, moment.used[position] as bigint, moment.hard[position] as bigint);
    if (amounts.requested === 0n) return [];
    const shortBy = amounts.used + amounts.requested - (moment.hard[position] as bigint);
    const hard = key.facts.statusHard.get(key.resource) ?? key.hardKey.hard;
    const { format } = key.hardKey.hard;
    const line = {
      key,
      quota: key.quota,
      resource: key.resource,
      used: Quantity.ofNanos(amounts.used, key.facts.used.get(key.resource)?.format ?? format),
      requested: Quantity.ofNanos(amounts.requested, amounts.format),
      hard,
      hardAfterScaleUp: Quantity.ofNanos(moment.hard[position] as bigint, format),
      scaleUp: Quantity.ofNanos(scaleUps[position] ?? 0n, format),
      freshScaleUp: scaleUpOn(key, candidate.nextScaleUps) ?? Quantity.zero,
      usedBefore: Quantity.ofNanos(moment.used[position] as bigint, format),
      need: Quantity.ofNanos(charged(key, outstandingPods(candidate), 'created'), format),
    };
    return [shortBy > 0n ? { ...line, shortBy: Quantity.ofNanos(shortBy, format) } : line];
  });
}

interface ComparedAmounts {
  readonly used: bigint;
  readonly requested: bigint;
  /** The family that the API server would print `requested` in: that of the pod's own amount. */
  readonly format: Quantity['format'];
}

/**
 * Launcher and attachment pod are two requests: where the launcher fits and the attachment does not, it is the
 * attachment that the API server refuses, with the launcher already counted.
 */
function comparedAmounts(key: ContestedKey, candidate: Candidate, used: bigint, hard: bigint): ComparedAmounts {
  const [launcher, ...attachments] = outstandingPods(candidate);
  const launcherNeed = launcher === undefined ? 0n : charged(key, [launcher], 'created');
  const attachmentNeed = charged(key, attachments, 'created');
  const format = formatOf(key, launcher);
  if (attachmentNeed === 0n || used + launcherNeed > hard) return { used, requested: launcherNeed, format };
  if (used + launcherNeed + attachmentNeed <= hard) return { used, requested: launcherNeed + attachmentNeed, format };
  return { used: used + launcherNeed, requested: attachmentNeed, format: formatOf(key, attachments[0]) };
}

function formatOf({ resource }: ContestedKey, pod: ChargedPod | undefined): Quantity['format'] {
  return pod?.usage.get(resource)?.format ?? 'DecimalSI';
}

/** Whether both speak of the same key of the same quota. */
export function isSameKey(one: QuotaKey, other: QuotaKey): boolean {
  return one.quota === other.quota && one.resource === other.resource;
}

type QuotaKey = Pick<QuotaLine, 'quota' | 'resource'>;
