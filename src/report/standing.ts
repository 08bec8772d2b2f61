import type { Forecast, QuotaLine } from '../forecast/forecast.ts';
import { isUnstated, spareOf } from '../forecast/spare.ts';
import { asNumber } from './amount-text.ts';

/** How a VM stands, from worst to best: its verdict, with a migration that is the last one told apart. */
export const STANDINGS = ['exceeds', 'last', 'unknown', 'waits', 'fits'] as const;
export type Standing = (typeof STANDINGS)[number];

/** As words that stand by themselves. */
export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  exceeds: 'exceeds',
  last: 'fits once',
  unknown: 'unknown',
  waits: 'waits',
  fits: 'fits',
};

export type StandingCounts = Readonly<Record<Standing, number>>;

export function standingOf({ verdict, next }: Pick<Forecast, 'verdict' | 'next'>): Standing {
  return next !== undefined && verdict !== 'exceeds' ? 'last' : verdict;
}

export function countStandings(forecasts: Iterable<Forecast>): StandingCounts {
  const counts = { exceeds: 0, last: 0, unknown: 0, waits: 0, fits: 0 };
  for (const forecast of forecasts) counts[standingOf(forecast)] += 1;
  return counts;
}

export function addCounts(one: StandingCounts, other: StandingCounts): StandingCounts {
  return {
    exceeds: one.exceeds + other.exceeds,
    last: one.last + other.last,
    unknown: one.unknown + other.unknown,
    waits: one.waits + other.waits,
    fits: one.fits + other.fits,
  };
}

/** The same as a share of the limit, for drawing and sorting alone. */
export function spareShare(line: QuotaLine): number {
  if (isUnstated(line)) return Number.NEGATIVE_INFINITY;
  const spare = asNumber(spareOf(line));
  return line.hardAfterScaleUp.isPositive() ? spare / asNumber(line.hardAfterScaleUp) : Math.sign(spare);
}

/** The key that is short of most, or else has the least to spare, measured by its limit. */
export function tightestLine(lines: readonly QuotaLine[]): QuotaLine | undefined {
  return lines.reduce<QuotaLine | undefined>((worst, line) => {
    return worst === undefined || spareShare(line) < spareShare(worst) ? line : worst;
  }, undefined);
}
