import { type Arena, type Contestant, fitsAt, type Moment, type Outcome } from './arena.ts';
import { boundedOutcomes } from './bounds.ts';
import { type HeldEnd, type HeldPhase, heldPhase } from './held-phase.ts';
import { isOutstanding, momentOf, type Part } from './moment.ts';
import { queuedOutcomes } from './queued-race.ts';
import { type Settling, settlingPhase } from './settling-phase.ts';

/** Every order of this many is walked through; the states grow fivefold with each migration more. */
export const MOST_WALKED_THROUGH = 5;

/**
 * What can become of each contestant, over every order in which three controllers can act on them.
 *
 * Up to five migrations are walked through exactly. Of more, sound bounds are given: `…Always` only where it is certain,
 * `…Possibly` wherever it cannot be excluded.
 */
export function raceOutcomes(arena: Arena): readonly Outcome[] {
  if (arena.mostRunning !== undefined) return queuedOutcomes(arena, arena.mostRunning);
  const [first] = arena.contestants;
  if (first?.start === 'asked' && arena.contestants.length === 1 && arena.compensatedKey === undefined) {
    return [loneOutcome(arena, first)];
  }
  if (arena.contestants.length > MOST_WALKED_THROUGH) return boundedOutcomes(arena);
  const held = heldPhase(arena);
  const settling = settlingPhase(arena, held.ends);
  return arena.contestants.map((_, index) => outcomeOf(arena, index, held, settling));
}

/** With nobody else under way and nothing to compensate there is only one order. */
function loneOutcome(arena: Arena, contestant: Contestant): Outcome {
  const worst = momentOf(arena, 0n, () => SCALED_UP);
  const fits = fitsAt(worst, contestant.needs);
  return {
    fitsAlways: fits,
    fitsPossibly: fits,
    settlesAlways: fits,
    settlesPossibly: fits,
    worst,
    compensated: false,
  };
}

const SCALED_UP: Part = { scaleUp: 'in-quota', target: 'not-counted', source: 'counted' };

function outcomeOf(arena: Arena, index: number, held: HeldPhase, settling: Settling): Outcome {
  const bit = 1 << index;
  const refusing = held.ends.find((end) => (end.admitted & bit) === 0);
  const admitting = leastCompensated(held.ends.filter((end) => (end.admitted & bit) !== 0));
  const stuckAt = settling.stuckAt.get(index);
  return {
    fitsAlways: refusing === undefined,
    fitsPossibly: admitting !== undefined,
    settlesAlways: (settling.stuckInSome & bit) === 0,
    settlesPossibly: (settling.admittedInSome & bit) !== 0,
    worst: stuckAt ?? refusing?.moment ?? momentOfAdmission(arena, index, admitting as HeldEnd),
    compensated: (held.compensated & bit) !== 0,
  };
}

/** Compensation that was reckoned although the pod fits without it is a rare detour, not what is shown. */
function leastCompensated(ends: readonly HeldEnd[]): HeldEnd | undefined {
  return ends.toSorted((one, other) => (one.moment.compensation < other.moment.compensation ? -1 : 1))[0];
}

/** The sums right before the contestant's own pod was counted, in an order in which it came last. */
function momentOfAdmission(arena: Arena, index: number, end: HeldEnd): Moment {
  const contestant = arena.contestants[index];
  if (contestant === undefined || !isOutstanding(contestant)) return end.moment;
  const used = end.moment.used.map((amount, key) => amount - (contestant.needs[key] as bigint));
  return { ...end.moment, used };
}
