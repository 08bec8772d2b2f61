import { describe, expect, test } from '@jest/globals';
import type { QuotaLine } from '../../src/forecast/forecast.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { countStandings, spareShare, tightestLine } from '../../src/report/standing.ts';
import { EXCEEDING, FITTING, forecastOf, LAST, WAITING } from './sample-report.ts';

test('a VM whose next migration is its last is counted apart from those that fit', () => {
  const forecasts = [FITTING, LAST, EXCEEDING, WAITING, FITTING].map(forecastOf);
  expect(countStandings(forecasts)).toEqual({ exceeds: 1, last: 1, unknown: 0, waits: 1, fits: 2 });
});

function line(used: number, hard: number, changes: Partial<QuotaLine> = {}): QuotaLine {
  const amount = (units: number): Quantity => Quantity.of(BigInt(units));
  const [hardAfterScaleUp, requested] = [amount(hard), amount(10)];
  const figures = { used: amount(used), requested, hard: hardAfterScaleUp, hardAfterScaleUp };
  return { quota: `${used} of ${hard}`, resource: 'pods', ...figures, ...changes };
}

describe('the tightest quota key', () => {
  test.each([
    ['is the one with the least share to spare', [line(50, 100), line(800, 1000), line(5, 20)], '800 of 1000'],
    ['is the one that is short', [line(0, 11), line(95, 100)], '95 of 100'],
    ['is one that has no limit but zero', [line(0, 100), line(0, 0)], '0 of 0'],
    [
      'is one that must be stated and is not, whatever the figures are',
      [line(95, 100), line(0, 1000, { cause: 'no-limits' })],
      '0 of 1000',
    ],
  ])('%s', (_title, lines, quota) => {
    expect(tightestLine(lines)?.quota).toBe(quota);
  });

  test('is none where no quota counts the pod', () => {
    expect(tightestLine([])).toBeUndefined();
  });

  test('has nothing to spare where it is exactly full', () => {
    expect(spareShare(line(90, 100))).toBe(0);
  });
});
