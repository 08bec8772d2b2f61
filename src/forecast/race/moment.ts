import type { Arena, Contestant, Moment } from './arena.ts';

/** What a contestant adds to the sums at some step of its migration. */
export interface Part {
  readonly scaleUp: 'in-quota' | 'not-in-quota';
  readonly target: 'counted' | 'not-counted';
  readonly source: 'counted' | 'gone';
}

/** The sums when each contestant takes the part that `partOf` says. */
export function momentOf(arena: Arena, compensation: bigint, partOf: (index: number) => Part): Moment {
  const used = arena.keys.map((key) => key.used);
  const hard = arena.keys.map((key) => key.hard);
  arena.contestants.forEach((contestant, index) => {
    const part = partOf(index);
    if (part.scaleUp === 'in-quota') addTo(hard, contestant.scaleUps);
    if (part.target === 'counted' && isOutstanding(contestant)) addTo(used, contestant.needs);
    if (part.source === 'gone') takeFrom(used, contestant.sources);
  });
  const key = arena.compensatedKey;
  if (key !== undefined) hard[key] = (hard[key] as bigint) + compensation;
  return { used, hard, compensation };
}

/** Whether the contestant's target pod is still to be created; that of a running migration is in `used` already. */
export function isOutstanding({ start }: Contestant): boolean {
  return start === 'asked' || start === 'pending';
}

function addTo(sums: bigint[], amounts: readonly bigint[]): void {
  for (let key = 0; key < sums.length; key += 1) sums[key] = (sums[key] as bigint) + (amounts[key] as bigint);
}

function takeFrom(sums: bigint[], amounts: readonly bigint[]): void {
  for (let key = 0; key < sums.length; key += 1) sums[key] = (sums[key] as bigint) - (amounts[key] as bigint);
}
