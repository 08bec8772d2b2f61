import { missingSpecifications } from '../kubernetes/quota-admission.ts';
import { quotaMatches } from '../kubernetes/quota-scope.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import { noResources, type ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { Quantity } from '../quantity/quantity.ts';
import { arenaOf, type ContestedArena } from './arena-of.ts';
import { type Candidate, candidateFor, NOT_SCALED, type Situation } from './candidate.ts';
import { causeOf, causeOfStart } from './causes.ts';
import type { KnownVerdict, QuotaLine } from './forecast.ts';
import { nextMigration, settledUse } from './next-migration.ts';
import { isSameKey, type JudgedLine, quotaLines } from './quota-lines.ts';
import type { Outcome } from './race/arena.ts';
import { raceOutcomes } from './race/race.ts';
import { type Shortfall, shortfallsOf } from './shortfalls.ts';
import type { RefusedPod, TargetPod } from './target-pod.ts';
import { verdictOf } from './verdict-of.ts';

/** A verdict with its arithmetic, before remedies and words. */
export interface Assessment {
  readonly verdict: KnownVerdict;
  readonly atBest?: KnownVerdict;
  readonly next?: 'exceeds';
  readonly needsScaleUp: boolean;
  readonly needsCompensation: boolean;
  readonly lines: readonly QuotaLine[];
  /** What is missing for it, and what would be missing for the migration after it. */
  readonly shortfalls: readonly Shortfall[];
  /** The lines of the migration after this one, where that one exceeds. */
  readonly nextLines: readonly QuotaLine[];
  readonly nextShortfalls: readonly Shortfall[];
  readonly target: ResourceList;
  readonly pod: TargetPod | undefined;
  readonly vmi: VirtualMachineInstance | undefined;
  readonly refused: RefusedPod | undefined;
  /** Of a start: Harvester's own refusal, which comes before any pod is tried. */
  readonly harvesterRefusal?: string;
}

/**
 * Assesses the migrations of `asked` VMIs as one set, together with those that are under way in their namespace.
 * The result is parallel to `asked`.
 */
export function assessSet(
  situation: Situation,
  asked: readonly string[],
  release: (vmi: string) => KubeVirtRelease,
): readonly Assessment[] {
  const names = [...new Set([...asked, ...underWayNames(situation)])];
  const drawn = new Map(names.map((name) => [name, drawCandidate(situation, name, release)]));
  const standing = standingOf(situation, [...drawn.values()].filter(isCandidate));
  const indexes = new Map(standing.candidates.map((candidate, index) => [candidate, index]));
  return asked.map((name) => {
    const one = drawn.get(name);
    if (one === undefined) throw new Error(`no VMI ${name} among the facts`);
    return 'kind' in one ? refusal(one) : assessed(standing, indexes.get(one) as number);
  });
}

/** Assesses the start of a stopped VM: no scale-up and no compensation is for it, but it may use what others lend. */
export function assessStart(situation: Situation, vmi: VirtualMachineInstance, release: KubeVirtRelease): Assessment {
  const drawn = candidateFor(situation, vmi, release);
  if ('kind' in drawn) return refusal(drawn);
  const starting: Candidate = { ...drawn, ...NOT_SCALED };
  const others = underWayNames(situation)
    .filter((name) => name !== vmi.metadata.name)
    .map((name) => drawCandidate(situation, name, () => release));
  const assessment = assessed(standingOf(situation, [starting, ...others.filter(isCandidate)]), 0);
  return { ...assessment, lines: assessment.lines.map((line) => withStartCause(line, starting)) };
}

function isCandidate(drawn: Candidate | RefusedPod | undefined): drawn is Candidate {
  return drawn !== undefined && !('kind' in drawn);
}

function withStartCause(line: QuotaLine, candidate: Candidate): QuotaLine {
  const { shortBy } = line;
  return shortBy === undefined ? line : { ...line, cause: causeOfStart(line.resource, shortBy, candidate) };
}

function underWayNames({ namespace }: Situation): string[] {
  return namespace.underWay.map((migration) => migration.spec.vmiName).filter((name) => namespace.vmis.has(name));
}

function drawCandidate(
  situation: Situation,
  name: string,
  release: (vmi: string) => KubeVirtRelease,
): Candidate | RefusedPod | undefined {
  const vmi = situation.namespace.vmis.get(name);
  return vmi === undefined ? undefined : candidateFor(situation, vmi, release(name));
}

