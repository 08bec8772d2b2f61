import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { agoText, durationText } from '../../src/report/duration-text.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];

test.each([
  [0, '0 s'],
  [59 * SECOND + 999, '59 s'],
  [MINUTE, '1 min'],
  [HOUR - 1, '59 min'],
  [HOUR, '1 h'],
  [2 * HOUR + 5 * MINUTE, '2 h 5 min'],
  [DAY, '1 day'],
  [DAY + 3 * HOUR, '1 day 3 h'],
  [9 * DAY + 23 * HOUR, '9 days 23 h'],
  [10 * DAY + 23 * HOUR, '10 days'],
  [4000 * DAY, '4,000 days'],
  [-5 * SECOND, '0 s'],
])('a span of %d ms is told as %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

test('a moment is told as so long ago, or in so long', () => {
  const now = new Date('2026-11-22T10:00:00Z');
  expect(agoText(new Date('2026-11-22T09:59:00Z'), now)).toBe('1 min ago');
  expect(agoText(new Date('2026-11-23T10:00:00Z'), now)).toBe('in 1 day');
});

test('a longer span is never told as a shorter one', () => {
  const inSeconds = (text: string): number => {
    const units = { s: 1, min: 60, h: 3600, day: 86_400, days: 86_400 } as const;
    const parts = [...text.replaceAll(',', '').matchAll(/(\d+) (\w+)/g)];
    return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
  };
  fc.assert(
    fc.property(fc.nat(400 * DAY), fc.nat(400 * DAY), (one, more) => {
      expect(inSeconds(durationText(one + more))).toBeGreaterThanOrEqual(inSeconds(durationText(one)));
    }),
  );
});
