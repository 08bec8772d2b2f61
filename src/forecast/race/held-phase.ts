import { COMPENSATION_MARGIN } from '../../harvester/compensation.ts';
import { type Arena, type Contestant, fitsAt, type Moment } from './arena.ts';
import { momentOf, type Part } from './moment.ts';

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

interface State {
  readonly steps: readonly number[];
  readonly compensation: bigint;
}

const FIRST_STEP = { asked: ASKED, pending: SCALED, running: RUNNING, lingering: RUNNING } as const;

/**
 * Every way in which the pending migrations can be scaled up, looked at and admitted while none of them ends.
 *
 * Which refused migration is retried first, when Harvester's annotation arrives and when its compensation is reckoned
 * are races between three controllers (KubeVirt 1.1-1.9 watch/migration, Harvester vmim_controller), so all orders count.
 */
export function heldPhase(arena: Arena): HeldPhase {
  const first: State = {
    steps: arena.contestants.map((contestant) => firstStep(arena, contestant)),
    compensation: arena.compensation,
  };
  const seen = new Set<string>();
  const ends = new Map<string, HeldEnd>();
  const open = [first];
  let compensated = 0;
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const label = `${state.steps.join('')}:${state.compensation}`;
    if (seen.has(label)) continue;
    seen.add(label);
    const moment = heldMoment(arena, state);
    const following = followingStates(arena, state, moment);
    for (const { state: next, rescued } of following) {
      compensated |= rescued;
      open.push(next);
    }
    if (following.length === 0) ends.set(label, { admitted: admittedSet(state), moment });
  }
  return { ends: [...ends.values()], compensated };
}

function firstStep(arena: Arena, contestant: Contestant): number {
  const step = FIRST_STEP[contestant.start];
  // Without compensation the order of scale-ups changes no end: all of them are there before anybody gives up.
  return step === ASKED && arena.compensatedKey === undefined ? JUDGED : step;
}

interface Following {
  readonly state: State;
  readonly rescued: number;
}

function followingStates(arena: Arena, state: State, moment: Moment): Following[] {
  return state.steps.flatMap((step, index) => followingSteps(arena, state, index, moment)[step]?.() ?? []);
}

/** What can happen to one contestant at each of its steps. */
function followingSteps(arena: Arena, state: State, index: number, moment: Moment): readonly (() => Following[])[] {
  const contestant = arena.contestants[index] as Contestant;
  const admitted = (step: number): Following[] => {
    if (!fitsAt(moment, contestant.needs)) return [];
    return [{ ...moved(state, index, step), rescued: rescued(arena, state, index, moment) }];
  };
  return [
    () => [moved(state, index, SCALED), ...admitted(ADMITTED)],
    () => [...admitted(RUNNING), ...judgedStates(arena, state, index, moment)],
    () => admitted(RUNNING),
    () => [moved(state, index, RUNNING)],
    () => [],
  ];
}

function moved(state: State, index: number, step: number): Following {
  return { state: { steps: state.steps.with(index, step), compensation: state.compensation }, rescued: 0 };
}

/** The contestant's bit where its admission needs the compensation that is in the quota. */
function rescued(arena: Arena, state: State, index: number, moment: Moment): number {
  const key = arena.compensatedKey;
  if (key === undefined || state.compensation === 0n) return 0;
  const need = arena.contestants[index]?.needs[key] as bigint;
  const needed = need > 0n && (moment.used[key] as bigint) + need > (moment.hard[key] as bigint) - state.compensation;
  return needed ? 1 << index : 0;
}

/** Harvester's one look at a refused migration; it writes nothing where its own sum (without sidecars) fits. */
function judgedStates(arena: Arena, state: State, index: number, moment: Moment): Following[] {
  const contestant = arena.contestants[index] as Contestant;
  const steps = state.steps.with(index, JUDGED);
  const amount = compensationAt(arena, contestant, moment);
  const judged = { state: { steps, compensation: amount ?? state.compensation }, rescued: 0 };
  // One that was under way before may have been looked at before.
  return contestant.start === 'pending' ? [judged, moved(state, index, JUDGED)] : [judged];
}

function compensationAt(arena: Arena, contestant: Contestant, moment: Moment): bigint | undefined {
  const key = arena.compensatedKey;
  if (key === undefined || contestant.compensationNeed === undefined) return undefined;
  const overrun = (moment.used[key] as bigint) + contestant.compensationNeed - (moment.hard[key] as bigint);
  // The new amount replaces the old one, which `hard` still includes: it can make the quota smaller.
  return overrun > 0n ? overrun + COMPENSATION_MARGIN.nanos : undefined;
}

function heldMoment(arena: Arena, state: State): Moment {
  return momentOf(arena, state.compensation, (index) => PARTS[state.steps[index] as number] as Part);
}

function admittedSet(state: State): number {
  return state.steps.reduce((set, step, index) => (step >= ADMITTED ? set | (1 << index) : set), 0);
}