function refusal(refused: RefusedPod): Assessment {
  return {
    verdict: 'exceeds',
    needsScaleUp: false,
    needsCompensation: false,
    lines: [],
    shortfalls: [],
    nextLines: [],
    nextShortfalls: [],
    target: noResources,
    pod: undefined,
    vmi: undefined,
    refused,
  };
}

interface Standing {
  readonly situation: Situation;
  readonly arena: ContestedArena;
  readonly candidates: readonly Candidate[];
  /** Parallel to the candidates. */
  readonly outcomes: readonly Outcome[];
  /** Reckoned once for all of them, where one of them asks. */
  readonly settledUse: () => readonly bigint[];
}

function standingOf(situation: Situation, candidates: readonly Candidate[]): Standing {
  const arena = arenaOf(situation, candidates, situation.namespace.leaving);
  let used: readonly bigint[] | undefined;
  const settled = (): readonly bigint[] => {
    used ??= settledUse(arena, candidates);
    return used;
  };
  return { situation, arena, candidates, outcomes: raceOutcomes(arena), settledUse: settled };
}

function assessed(standing: Standing, index: number): Assessment {
  const { situation, arena } = standing;
  const candidate = standing.candidates[index] as Candidate;
  const outcome = standing.outcomes[index] as Outcome;
  const lines = quotaLines(arena, index, candidate, outcome.worst);
  const unspecified = unspecifiedLines(situation, candidate);
  const { verdict, atBest } = unspecified.length > 0 ? { verdict: 'exceeds' as const } : verdictOf(outcome);
  const next =
    verdict === 'fits' || verdict === 'waits' ? nextMigration(arena, candidate, standing.settledUse) : undefined;
  const following = next?.exceeds === true ? quotaLines(arena, index, candidate, next.worst) : [];
  return {
    verdict,
    ...(atBest === undefined ? {} : { atBest }),
    ...(next?.exceeds === true ? { next: 'exceeds' as const } : {}),
    needsScaleUp: verdict !== 'exceeds' && lines.some(isCarriedByScaleUp),
    needsCompensation: verdict !== 'exceeds' && outcome.compensated,
    lines: mergedLines(
      unspecified,
      lines.map((line) => withCause(line, candidate)),
    ),
    shortfalls: shortfallsOf(situation, candidate, lines, outcome.worst.compensation),
    nextLines: following.map((line) => withCause(line, candidate)),
    nextShortfalls: shortfallsOf(situation, candidate, following, next?.worst.compensation ?? 0n),
    target: candidate.target.launcher.usage,
    pod: candidate.target,
    vmi: candidate.vmi,
    refused: undefined,
  };
}

/** A key that must be stated and is also short is one line, with the figures and the first cause. */
function mergedLines(unspecified: readonly QuotaLine[], lines: readonly QuotaLine[]): readonly QuotaLine[] {
  const counted = lines.map((line): QuotaLine => {
    return unspecified.some((one) => isSameKey(one, line)) ? { ...line, cause: 'no-limits' } : line;
  });
  return [...unspecified.filter((one) => !lines.some((line) => isSameKey(one, line))), ...counted];
}

function isCarriedByScaleUp({ used, requested, hardAfterScaleUp, scaleUp }: JudgedLine): boolean {
  return scaleUp.isPositive() && used.add(requested).exceeds(hardAfterScaleUp.subtract(scaleUp));
}

function withCause(judged: JudgedLine, candidate: Candidate): QuotaLine {
  const { quota, resource, used, requested, hard, hardAfterScaleUp, shortBy } = judged;
  const line = { quota, resource, used, requested, hard, hardAfterScaleUp };
  return shortBy === undefined ? line : { ...line, shortBy, cause: causeOf(judged, candidate) };
}

/** Keys that a quota demands of every container and that some container of the pod does not state. */
function unspecifiedLines({ namespace }: Situation, candidate: Candidate): QuotaLine[] {
  if (candidate.start === 'running') return [];
  const { spec } = candidate.target.launcher;
  return namespace.quotas.flatMap(({ quota, statusHard, used }) => {
    if (!quotaMatches(quota, spec)) return [];
    return missingSpecifications(quota, spec).map(({ resource }): QuotaLine => {
      const hard = statusHard.get(resource) ?? Quantity.zero;
      const amounts = {
        used: used.get(resource) ?? Quantity.zero,
        requested: Quantity.zero,
        hard,
        hardAfterScaleUp: hard,
      };
      return { quota: quota.metadata.name, resource, ...amounts, cause: 'no-limits' };
    });
  });
}
