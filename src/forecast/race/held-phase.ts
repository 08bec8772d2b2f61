import { compensationAmount } from '../../harvester/compensation.ts';
import { Quantity } from '../../quantity/quantity.ts';
import { type Arena, type Contestant, fitsAt, type Moment } from './arena.ts';
import { momentsOf, type Part } from './moment.ts';
import { packedSteps, type State, stepOf, walk, withStep } from './walk.ts';

/** How far one contestant is while everything admitted is kept running. */
const ASKED = 0; // not scaled up yet; KubeVirt may try its pod already
const SCALED = 1; // its scale-up is in the quota, Harvester's one look at its refusal is still to come
const JUDGED = 2; // Harvester has looked once; no event makes it look again
const ADMITTED = 3; // target pod created before the scale-up was there
const RUNNING = 4; // target pod created, scale-up in the quota

/** What each step adds to the sums; nobody's source pod goes before the migrations may end. */
const PARTS: readonly Part[] = [
  { scaleUp: 'not-in-quota', target: 'not-counted', source: 'counted' },
  { scaleUp: 'in-quota', target: 'not-counted', source: 'counted' },
  { scaleUp: 'in-quota', target: 'not-counted', source: 'counted' },
  { scaleUp: 'not-in-quota', target: 'counted', source: 'counted' },
  { scaleUp: 'in-quota', target: 'counted', source: 'counted' },
];

const FIRST_STEP = { asked: ASKED, pending: SCALED, running: RUNNING, lingering: RUNNING } as const;

/** An end of the held phase: nobody who is still pending fits. `admitted` is a bit set of contestants. */
export interface HeldEnd {
  readonly admitted: number;
  readonly moment: Moment;
}

export interface HeldPhase {
  readonly ends: readonly HeldEnd[];
  /** Contestants with an admission that needed compensation, as a bit set. */
  readonly compensated: number;
}

/**
 * Every way in which the pending migrations can be scaled up, looked at and admitted while none of them ends.
 *
 * Which refused migration is retried first, when Harvester's annotation arrives and when its compensation is reckoned
 * are races between three controllers (KubeVirt 1.1-1.9 watch/migration, Harvester vmim_controller), so all orders count.
 */
export function heldPhase(arena: Arena): HeldPhase {
  const steps = arena.contestants.map((contestant) => firstStep(arena, contestant));
  const momentAt = momentsOf(arena, PARTS);
  const ends: HeldEnd[] = [];
  let compensated = 0;
  walk([{ code: packedSteps(steps), compensation: arena.compensation }], (state) => {
    const moment = momentAt(state);
    const following = arena.contestants.flatMap((contestant, index) => {
      const admitted = admittedState(state, index, contestant, moment);
      if (admitted !== undefined && needsCompensation(arena, contestant, moment)) compensated |= 1 << index;
      const others = otherStates(arena, state, index, moment);
      return admitted === undefined ? others : [admitted, ...others];
    });
    if (following.length === 0) ends.push({ admitted: admittedSet(arena, state), moment });
    return following;
  });
  return { ends, compensated };
}

function firstStep(arena: Arena, contestant: Contestant): number {
  const step = FIRST_STEP[contestant.start];
  // Without compensation the order of scale-ups changes no end: all of them are there before anybody gives up.
  return step === ASKED && arena.compensatedKey === undefined ? JUDGED : step;
}

function admittedState(state: State, index: number, { needs }: Contestant, moment: Moment): State | undefined {
  const step = stepOf(state.code, index);
  if (step >= ADMITTED || !fitsAt(moment, needs)) return undefined;
  return withStep(state, index, step === ASKED ? ADMITTED : RUNNING);
}

/** What else can happen to one contestant: its scale-up arrives, or Harvester looks at its refusal. */
function otherStates(arena: Arena, state: State, index: number, moment: Moment): State[] {
  switch (stepOf(state.code, index)) {
    case ASKED:
      return [withStep(state, index, SCALED)];
    case ADMITTED:
      return [withStep(state, index, RUNNING)];
    case SCALED:
      return judgedStates(arena, state, index, moment);
    default:
      return [];
  }
}

/** Whether the pod fits only thanks to the compensation that is in the quota. */
function needsCompensation(arena: Arena, { needs }: Contestant, { used, hard, compensation }: Moment): boolean {
  const key = arena.compensatedKey;
  if (key === undefined || compensation === 0n) return false;
  const need = needs[key] as bigint;
  return need > 0n && (used[key] as bigint) + need > (hard[key] as bigint) - compensation;
}

/** Harvester's one look at a refused migration; it writes nothing where its own sum (without sidecars) fits. */
function judgedStates(arena: Arena, state: State, index: number, moment: Moment): State[] {
  const contestant = arena.contestants[index] as Contestant;
  const passedOver = withStep(state, index, JUDGED);
  const judged = { ...passedOver, compensation: compensationAt(arena, contestant, moment) ?? state.compensation };
  // One that was under way before may have been looked at before.
  return contestant.start === 'pending' ? [judged, passedOver] : [judged];
}

/** The new amount replaces the old one, which `hard` still includes: it can make the quota smaller. */
export function compensationAt(arena: Arena, contestant: Contestant, moment: Moment): bigint | undefined {
  const key = arena.compensatedKey;
  if (key === undefined || contestant.compensationNeed === undefined) return undefined;
  return compensationAmount({
    used: Quantity.ofNanos(moment.used[key] as bigint),
    need: Quantity.ofNanos(contestant.compensationNeed),
    hard: Quantity.ofNanos(moment.hard[key] as bigint),
  })?.nanos;
}

function admittedSet(arena: Arena, { code }: State): number {
  return arena.contestants.reduce((set, _, index) => (stepOf(code, index) >= ADMITTED ? set | (1 << index) : set), 0);
}
