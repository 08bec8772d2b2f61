import { compensationAmount } from '../harvester/compensation.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { Demand } from './room-demand.ts';
import type { RoomKey } from './room-keys.ts';

/** What may be asked of a VM: its next migration, one after others of the namespace have moved, a restart. */
export type Step = 'next' | 'later' | 'restart';

/** Steps that fit, as a set of bits: a namespace has many VMs and keys, and all of them must agree. */
export type Steps = number;
export const NO_STEP: Steps = 0;
export const STEPS: Readonly<Record<Step, Steps>> = { next: 1, later: 2, restart: 4 };
/** The two migrations once more, with Harvester's compensation counted as room. */
export const HELPED: Readonly<Record<Step, Steps>> = { next: 8, later: 16, restart: STEPS.restart };
export const EVERY_STEP: Steps = 31;
export const PLAIN_STEPS: Steps = STEPS.next | STEPS.later | STEPS.restart;

/** What one VM needs of one key: the least base for each step, in nanos. */
export interface KeyNeed {
  readonly fits: Steps;
  /** The base with which every step fits without compensation. */
  readonly base: bigint;
}

/** What the start of a stopped VM needs, by itself, as things are. All of its steps are that one. */
export function startNeed(key: RoomKey, demand: Demand): KeyNeed {
  if (demand.asks === 0n) return { fits: EVERY_STEP, base: 0n };
  const { base, fits } = restarting(key, demand, key.used);
  return { fits: fits ? EVERY_STEP : NO_STEP, base };
}

/**
 * `highest` is the most that the namespace uses on the way to where every VM has been moved, in any order: all that grow
 * have moved, none that shrinks.
 */
export function keyNeed(key: RoomKey, demand: Demand, highest: bigint): KeyNeed {
  if (demand.asks === 0n) return { fits: EVERY_STEP, base: 0n };
  const grows = demand.asks - demand.frees;
  const others = highest - (grows > 0n ? grows : 0n);
  const next = migrating(key, demand, { used: key.used, lent: demand.lentNext });
  const first = migrating(key, demand, { used: others, lent: demand.lentNext });
  const second = migrating(key, demand, { used: others + grows, lent: demand.lent });
  const restart = restarting(key, demand, others);
  const later = larger(first.base, second.base);
  const fits =
    (next.base <= key.base ? STEPS.next : 0) |
    (later <= key.base ? STEPS.later : 0) |
    (restart.fits ? STEPS.restart : 0) |
    (next.isHelped ? HELPED.next : 0) |
    (first.isHelped && second.isHelped ? HELPED.later : 0);
  return { fits, base: larger(later, restart.base) };
}

interface Moment {
  readonly used: bigint;
  readonly lent: bigint;
}

function migrating(
  key: RoomKey,
  { asks, ownLeaked, compensationNeed }: Demand,
  { used, lent }: Moment,
): { readonly base: bigint; readonly isHelped: boolean } {
  const room = key.leaked - ownLeaked + lent;
  const base = used + asks - room;
  if (base <= key.base || compensationNeed === undefined) return { base, isHelped: base <= key.base };
  const hard = Quantity.ofNanos(key.base + room);
  const compensation = compensationAmount({
    used: Quantity.ofNanos(used),
    need: Quantity.ofNanos(compensationNeed),
    hard,
  });
  return { base, isHelped: compensation !== undefined && base - compensation.nanos <= key.base };
}

/** The quota as it is when nothing migrates, and Harvester's own check before it. */
function restarting(
  key: RoomKey,
  { asks, frees, ownLeaked, startNeed }: Demand,
  others: bigint,
): { readonly base: bigint; readonly fits: boolean } {
  const without = others - frees;
  const base = without + asks - (key.leaked - ownLeaked);
  if (key.startLimit === undefined || startNeed === undefined) return { base, fits: base <= key.base };
  const checked = without + startNeed - key.startLeaked;
  return { base: larger(base, checked), fits: base <= key.base && checked <= key.startLimit };
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
