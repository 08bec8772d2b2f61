import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Quantity } from '../../src/quantity/quantity.ts';
import { amountText, percentText } from '../../src/report/amount-text.ts';

describe('an amount is shown in the unit of what its quota key counts', () => {
  test.each([
    ['limits.memory', '5000Mi', '4.89 GiB'],
    ['limits.memory', '60', '60 B'],
    ['limits.memory', '1023', '1,023 B'],
    ['limits.memory', '-499581313', '\u2212476.44 MiB'],
    ['requests.storage', '1Ti', '1.00 TiB'],
    ['hugepages-2Mi', '4Mi', '4.00 MiB'],
    ['requests.hugepages-2Mi', '4Mi', '4.00 MiB'],
    ['limits.cpu', '2015m', '2.015'],
    ['limits.cpu', '200', '200'],
    ['count/pods', '12345', '12,345'],
    ['requests.nvidia.com/gpu-memory', '3', '3'],
    ['limits.memory', '0', '0 B'],
  ])('%s of %s is %s', (resource, amount, text) => {
    expect(amountText(resource, Quantity.parse(amount))).toBe(text);
  });

  test('and a shortage is never rounded to nothing', () => {
    const negative = fc.bigInt({ min: 1n, max: 10n ** 30n });
    const resources = fc.constantFrom('limits.memory', 'limits.cpu', 'pods');
    fc.assert(
      fc.property(negative, resources, (nanos, resource) => {
        expect(amountText(resource, Quantity.ofNanos(-nanos))).toMatch(/^\u2212.*[1-9]/);
      }),
    );
  });
});

test.each([
  [-0.0000001, '\u22120.1 %'],
  [0, '0.0 %'],
  [0.0361, '3.7 %'],
  [0.2, '20 %'],
  [-1.5, '\u2212150 %'],
])('a share of %d is %s', (share, text) => {
  expect(percentText(share)).toBe(text);
});
