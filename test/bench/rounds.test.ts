import { describe, expect, test } from '@jest/globals';
import { atLeast, atMost, figureOf } from '../../bench/figure.ts';
import { exponentOf } from '../../bench/growth.ts';
import { compare, measureInRounds } from '../../bench/rounds.ts';

const SIZES = [100, 1000, 10_000, 100_000];

describe('measuring side by side', () => {
  test('takes every contender once a round, every other round backwards', async () => {
    const order: string[] = [];
    const contender = (name: string) => () => order.push(name);
    await measureInRounds([contender('a'), contender('b'), contender('c')], 3);
    expect(order.join('')).toBe('abccbaabc');
  });

  test('keeps what belongs to a contender together', async () => {
    expect(await measureInRounds([() => 'a', () => 'b'], 2)).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });

  test('takes ratios round by round, so that a moment in which everything takes ten times as long does not show', () => {
    const { beside } = compare({ what: 'subject', values: [2, 20, 2] }, [{ what: 'yardstick', values: [1, 10, 1] }]);
    expect(beside[0]?.ratio).toEqual({ median: 2, lowerQuartile: 2, upperQuartile: 2 });
  });
});

describe('targets', () => {
  const compared = compare({ what: 'subject', values: [80] }, [{ what: 'yardstick', values: [100] }]);

  test('a figure that is as large as it may be at most has reached its target', () => {
    const labels = { part: '', unit: 'ms', targets: { subject: atMost(80) } } as const;
    expect(figureOf(compared, labels).target?.reached).toBe(true);
  });

  test('a ratio that is below what it has to be at least has missed it', () => {
    const labels = { part: '', unit: 'per s', targets: { 'subject / yardstick': atLeast(0.85) } } as const;
    const { target, beside } = figureOf(compared, labels);
    expect([target, beside[0]?.target?.reached]).toEqual([undefined, false]);
  });
});

describe('the exponent of growth', () => {
  test.each([
    { title: 'of what takes twice as long for twice as many is 1', amountOf: (size: number) => size * 3, exponent: 1 },
    { title: 'of what takes four times as long is 2', amountOf: (size: number) => size ** 2, exponent: 2 },
    { title: 'of what always takes the same is 0', amountOf: () => 7, exponent: 0 },
  ])('$title', ({ amountOf, exponent }) => {
    expect(exponentOf(SIZES.map((size) => ({ size, amount: amountOf(size) })))).toBeCloseTo(exponent, 12);
  });
});
