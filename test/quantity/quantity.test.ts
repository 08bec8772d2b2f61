import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Quantity, QuantityError } from '../../src/quantity/quantity.ts';

const SUFFIXES = ['', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'E-3'];
const quantities = fc
  .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.nat({ max: 999 }), fc.constantFrom(...SUFFIXES))
  .map(([whole, fraction, suffix]) => Quantity.parse(`${whole}.${fraction}${suffix}`));

describe('reading', () => {
  test.each(['', ' 1Gi', '1GB', '1e', '1e+', '1e1.5', '0x10', '1,5', 'NaN', 'Infinity', '1 Gi', '1Kib', '--1', '1Mi2'])(
    '"%s" is no quantity, and the error quotes it',
    (text) => {
      expect(() => Quantity.parse(text)).toThrow(QuantityError);
      expect(() => Quantity.parse(text)).toThrow(`got ${JSON.stringify(text)}`);
    },
  );

  test.each(['Ei', '.Pi', '-.Ei', '.e-10', '+e-0010', '.E-99'])('"%s", which has no digit, is no quantity', (text) => {
    expect(() => Quantity.parse(text)).toThrow(QuantityError);
  });

  test.each(['Ti', '.Ki', '-', '.n', '.e-9', '.e-009', 'e10', 'E', '0Ei', '.0e-10'])('"%s" is 0', (text) => {
    expect(Quantity.parse(text).isZero()).toBe(true);
  });

  test('an exponent beyond 400 is refused, so that no text can keep the program computing', () => {
    expect(() => Quantity.parse('1e401')).toThrow(QuantityError);
    expect(() => Quantity.parse('1e-401')).toThrow(QuantityError);
    expect(Quantity.parse('1e400').exceeds(Quantity.parse('1Ei'))).toBe(true);
    expect(Quantity.parse('1e-400').toString()).toBe('1e-9');
  });

  test('a text beyond 500 characters is refused, and quoted in part', () => {
    const text = '1'.repeat(501);
    expect(() => Quantity.parse(text)).toThrow(`got "${'1'.repeat(60)}"`);
  });

  test('a fraction of a billionth is rounded away from zero', () => {
    expect(Quantity.parse('0.0000000001').toString()).toBe('1n');
    expect(Quantity.parse('-0.0000000001').toString()).toBe('-1n');
  });

  test('however many texts have been read, each reads as what it says', () => {
    for (const round of [1, 2]) {
      for (let units = 0; units < 3000; units += 1)
        expect({ round, units: Quantity.parse(`${units}k`).value() }).toEqual({ round, units: BigInt(units) * 1000n });
    }
    expect(Quantity.parse('1024').format).toBe('DecimalSI');
    expect(Quantity.parse('1Ki').format).toBe('BinarySI');
  });

  test('binary amounts end at 2^63-1', () => {
    expect(Quantity.parse('9Ei').value()).toBe(2n ** 63n - 1n);
    expect(Quantity.parse('9E').value()).toBe(9n * 10n ** 18n);
  });
});

describe('making', () => {
  test.each([
    { made: Quantity.of(5_000n), text: '5k' },
    { made: Quantity.of(5_242_880_000n, 'BinarySI'), text: '5000Mi' },
    { made: Quantity.ofMilli(2_015n), text: '2015m' },
    { made: Quantity.zero, text: '0' },
    { made: Quantity.sum([]), text: '0' },
    { made: Quantity.sum([Quantity.parse('1Gi'), Quantity.parse('1')]), text: '1073741825' },
    { made: Quantity.parse('100Mi').times(3n), text: '300Mi' },
    { made: Quantity.of(10n ** 20n), text: '100E' },
    { made: Quantity.of(-1000n), text: '-1k' },
    { made: Quantity.ofNanos(1_200n), text: '1200n' },
    { made: Quantity.ofNanos(10n ** 41n, 'DecimalExponent'), text: '100e30' },
    { made: Quantity.ofNanos(10n ** 9n, 'DecimalExponent'), text: '1' },
    { made: Quantity.ofNanos(1_000n, 'DecimalExponent'), text: '1e-6' },
  ])('$text', ({ made, text }) => {
    expect(made.toString()).toBe(text);
    expect(JSON.stringify(made)).toBe(`"${text}"`);
  });

  test('billionths are kept as they are', () => {
    expect(Quantity.ofNanos(62_500_000n).equals(Quantity.parse('62500u'))).toBe(true);
    expect(Quantity.ofNanos(1_073_741_824_000_000_000n, 'BinarySI').toString()).toBe('1Gi');
  });
});

describe('rounding to units', () => {
  test.each([
    { text: '1500m', units: 2n, millis: 1500n, kilos: 1n },
    { text: '-1500m', units: -2n, millis: -1500n, kilos: -1n },
    { text: '1500u', units: 1n, millis: 2n, kilos: 1n },
    { text: '2M', units: 2_000_000n, millis: 2_000_000_000n, kilos: 2000n },
  ])('$text is rounded away from zero', ({ text, units, millis, kilos }) => {
    const quantity = Quantity.parse(text);
    expect([quantity.value(), quantity.milliValue(), quantity.kiloValue()]).toEqual([units, millis, kilos]);
  });
});

describe('comparing', () => {
  test.each([
    { left: '1Gi', right: '1073741824', order: 0 },
    { left: '1G', right: '1Gi', order: -1 },
    { left: '1', right: '999m', order: 1 },
    { left: '-1', right: '0', order: -1 },
  ])('$left against $right is $order, whatever the suffixes', ({ left, right, order }) => {
    const [a, b] = [Quantity.parse(left), Quantity.parse(right)];
    expect(a.compare(b)).toBe(order);
    expect(a.equals(b)).toBe(order === 0);
    expect(a.exceeds(b)).toBe(order === 1);
    expect(a.max(b)).toBe(order === -1 ? b : a);
  });

  test.each([
    { text: '1n', signs: [false, true, false] },
    { text: '0', signs: [true, false, false] },
    { text: '-1n', signs: [false, false, true] },
  ])('$text is zero, positive or negative: $signs', ({ text, signs }) => {
    const quantity = Quantity.parse(text);
    expect([quantity.isZero(), quantity.isPositive(), quantity.isNegative()]).toEqual(signs);
  });
});

describe('for any quantity', () => {
  test('what is printed reads as the same amount and prints the same', () => {
    fc.assert(
      fc.property(quantities, (quantity) => {
        const again = Quantity.parse(quantity.toString());
        expect(again.nanos).toBe(quantity.nanos);
        expect(again.toString()).toBe(quantity.toString());
      }),
    );
  });

  test('sums are exact: taking away what was added leaves what was', () => {
    fc.assert(
      fc.property(quantities, quantities, (left, right) => {
        expect(left.add(right).subtract(right).equals(left)).toBe(true);
        expect(left.add(right).equals(right.add(left))).toBe(true);
      }),
    );
  });
});
