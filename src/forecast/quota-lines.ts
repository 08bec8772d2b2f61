import { Quantity } from '../quantity/quantity.ts';
import { type ContestedArena, type ContestedKey, charged, outstandingPods } from './arena-of.ts';
import type { Candidate } from './candidate.ts';
import type { QuotaLine } from './forecast.ts';
import type { Moment } from './race/arena.ts';

/** A line with what the judgment of its cause needs. */
export interface JudgedLine extends QuotaLine {
  readonly key: ContestedKey;
  /** What Harvester adds to this key for the migration itself. */
  readonly scaleUp: Quantity;
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
      requested: Quantity.ofNanos(amounts.requested, requestFormat(key, candidate)),
      hard,
      hardAfterScaleUp: Quantity.ofNanos(moment.hard[position] as bigint, format),
      scaleUp: Quantity.ofNanos(scaleUps[position] ?? 0n, format),
    };
    return [shortBy > 0n ? { ...line, shortBy: Quantity.ofNanos(shortBy, format) } : line];
  });
}

interface ComparedAmounts {
  readonly used: bigint;
  readonly requested: bigint;
}

/**
 * Launcher and attachment pod are two requests: where the launcher fits and the attachment does not, it is the
 * attachment that the API server refuses, with the launcher already counted.
 */
function comparedAmounts(key: ContestedKey, candidate: Candidate, used: bigint, hard: bigint): ComparedAmounts {
  const [launcher, ...attachments] = outstandingPods(candidate);
  const launcherNeed = launcher === undefined ? 0n : charged(key, [launcher], 'created');
  const attachmentNeed = charged(key, attachments, 'created');
  if (attachmentNeed === 0n || used + launcherNeed > hard) return { used, requested: launcherNeed };
  if (used + launcherNeed + attachmentNeed <= hard) return { used, requested: launcherNeed + attachmentNeed };
  return { used: used + launcherNeed, requested: attachmentNeed };
}

function requestFormat(key: ContestedKey, candidate: Candidate): Quantity['format'] {
  return candidate.target.launcher.usage.get(key.resource)?.format ?? 'DecimalSI';
}
