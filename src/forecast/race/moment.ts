import type { Arena, Contestant, Moment } from './arena.ts';
import { type State, stepOf } from './walk.ts';

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

/** The sums of a walk's states; of equal steps with another compensation only the one key differs. */
export function momentsOf(arena: Arena, parts: readonly Part[]): (state: State) => Moment {
  const known = new Map<number, Moment>();
  return ({ code, compensation }) => {
    let moment = known.get(code);
    if (moment === undefined) {
      moment = momentOf(arena, 0n, (index) => parts[stepOf(code, index)] as Part);
      known.set(code, moment);
    }
    return compensation === 0n ? moment : compensated(arena, moment, compensation);
  };
}

function compensated(arena: Arena, { used, hard }: Moment, compensation: bigint): Moment {
  const key = arena.compensatedKey;
  if (key === undefined) return { used, hard, compensation };
  return { used, hard: hard.with(key, (hard[key] as bigint) + compensation), compensation };
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
