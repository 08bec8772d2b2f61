import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { int64Value, isGoInteger, parseGoFloat, truncateToInt64 } from '../../src/kubevirt/go-number.ts';
import { Quantity } from '../../src/quantity/quantity.ts';

// Each row was printed by strconv.ParseFloat of Go 1.26.
describe('a float as Go reads it', () => {
  test.each<[string, number]>([
    ['1', 1],
    ['1.0', 1],
    ['1e1', 10],
    ['10.0001', 10.0001],
    ['+2', 2],
    ['+.5', 0.5],
    ['5.', 5],
    ['-0', -0],
    ['00_1', 1],
    ['1_5', 15],
    ['1_000.5', 1000.5],
    ['1e1_0', 1e10],
    ['1e-400', 0],
    ['0e99999999999', 0],
    ['0x1p1', 2],
    ['0X1P+1', 2],
    ['0x_1p1', 2],
    ['+0x_1p0', 1],
    ['0x1_0p1', 32],
    ['0x1p1_0', 1024],
    ['0x1.8p0', 1.5],
    ['0x.8p1', 1],
    ['0x1.p1', 2],
    ['-0x1p0', -1],
    ['0x0p99999999999', 0],
    ['0x1p-1075', 0],
    ['0x1.00000000000008p0', 1],
    ['0x1.000000000000081p0', 1.0000000000000002],
    ['0x1.00000000000018p0', 1.0000000000000004],
    ['0x1.fffffffffffff7p1023', Number.MAX_VALUE],
    ['0x1.0000000000000800000000000000000001p0', 1.0000000000000002],
    ['inf', Number.POSITIVE_INFINITY],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-infinity', Number.NEGATIVE_INFINITY],
    ['NaN', Number.NaN],
  ])('%s is read', (text, value) => {
    expect(parseGoFloat(text)).toBe(value);
  });

  test.each([
    [''],
    ['abc'],
    [' 1.5'],
    ['1 '],
    ['1,5'],
    ['1.2.3'],
    ['.'],
    ['+.'],
    ['1e'],
    ['1e+'],
    ['1d'],
    ['1p1'],
    ['+nan'],
    ['infi'],
    ['0x1'],
    ['0x1.8'],
    ['0x.p1'],
    ['0xp1'],
    ['0x1e1'],
    ['0b1'],
    ['0o7'],
    ['_15'],
    ['15_'],
    ['1__5'],
    ['1._5'],
    ['1_.5'],
    ['1_e1'],
    ['1e_1'],
    ['0_x1p1'],
    ['0x__1p1'],
    ['0x1_p1'],
    ['0x_p1'],
    ['1e400'],
    ['-1e400'],
    ['1e99999999999'],
    ['0x1.fffffffffffff8p1023'],
    ['0x1p99999999999'],
    ['١'],
  ])('%p is refused', (text) => {
    expect(parseGoFloat(text)).toBeUndefined();
  });

  test('every float that JavaScript prints is read back', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => value !== 0);
    fc.assert(fc.property(finite, (value) => expect(parseGoFloat(`${value}`)).toBe(value)));
  });

  test('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect([typeof parseGoFloat(text), typeof parseGoFloat(`0x${text}p1`)]).not.toContain('string');
      }),
    );
  });
});

describe('integers of 64 bits', () => {
  test.each<[string, number, bigint]>([
    ['cuts off toward zero', 1.9, 1n],
    ['cuts off toward zero below it', -1.9, -1n],
    ['turns NaN into the least integer on amd64', Number.NaN, -(2n ** 63n)],
    ['turns infinity into the least integer too', Number.POSITIVE_INFINITY, -(2n ** 63n)],
    ['turns what is too large into the least integer', 2 ** 63, -(2n ** 63n)],
    ['keeps the least integer', -(2 ** 63), -(2n ** 63n)],
  ])('a conversion from float %s', (_, value, integer) => {
    expect(truncateToInt64(value)).toBe(integer);
  });

  test.each<[string, Quantity, bigint]>([
    ['is the value where it fits', Quantity.parse('1500m'), 2n],
    ['wraps around', Quantity.of(2n ** 63n), -(2n ** 63n)],
    ['rounds up before it wraps', Quantity.ofNanos((2n ** 64n + 5n) * 1_000_000_000n + 1n), 6n],
    ['rounds negatives up too', Quantity.ofNanos(-(2n ** 64n + 5n) * 1_000_000_000n - 1n), -5n],
  ])('Quantity.Value() %s', (_, quantity, value) => {
    expect(int64Value(quantity)).toBe(value);
  });

  test.each<[string, boolean]>([
    ['3', true],
    ['+5', true],
    ['-1', true],
    ['9223372036854775807', true],
    ['9223372036854775808', false],
    ['1.5', false],
    ['0x1', false],
    [' 1', false],
    ['', false],
  ])('Atoi of %p succeeds: %p', (text, succeeds) => {
    expect(isGoInteger(text)).toBe(succeeds);
  });
});
