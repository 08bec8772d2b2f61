import { LIMITS_MEMORY } from '../harvester/names.ts';
import { quotaMatches } from '../kubernetes/quota-scope.ts';
import type { Quantity } from '../quantity/quantity.ts';
import type { Candidate, ScaleUps, Situation } from './candidate.ts';
import type { QuotaFacts } from './namespace-facts.ts';
import { type HardKey, hardKeys } from './quota-hard.ts';
import type { Arena, ArenaKey, Contestant } from './race/arena.ts';
import { type ChargedPod, podsOf } from './target-pod.ts';

/** An arena key with the facts it came from. */
export interface ContestedKey extends ArenaKey, Pick<HardKey, 'scaling'> {
  readonly facts: QuotaFacts;
  readonly hardKey: HardKey;
}

/** A key of a quota, as far as it tells what pods are charged. */
export interface ChargedKey {
  readonly resource: string;
  readonly facts: Pick<QuotaFacts, 'quota'>;
}

export interface ContestedArena extends Arena {
  readonly keys: readonly ContestedKey[];
}

/** An object that was counted stays counted there: an ended launcher pod is kept until its VMI goes. */
const OBJECT_COUNT = 'count/pods';

/**
 * Puts candidates into an arena: every quota key that one of their outstanding pods is charged for, with the sums as
 * they stand. `leaving` are pods that will end by themselves.
 */
export function arenaOf(
  situation: Situation,
  candidates: readonly Candidate[],
  leaving: readonly ChargedPod[],
): ContestedArena {
  const contested = new Set(candidates.flatMap(({ vmi }) => [vmi.metadata.uid ?? '', vmi.metadata.name]));
  for (const vmi of situation.namespace.ending) contested.add(vmi);
  const keys = situation.namespace.quotas.flatMap((facts) =>
    hardKeys(situation, facts, contested).flatMap((hardKey) => {
      const key = contestedKey(facts, hardKey, candidates);
      return candidates.some((candidate) => need(key, candidate) > 0n) ? [key] : [];
    }),
  );
  const compensatedKey = compensatedIndex(situation, keys, candidates);
  const { queue } = situation;
  const contestants = candidates.map((candidate) => {
    const contestant = contestantOf(keys, candidate);
    return queue?.vmis.has(candidate.vmi.metadata.name) ? { ...contestant, queues: true } : contestant;
  });
  if (leaving.length > 0) contestants.push(leavingContestant(keys, leaving));
  return {
    keys,
    contestants,
    compensatedKey,
    compensation: compensatedKey === undefined ? 0n : (situation.scaled[0]?.stored.compensation.nanos ?? 0n),
    ...(queue === undefined ? {} : { mostRunning: queue.mostRunning }),
  };
}

function contestedKey(facts: QuotaFacts, hardKey: HardKey, candidates: readonly Candidate[]): ContestedKey {
  const { resource, hard, scaling } = hardKey;
  const counted = facts.used.get(resource)?.nanos ?? 0n;
  const key = { quota: facts.quota.metadata.name, resource, used: counted, hard: hard.nanos, scaling, facts, hardKey };
  const coming = candidates.flatMap((candidate) => candidate.coming);
  return coming.length === 0 ? key : { ...key, used: counted + charged(key, coming, 'created') };
}

function compensatedIndex(
  { scaled }: Situation,
  keys: readonly ContestedKey[],
  candidates: readonly Candidate[],
): number | undefined {
  if (candidates.every((candidate) => candidate.memoryNeed === undefined)) return undefined;
  const index = keys.findIndex((key) => key.facts === scaled[0] && key.resource === LIMITS_MEMORY);
  return index === -1 ? undefined : index;
}

function contestantOf(keys: readonly ContestedKey[], candidate: Candidate): Contestant {
  return {
    start: candidate.start,
    needs: keys.map((key) => need(key, candidate)),
    scaleUps: keys.map((key) => scaleUpOn(key, candidate.scaleUps)?.nanos ?? 0n),
    sources: keys.map((key) => charged(key, candidate.sources ?? [], 'settled')),
    compensationNeed: candidate.memoryNeed?.nanos,
  };
}

function leavingContestant(keys: readonly ContestedKey[], leaving: readonly ChargedPod[]): Contestant {
  const nothing = keys.map(() => 0n);
  const sources = keys.map((key) => charged(key, leaving, 'settled'));
  return { start: 'lingering', needs: nothing, scaleUps: nothing, sources, compensationNeed: undefined };
}

function need(key: ContestedKey, candidate: Candidate): bigint {
  return charged(key, outstandingPods(candidate), 'created');
}

/** What still has to be created for a migration; the target of one that runs is counted in `used` already. */
export function outstandingPods(candidate: Candidate): readonly ChargedPod[] {
  return candidate.start === 'running' ? [] : podsOf(candidate.target);
}

/** What a quota key counts of pods when they are created, or stops counting when they have ended. */
export function charged(key: ChargedKey, pods: readonly ChargedPod[], when: 'created' | 'settled'): bigint {
  if (when === 'settled' && key.resource === OBJECT_COUNT) return 0n;
  let sum = 0n;
  for (const { spec, usage } of pods) {
    const amount = usage.get(key.resource);
    if (amount !== undefined && amount.nanos > 0n && quotaMatches(key.facts.quota, spec)) sum += amount.nanos;
  }
  return sum;
}

/** What a migration adds to the key; undefined where nothing scales it, or nothing of the VM goes into it. */
export function scaleUpOn({ scaling, quota, resource }: ContestedKey, scaleUps: ScaleUps): Quantity | undefined {
  return scaling === 'scaled' ? scaleUps.get(quota)?.get(resource) : undefined;
}
