import { type Figure, isBetterHigh, type Unit } from './figure.ts';
import type { Spread } from './rounds.ts';

/** What was recorded last: ratios, and the machine that they were measured on. */
export interface Baseline {
  readonly machine: unknown;
  readonly ratios: Readonly<Record<string, { readonly ratio: number; readonly unit: Unit }>>;
}

export interface Change {
  readonly key: string;
  readonly before: number;
  readonly now: number;
  /** How much more time or memory, or how much less work in the same time: 0.1 is a tenth. */
  readonly worseBy: number;
  /** What was recorded lies in the middle half of this time's rounds: it may be chance. */
  readonly isWithinSpread: boolean;
}

interface Comparable {
  readonly key: string;
  readonly unit: Unit;
  readonly ratio: Spread;
}

const NOTICED = 0.1;

/** What can be compared between two runs, even on different machines: each ratio, and what depends on no machine. */
function comparablesOf(figures: readonly Figure[]): readonly Comparable[] {
  return figures.flatMap(({ part, what, unit, value, beside }) => {
    const own = `${part}: ${what}`;
    if (beside.length === 0) return [{ key: own, unit, ratio: value }];
    return beside.map((other) => ({ key: `${own} / ${other.what}`, unit, ratio: other.ratio }));
  });
}

/** What got worse by more than a tenth since it was recorded, the worst first. */
export function regressions(baseline: Baseline, figures: readonly Figure[]): readonly Change[] {
  const changes = comparablesOf(figures).flatMap(({ key, unit, ratio }): Change[] => {
    const before = baseline.ratios[key]?.ratio;
    if (before === undefined) return [];
    const { median: now, lowerQuartile, upperQuartile } = ratio;
    const isWithinSpread = lowerQuartile <= before && before <= upperQuartile;
    return [{ key, before, now, worseBy: worsening(unit, before, now), isWithinSpread }];
  });
  return changes.filter(({ worseBy }) => worseBy > NOTICED).sort((one, other) => other.worseBy - one.worseBy);
}

/** The baseline with these figures in place of its own; what was not measured this time stays. */
export function recorded(baseline: Baseline, machine: unknown, figures: readonly Figure[]): Baseline {
  const measured = comparablesOf(figures).map(({ key, unit, ratio }) => [
    key,
    { ratio: threeDigits(ratio.median), unit },
  ]);
  return { machine, ratios: { ...baseline.ratios, ...Object.fromEntries(measured) } };
}

/** For a reader: a line for each that got worse, and how many there were to compare. */
export function comparisonText(baseline: Baseline, figures: readonly Figure[]): string {
  const worse = regressions(baseline, figures);
  const lines = worse.map(({ key, before, now, worseBy, isWithinSpread }) => {
    const chance = isWithinSpread ? '; the middle half of its rounds reaches back to that' : '';
    return `WORSE by ${Math.round(worseBy * 100)} %: ${key}: ${threeDigits(now)}, recorded ${before}${chance}`;
  });
  const keys = comparablesOf(figures).map(({ key }) => key);
  const unknown = keys.filter((key) => baseline.ratios[key] === undefined).length;
  const compared = `${keys.length - unknown} ratios compared with bench/baseline.json`;
  return [...lines, `${compared}: ${worse.length} worse by more than 10 %; ${unknown} were not recorded`].join('\n');
}

function worsening(unit: Unit, before: number, now: number): number {
  // By how much longer ten times as many take.
  if (unit === 'exponent') return 10 ** (now - before) - 1;
  return isBetterHigh(unit) ? before / now - 1 : now / before - 1;
}

function threeDigits(amount: number): number {
  return Number(amount.toPrecision(3));
}
