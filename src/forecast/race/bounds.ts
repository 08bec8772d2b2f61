import { type Arena, type Contestant, fitsAt, type Moment, type Outcome } from './arena.ts';
import { isOutstanding } from './moment.ts';

/**
 * Outcomes of a set too large to walk through. Sound on both sides: what is called certain holds in every order, and
 * what is called impossible happens in none; between the two the bounds may be wider than the truth.
 */
export function boundedOutcomes(arena: Arena): readonly Outcome[] {
  return refined(arena, boundedOutcome);
}

/**
 * Bounds for migrations that KubeVirt lets run a few at a time, in any order: what an earlier one has left behind is
 * there already when a later one is tried, and nobody else need lend it a scale-up then.
 */
export function queuedBounds(arena: Arena): readonly Outcome[] {
  return refined(arena, queuedOutcome);
}

function queuedOutcome(arena: Arena, contestant: Contestant, sums: Sums): Outcome {
  const outcome = boundedOutcome(arena, contestant, sums);
  if (!isOutstanding(contestant)) return outcome;
  const fitsAlways = fitsAt(amongLingering(arena, contestant, sums), contestant.needs);
  const worst = settledAlone(arena, contestant, sums.settledUsed);
  const settlesAlways = fitsAlways || fitsAt(worst, contestant.needs);
  // Whoever gets its place late enough is refused nothing on the way.
  const settlesPossibly = settlesAlways || outcome.settlesPossibly;
  return { ...outcome, fitsAlways, fitsPossibly: settlesPossibly, settlesAlways, settlesPossibly, worst };
}

/** Who is found to settle for certain has settled wherever somebody else is stuck, which may show that one to settle too. */
function refined(arena: Arena, outcomeOf: typeof boundedOutcome): readonly Outcome[] {
  let certain: ReadonlySet<Contestant> = new Set();
  for (;;) {
    const sums = sumsOf(arena, certain);
    const outcomes = arena.contestants.map((contestant) => outcomeOf(arena, contestant, sums));
    const found = new Set(arena.contestants.filter((_, index) => outcomes[index]?.settlesAlways === true));
    if (found.size <= certain.size) return outcomes;
    certain = found;
  }
}

/** Everybody else over but not gone: target pods and source pods count, the scale-ups do not. */
function amongLingering(arena: Arena, contestant: Contestant, sums: Sums): Moment {
  const hard = arena.keys.map((key, index) => key.hard + (contestant.scaleUps[index] as bigint));
  return { ...without(sums.crowded, contestant), hard };
}

interface Sums {
  /** Hard with every scale-up, use without any further pod. */
  readonly first: Moment;
  /** The same with every outstanding target pod counted. */
  readonly crowded: Moment;
  /** Highest and lowest use that the namespace can end in, and the least hard, with every scale-up gone. */
  readonly settledUsed: {
    readonly most: readonly bigint[];
    readonly least: readonly bigint[];
    /** Who has moved for certain in the highest of them. */
    readonly certain: ReadonlySet<Contestant>;
  };
  /** Somebody in the set may be compensated, and that room is for all. */
  readonly isCompensable: boolean;
}

function sumsOf(arena: Arena, certain: ReadonlySet<Contestant>): Sums {
  const zero = { used: arena.keys.map((key) => key.used), hard: arena.keys.map((key) => key.hard) };
  const hard = zero.hard.map(
    (amount, key) => amount + total(arena, (contestant) => contestant.scaleUps[key] as bigint),
  );
  const crowdedUsed = zero.used.map(
    (amount, key) => amount + total(arena, (one) => (isOutstanding(one) ? (one.needs[key] as bigint) : 0n)),
  );
  return {
    first: { used: zero.used, hard: withCompensation(arena, hard), compensation: arena.compensation },
    crowded: { used: crowdedUsed, hard, compensation: 0n },
    settledUsed: {
      most: zero.used.map(
        (amount, key) =>
          amount + total(arena, (one) => (certain.has(one) ? growth(one, key) : surest(one, key, larger))),
      ),
      least: zero.used.map((amount, key) => amount + total(arena, (one) => surest(one, key, smaller))),
      certain,
    },
    isCompensable:
      arena.compensatedKey !== undefined &&
      arena.contestants.some((one) => one.compensationNeed !== undefined && isOutstanding(one)),
  };
}

function boundedOutcome(arena: Arena, contestant: Contestant, sums: Sums): Outcome {
  if (!isOutstanding(contestant)) {
    const there = { fitsAlways: true, fitsPossibly: true, settlesAlways: true, settlesPossibly: true };
    return { ...there, worst: sums.first, compensated: false };
  }
  const crowded = without(sums.crowded, contestant);
  const fitsAlways = fitsAt(crowded, contestant.needs);
  const alone = settledAlone(arena, contestant, sums.settledUsed);
  const settlesAlways = fitsAlways || fitsAt(alone, contestant.needs);
  const luckiest = { ...sums.first, used: sums.settledUsed.least };
  const rescuable = sums.isCompensable;
  return {
    fitsAlways,
    fitsPossibly: fitsExceptCompensated(arena, sums.first, contestant, rescuable),
    settlesAlways,
    settlesPossibly: settlesAlways || fitsExceptCompensated(arena, luckiest, contestant, rescuable),
    worst: fitsAlways ? crowded : alone,
    compensated: rescuable && !fitsAt(sums.first, contestant.needs),
  };
}

function fitsExceptCompensated(arena: Arena, moment: Moment, contestant: Contestant, rescuable: boolean): boolean {
  if (!rescuable) return fitsAt(moment, contestant.needs);
  return fitsAt(
    moment,
    contestant.needs.map((need, key) => (key === arena.compensatedKey ? 0n : need)),
  );
}

/** `most` counts the contestant as it counts everybody who may or may not have moved. */
function settledAlone(arena: Arena, contestant: Contestant, { most, certain }: Sums['settledUsed']): Moment {
  const own = (key: number): bigint => {
    return certain.has(contestant) ? growth(contestant, key) : larger(0n, growth(contestant, key));
  };
  const used = most.map((amount, key) => amount - own(key));
  const hard = arena.keys.map((key, index) => key.hard + (contestant.scaleUps[index] as bigint));
  return { used, hard, compensation: 0n };
}

function without(moment: Moment, contestant: Contestant): Moment {
  return { ...moment, used: moment.used.map((amount, key) => amount - (contestant.needs[key] as bigint)) };
}

function withCompensation(arena: Arena, hard: readonly bigint[]): readonly bigint[] {
  const key = arena.compensatedKey;
  return key === undefined ? hard : hard.with(key, (hard[key] as bigint) + arena.compensation);
}

/** How much more the namespace uses once this migration has settled. */
function growth(contestant: Contestant, key: number): bigint {
  const need = isOutstanding(contestant) ? (contestant.needs[key] as bigint) : 0n;
  return need - (contestant.sources[key] as bigint);
}

/** Who is admitted already ends for certain; who is not may stay as it is for ever. */
function surest(one: Contestant, key: number, choose: (a: bigint, b: bigint) => bigint): bigint {
  return isOutstanding(one) ? choose(0n, growth(one, key)) : growth(one, key);
}

function total(arena: Arena, amountOf: (contestant: Contestant) => bigint): bigint {
  return arena.contestants.reduce((sum, contestant) => sum + amountOf(contestant), 0n);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
