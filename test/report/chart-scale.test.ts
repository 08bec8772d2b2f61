import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lineAbove, roundTicks } from '../../src/report/chart-scale.ts';

describe('the ticks of an axis', () => {
  test.each([
    [
      [0, 100],
      [0, 50, 100],
    ],
    [
      [4575, 6900],
      [4000, 5000, 6000, 7000],
    ],
    [
      [5000, 5000],
      [5000, 5050],
    ],
  ])('of %j are the round %j', (amounts, ticks) => {
    expect(roundTicks(amounts, 1)).toEqual(ticks);
  });

  test('span whatever is drawn, and are few', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e15, noNaN: true }), { minLength: 1 }), (amounts) => {
        const ticks = roundTicks(amounts, 2 ** 20);
        expect(ticks[0]).toBeLessThanOrEqual(Math.min(...amounts));
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(...amounts));
        expect(ticks.length).toBeLessThanOrEqual(8);
      }),
    );
  });
});

test('a line is above a level from where it crosses it', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 2, y: 2 },
    { x: 4, y: 0 },
  ];
  expect(lineAbove(points, 1)).toEqual([
    { x: 0, y: 1 },
    { x: 1, y: 1 },
    { x: 2, y: 2 },
    { x: 3, y: 1 },
    { x: 4, y: 1 },
  ]);
});
