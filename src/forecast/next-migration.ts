import { type ContestedArena, charged, scaleUpOn } from './arena-of.ts';
import type { Candidate } from './candidate.ts';
import type { Arena, Contestant, Moment } from './race/arena.ts';
import { isOutstanding } from './race/moment.ts';
import { raceOutcomes } from './race/race.ts';
import { podsOf } from './target-pod.ts';

/** What the migration after this one would meet. */
export interface NextMigration {
  readonly exceeds: boolean;
  /** The sums of its refusal, parallel to the keys of the arena. */
  readonly worst: Moment;
}

/**
 * Forecasts the same VM's next migration, once everything in the arena has settled: source pods gone, target pods
 * running, scale-ups and compensation removed. Undefined where the running pod is not known, for then nobody can say
 * by how much the namespace's use changes. `settled` is what is used then, parallel to the keys of the arena.
 */
export function nextMigration(
  arena: ContestedArena,
  candidate: Candidate,
  settled: () => readonly bigint[],
): NextMigration | undefined {
  if (candidate.sources === undefined || candidate.start === 'running') return undefined;
  const used = settled();
  const pods = podsOf(candidate.target);
  const needs = arena.keys.map((key) => charged(key, pods, 'created'));
  const contestant: Contestant = {
    start: 'asked',
    needs,
    scaleUps: arena.keys.map((key) => scaleUpOn(key, candidate.nextScaleUps)?.nanos ?? 0n),
    sources: arena.keys.map((key) => charged(key, pods, 'settled')),
    compensationNeed: candidate.memoryNeed?.nanos,
  };
  const keys = arena.keys.map((key, index) => ({ ...key, used: used[index] as bigint }));
  const next: Arena = { keys, contestants: [contestant], compensatedKey: arena.compensatedKey, compensation: 0n };
  const [outcome] = raceOutcomes(next);
  return outcome === undefined ? undefined : { exceeds: !outcome.settlesPossibly, worst: outcome.worst };
}

/** What is used once everything in the arena has settled, parallel to its keys. */
export function settledUse(arena: ContestedArena, candidates: readonly Candidate[]): readonly bigint[] {
  return arena.keys.map((key, index) => {
    let used = key.used;
    arena.contestants.forEach((contestant, position) => {
      const outstanding = isOutstanding(contestant);
      // Where the source is not known, the best guess is that it is as large as the target.
      const unknownSource = outstanding && candidates[position]?.sources === undefined;
      if (outstanding && !unknownSource) used += contestant.needs[index] as bigint;
      used -= contestant.sources[index] as bigint;
    });
    return used;
  });
}
