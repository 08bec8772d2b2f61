import { type Arena, type Contestant, fitsAt, type Moment } from './arena.ts';
import { ENDING_PARTS, endingStates, SCALED_DOWN_AFTER } from './ending.ts';
import type { HeldEnd } from './held-phase.ts';
import { momentsOf, type Part } from './moment.ts';
import { packedSteps, type State, stepOf, walk, withStep } from './walk.ts';

/** How far one contestant is once migrations are allowed to end. */
const PENDING = 0;
const RUNNING = 1;

/** What each step adds to the sums. */
const PARTS: readonly Part[] = [{ scaleUp: 'in-quota', target: 'not-counted', source: 'counted' }, ...ENDING_PARTS];

export interface Settling {
  /** As bit sets: contestants that some order admits, and those that some order leaves refused for ever. */
  readonly admittedInSome: number;
  readonly stuckInSome: number;
  /** For each contestant that can stay refused, the sums of one such end. */
  readonly stuckAt: ReadonlyMap<number, Moment>;
}

/**
 * Every order in which admitted migrations end and refused ones are retried, from each end of the held phase.
 *
 * Whether the source pod's use or the scale-up goes first is a race, and every quota update retries the refused ones, so
 * a lucky moment can admit what the settled namespace would not. Harvester deletes compensation with the first scale-up
 * that goes and never reckons it anew (harvester 1.9 vmim_controller restoreResourceQuota).
 */
export function settlingPhase(arena: Arena, ends: readonly HeldEnd[]): Settling {
  const momentAt = momentsOf(arena, PARTS);
  const stuckAt = new Map<number, Moment>();
  let admittedInSome = 0;
  let stuckInSome = 0;
  const first = ends.map((end) => firstState(arena, end));
  walk(first, (state) => {
    const moment = momentAt(state);
    const following = arena.contestants.flatMap((one, index) => followingStates(state, index, one, moment));
    const pending = pendingSet(arena, state);
    admittedInSome |= ~pending;
    if (following.length > 0) return following;
    stuckInSome |= pending;
    arena.contestants.forEach((_, index) => {
      if ((pending & (1 << index)) !== 0) stuckAt.set(index, moment);
    });
    return following;
  });
  return { admittedInSome, stuckInSome, stuckAt };
}

function firstState(arena: Arena, end: HeldEnd): State {
  const steps = arena.contestants.map((contestant, index) => {
    if (contestant.start === 'lingering') return RUNNING + SCALED_DOWN_AFTER;
    return (end.admitted & (1 << index)) === 0 ? PENDING : RUNNING;
  });
  return { code: packedSteps(steps), compensation: end.moment.compensation };
}

/** What can happen next to one contestant. */
function followingStates(state: State, index: number, contestant: Contestant, moment: Moment): State[] {
  if (stepOf(state.code, index) >= RUNNING) return endingStates(state, index, contestant, RUNNING);
  return fitsAt(moment, contestant.needs) ? [withStep(state, index, RUNNING)] : [];
}

function pendingSet(arena: Arena, { code }: State): number {
  return arena.contestants.reduce((set, _, index) => (stepOf(code, index) === PENDING ? set | (1 << index) : set), 0);
}
