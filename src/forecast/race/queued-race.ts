import { type Arena, type Contestant, fitsAt, type Moment, type Outcome } from './arena.ts';
import { queuedBounds } from './bounds.ts';
import { ENDING_PARTS, endingStates, SCALED_DOWN_AFTER } from './ending.ts';
import { compensationAt } from './held-phase.ts';
import { isOutstanding, momentsOf, type Part } from './moment.ts';
import { packedSteps, type State, stepOf, walk, withStep } from './walk.ts';

/** How far one contestant is while the others come and go. */
const QUEUED = 0; // not scaled up yet, perhaps not even created
const SCALED = 1; // its scale-up is in the quota, its pod has not been refused since
const REFUSED = 2; // refused once; Harvester's one look at it is still to come
const JUDGED = 3; // Harvester has looked once; no event makes it look again
const RUNNING = 4; // target pod created

/** What each step adds to the sums. */
const PARTS: readonly Part[] = [
  { scaleUp: 'not-in-quota', target: 'not-counted', source: 'counted' },
  { scaleUp: 'in-quota', target: 'not-counted', source: 'counted' },
  { scaleUp: 'in-quota', target: 'not-counted', source: 'counted' },
  { scaleUp: 'in-quota', target: 'not-counted', source: 'counted' },
  ...ENDING_PARTS,
];

/** With compensation each contestant has three steps more before its pod is there. */
const MOST_WALKED_THROUGH = { plain: 5, compensated: 4 } as const;

/**
 * What can become of migrations of which KubeVirt lets `mostRunning` run at a time, in every order.
 *
 * Which of the waiting ones gets a free place is not defined (KubeVirt 1.1-1.9: evacuation.go sync takes the VMIs as its
 * index lists them, migration.go handleTargetPodCreation those whose key comes up). A place is free again as soon as a
 * migration has ended, while its source pod may still count. `…Fits…` here means that the quota refuses nothing when the
 * place is there.
 */
export function queuedOutcomes(arena: Arena, mostRunning: number): readonly Outcome[] {
  const bounds = queuedBounds(arena);
  const most = MOST_WALKED_THROUGH[arena.compensatedKey === undefined ? 'plain' : 'compensated'];
  if (arena.contestants.length > most) return bounds;
  const findings = walkedThrough(arena, mostRunning);
  return arena.contestants.map((contestant, index) => {
    const bound = bounds[index] as Outcome;
    return isOutstanding(contestant) ? outcomeOf(index, findings, bound) : bound;
  });
}

function outcomeOf(index: number, findings: Findings, { fitsAlways, worst }: Outcome): Outcome {
  const bit = 1 << index;
  return {
    fitsAlways,
    fitsPossibly: (findings.admittedFirst & bit) !== 0,
    settlesAlways: (findings.stuck & bit) === 0,
    settlesPossibly: findings.admittedAt.has(index),
    worst: findings.stuckAt.get(index) ?? findings.admittedAt.get(index) ?? worst,
    compensated: (findings.compensated & bit) !== 0,
  };
}

/** What the walk has come by; numbers are bit sets of contestants. */
interface Findings {
  /** Some order leaves it refused for ever. */
  stuck: number;
  /** Some order admits it before anybody else has ended. */
  admittedFirst: number;
  /** Some order admits it thanks to compensation alone. */
  compensated: number;
  readonly stuckAt: Map<number, Moment>;
  readonly admittedAt: Map<number, Moment>;
}

function walkedThrough(arena: Arena, mostRunning: number): Findings {
  const findings: Findings = {
    stuck: 0,
    admittedFirst: 0,
    compensated: 0,
    stuckAt: new Map(),
    admittedAt: new Map(),
  };
  const momentAt = momentsOf(arena, PARTS);
  walk(firstStates(arena), (state) => {
    const moment = momentAt(state);
    const turn = { arena, state, moment, isPlaceFree: runningCount(arena, state) < mostRunning };
    const following = arena.contestants.flatMap((contestant, index) => {
      if (stepOf(state.code, index) >= RUNNING) return endingStates(state, index, contestant, RUNNING);
      if (isAdmitted(turn, contestant)) remember(findings, turn, index);
      return pendingStates(turn, index);
    });
    if (following.length === 0) rememberStuck(findings, arena, state, moment);
    return following;
  });
  return findings;
}

const FIRST_STEP = {
  asked: QUEUED,
  pending: REFUSED,
  running: RUNNING,
  lingering: RUNNING + SCALED_DOWN_AFTER,
} as const;

/**
 * Without compensation all scale-ups are there from the start: any order that is possible without one of them is possible
 * with it, and nobody ends refused before all of them are there.
 */
function firstStates(arena: Arena): State[] {
  const steps = arena.contestants.map(({ start }) => {
    const step = FIRST_STEP[start];
    return step < JUDGED && arena.compensatedKey === undefined ? JUDGED : step;
  });
  return [{ code: packedSteps(steps), compensation: arena.compensation }];
}

interface Turn {
  readonly arena: Arena;
  readonly state: State;
  readonly moment: Moment;
  readonly isPlaceFree: boolean;
}

function isTried({ isPlaceFree }: Turn, { queues }: Contestant): boolean {
  return isPlaceFree || queues !== true;
}

function isAdmitted(turn: Turn, contestant: Contestant): boolean {
  return isTried(turn, contestant) && fitsAt(turn.moment, contestant.needs);
}

/** What can happen next to one whose target pod is not there. */
function pendingStates(turn: Turn, index: number): State[] {
  const { arena, state, moment } = turn;
  const contestant = arena.contestants[index] as Contestant;
  const step = stepOf(state.code, index);
  const following = isAdmitted(turn, contestant) ? [withStep(state, index, RUNNING)] : [];
  const isRefused = isTried(turn, contestant) && following.length === 0;
  if (step === QUEUED) following.push(withStep(state, index, SCALED));
  if (step < REFUSED && isRefused) following.push(withStep(state, index, REFUSED));
  if (step !== REFUSED) return following;
  const passedOver = withStep(state, index, JUDGED);
  following.push({ ...passedOver, compensation: compensationAt(arena, contestant, moment) ?? state.compensation });
  // One that was under way before may have been looked at before.
  if (contestant.start === 'pending') following.push(passedOver);
  return following;
}

function remember(findings: Findings, { arena, state, moment }: Turn, index: number): void {
  const bit = 1 << index;
  if (!findings.admittedAt.has(index)) findings.admittedAt.set(index, moment);
  if (hasEndedNone(arena, state)) findings.admittedFirst |= bit;
  const bare = { ...moment, hard: withoutCompensation(arena, moment) };
  if (!fitsAt(bare, (arena.contestants[index] as Contestant).needs)) findings.compensated |= bit;
}

function withoutCompensation({ compensatedKey }: Arena, { hard, compensation }: Moment): readonly bigint[] {
  if (compensatedKey === undefined || compensation === 0n) return hard;
  return hard.with(compensatedKey, (hard[compensatedKey] as bigint) - compensation);
}

function hasEndedNone(arena: Arena, { code }: State): boolean {
  return arena.contestants.every((one, index) => !isOutstanding(one) || stepOf(code, index) <= RUNNING);
}

function rememberStuck(findings: Findings, arena: Arena, state: State, moment: Moment): void {
  arena.contestants.forEach((_, index) => {
    if (stepOf(state.code, index) >= RUNNING) return;
    findings.stuck |= 1 << index;
    findings.stuckAt.set(index, moment);
  });
}

function runningCount(arena: Arena, { code }: State): number {
  return arena.contestants.filter(({ queues }, index) => queues === true && stepOf(code, index) === RUNNING).length;
}
