import type { Compared, Spread } from './rounds.ts';

/** Less work in CI, where only that the bench runs is to be proved: `quick` figures say nothing. */
export type Effort = 'full' | 'quick';

export interface Target {
  readonly bound: 'at least' | 'at most';
  readonly amount: number;
}

export interface Judged extends Target {
  readonly reached: boolean;
}

export type Unit = 'per s' | 's' | 'ms' | 'us' | 'MB' | 'exponent';

/** What was measured in the same rounds, and the figure by it: the median of the ratios of the rounds. */
export interface Beside {
  readonly what: string;
  readonly value: Spread;
  readonly ratio: Spread;
  readonly target?: Judged;
}

/** One line of the result. */
export interface Figure {
  readonly part: string;
  readonly what: string;
  readonly unit: Unit;
  readonly value: Spread;
  readonly target?: Judged;
  /** Nothing beside what is the same on every machine: a size in bytes, an exponent. */
  readonly beside: readonly Beside[];
}

/** By what is measured; a target of a ratio by both: `subject / yardstick`. */
export type Targets = Readonly<Record<string, Target>>;

interface Labels extends Pick<Figure, 'part' | 'unit'> {
  readonly targets?: Targets;
}

/** A figure of something, beside each of the others that were measured in the same rounds. */
export function figureOf(compared: Compared, { part, unit, targets = {} }: Labels): Figure {
  const { what, value } = compared;
  const beside = compared.beside.map((other) => ({
    ...other,
    ...judgedBy(targets[`${what} / ${other.what}`], other.ratio),
  }));
  return { part, what, unit, value, ...judgedBy(targets[what], value), beside };
}

export function atLeast(amount: number): Target {
  return { bound: 'at least', amount };
}

export function atMost(amount: number): Target {
  return { bound: 'at most', amount };
}

/** The higher, the better; of everything else the lower. */
export function isBetterHigh(unit: Unit): boolean {
  return unit === 'per s';
}

function judgedBy(target: Target | undefined, { median }: Spread): { readonly target?: Judged } {
  if (target === undefined) return {};
  const reached = target.bound === 'at least' ? median >= target.amount : median <= target.amount;
  return { target: { ...target, reached } };
}
