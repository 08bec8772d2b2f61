import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { excessOf } from '../../src/server/nesting.ts';

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

describe('nesting of JSON text', () => {
  test.each([
    ['arrays', '[[[]]]', 2, true],
    ['objects', '{"a":{"a":{}}}', 2, true],
    ['as deep as allowed', '[[ 1 ]]', 2, false],
    ['one after the other', '[[],[],[],[]]', 2, false],
    ['brackets in a string', '["[[[[[["]', 1, false],
    ['a quote in a string', '["\\"[[[[[["]', 1, false],
    ['a backslash before the closing quote', '["\\\\",[[]]]', 2, true],
    ['a string that never ends', '["[[[[[[\\', 1, false],
  ])('%s', (_title, json, deepest, expected) => {
    expect(excessOf(json, { depth: deepest, values: Number.POSITIVE_INFINITY }) === 'depth').toBe(expected);
  });

  test('is what the parsed value has', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 0, max: 6 }), (value, deepest) => {
        const json = JSON.stringify(value, null, 1);
        expect(excessOf(json, { depth: deepest, values: Number.POSITIVE_INFINITY }) === 'depth').toBe(
          depthOf(JSON.parse(json)) > deepest,
        );
      }),
    );
  });
});
