import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Quantity, QuantityError } from '../../src/quantity/quantity.ts';

interface Vector {
  readonly op: 'parse' | 'add' | 'sub';
  readonly a: string;
  readonly b?: string;
  readonly err?: string;
  readonly canonical: string;
  readonly format: string;
  /** The exact amount as a plain decimal. */
  readonly dec?: string;
  /** Quantity.Value(), which is wrong in the original for amounts beyond 64 bits. */
  readonly value?: string;
}

const vectors: readonly Vector[] = readFileSync(new URL('../vectors/quantities.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const refused = vectors.filter(({ err }) => err !== undefined);
const read = vectors.filter(({ op, err }) => op === 'parse' && err === undefined);
const computed = vectors.filter(({ op, err }) => op !== 'parse' && err === undefined);

describe('quantities agree with k8s.io/apimachinery v0.34.2', () => {
  test.each(refused)('"$a" is refused', ({ a }) => {
    expect(() => Quantity.parse(a)).toThrow(QuantityError);
  });

  test.each(read)('"$a" is printed as $canonical', ({ a, canonical, format }) => {
    const quantity = Quantity.parse(a);
    expect({ canonical: quantity.toString(), format: quantity.format }).toEqual({ canonical, format });
  });

  test.each(read.filter(({ dec, value }) => value !== undefined && fitsInt64(dec)))(
    '"$a" is $value in whole units',
    ({ a, value }) => {
      expect(Quantity.parse(a).value().toString()).toBe(value);
    },
  );

  test.each(computed)('$a $op $b is $canonical', ({ op, a, b = '0', canonical, format }) => {
    const [left, right] = [Quantity.parse(a), Quantity.parse(b)];
    const result = op === 'add' ? left.add(right) : left.subtract(right);
    expect({ canonical: result.toString(), format: result.format }).toEqual({ canonical, format });
  });

  test('there are cases of each kind', () => {
    expect([refused.length, read.length, computed.length].map((count) => count > 20)).toEqual([true, true, true]);
  });
});

function fitsInt64(dec = '0'): boolean {
  const whole = BigInt(dec.split('.')[0] ?? '0');
  return whole < 2n ** 63n - 1n && whole > -(2n ** 63n);
}
