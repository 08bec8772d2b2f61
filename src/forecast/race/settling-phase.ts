import { type Arena, type Contestant, fitsAt, type Moment } from './arena.ts';
import type { HeldEnd } from './held-phase.ts';
import { momentOf, type Part } from './moment.ts';

/** How far one contestant is once migrations are allowed to end. */
const PENDING = 0;
const RUNNING = 1;
const SCALED_DOWN = 2; // over: the scale-up is gone, the source pod still counts
const SOURCE_GONE = 3; // the source pod is gone, the scale-up is still there
const SETTLED = 4;

/** What each step adds to the sums. */
const PARTS: readonly Part[] = [
  { scaleUp: 'in-quota', target: 'not-counted', source: 'counted' },
  { scaleUp: 'in-quota', target: 'counted', source: 'counted' },
  { scaleUp: 'not-in-quota', target: 'counted', source: 'counted' },
  { scaleUp: 'in-quota', target: 'counted', source: 'gone' },
  { scaleUp: 'not-in-quota', target: 'counted', source: 'gone' },
];

export interface Settling {
  /** As bit sets: contestants that some order admits, and those that some order leaves refused for ever. */
  readonly admittedInSome: number;
  readonly stuckInSome: number;
  /** For each contestant that can stay refused, the sums of one such end. */
  readonly stuckAt: ReadonlyMap<number, Moment>;
}

interface State {
  readonly steps: readonly number[];
  readonly compensation: bigint;
}

/**
 * Every order in which admitted migrations end and refused ones are retried, from each end of the held phase.
 *
 * Whether the source pod's use or the scale-up goes first is a race, and every quota update retries the refused ones, so
 * a lucky moment can admit what the settled namespace would not. Harvester deletes compensation with the first scale-up
 * that goes and never reckons it anew (harvester 1.9 vmim_controller restoreResourceQuota).
 */
export function settlingPhase(arena: Arena, ends: readonly HeldEnd[]): Settling {
  const open = ends.map((end) => firstState(arena, end));
  const seen = new Set<string>();
  const stuckAt = new Map<number, Moment>();
  let admittedInSome = 0;
  let stuckInSome = 0;
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const label = `${state.steps.join('')}:${state.compensation}`;
    if (seen.has(label)) continue;
    seen.add(label);
    const moment = settlingMoment(arena, state);
    const following = followingStates(arena, state, moment);
    open.push(...following);
    state.steps.forEach((step, index) => {
      if (step !== PENDING) admittedInSome |= 1 << index;
      else if (following.length === 0) {
        stuckInSome |= 1 << index;
        stuckAt.set(index, moment);
      }
    });
  }
  return { admittedInSome, stuckInSome, stuckAt };
}

function firstState(arena: Arena, end: HeldEnd): State {
  const steps = arena.contestants.map((contestant, index) => {
    if (contestant.start === 'lingering') return SCALED_DOWN;
    return (end.admitted & (1 << index)) === 0 ? PENDING : RUNNING;
  });
  return { steps, compensation: end.moment.compensation };
}

function followingStates(arena: Arena, state: State, moment: Moment): State[] {
  return state.steps.flatMap((step, index) => followingSteps(arena, state, index, moment)[step]?.() ?? []);
}

/** What can happen to one contestant at each of its steps. */
function followingSteps(arena: Arena, state: State, index: number, moment: Moment): readonly (() => State[])[] {
  const contestant = arena.contestants[index] as Contestant;
  return [
    () => (fitsAt(moment, contestant.needs) ? [moved(state, index, RUNNING)] : []),
    () => [scaledDown(state, index, SCALED_DOWN, contestant), moved(state, index, SOURCE_GONE)],
    () => [moved(state, index, SETTLED)],
    () => [scaledDown(state, index, SETTLED, contestant)],
    () => [],
  ];
}

function moved(state: State, index: number, step: number): State {
  return { steps: state.steps.with(index, step), compensation: state.compensation };
}

function scaledDown(state: State, index: number, step: number, contestant: Contestant): State {
  const hadScaleUp = contestant.scaleUps.some((amount) => amount > 0n);
  return { steps: state.steps.with(index, step), compensation: hadScaleUp ? 0n : state.compensation };
}

function settlingMoment(arena: Arena, state: State): Moment {
  return momentOf(arena, state.compensation, (index) => PARTS[state.steps[index] as number] as Part);
}
