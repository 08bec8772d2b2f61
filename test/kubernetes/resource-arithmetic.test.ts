import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addResources, subtractResources } from '../../src/kubernetes/resource-arithmetic.ts';
import { listOf, printed } from './objects.ts';

describe('resource lists', () => {
  test('are added by name, and what is missing is zero', () => {
    const sum = addResources(listOf({ cpu: '1', memory: '1Gi' }), listOf({ memory: '1', pods: '2' }));
    expect(printed(sum)).toEqual({ cpu: '1', memory: '1073741825', pods: '2' });
  });

  test('are subtracted by name, below zero too', () => {
    const difference = subtractResources(listOf({ cpu: '1', memory: '1Gi' }), listOf({ memory: '2Gi', pods: '2' }));
    expect(printed(difference)).toEqual({ cpu: '1', memory: '-1Gi', pods: '-2' });
  });

  test('are never changed by sums', () => {
    const left = listOf({ cpu: '1' });
    addResources(left, listOf({ cpu: '1' }));
    subtractResources(left, listOf({ cpu: '1' }));
    expect(printed(left)).toEqual({ cpu: '1' });
  });

  test('that were added can be taken away again', () => {
    const lists = fc
      .dictionary(fc.constantFrom('cpu', 'memory', 'pods'), fc.integer())
      .map((amounts) => listOf(Object.fromEntries(Object.entries(amounts).map(([name, units]) => [name, `${units}`]))));
    fc.assert(
      fc.property(lists, lists, (left, right) => {
        const after = subtractResources(addResources(left, right), right);
        for (const [name, amount] of after) expect(amount.nanos).toBe(left.get(name)?.nanos ?? 0n);
      }),
    );
  });
});
