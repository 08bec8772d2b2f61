import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findJsonFault } from '../../src/cluster/json-fault.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test.each<{ text: string; offset: number; expected: string }>([
  { text: '', offset: 0, expected: 'value' },
  { text: ' {"a" 1}', offset: 6, expected: '":"' },
  { text: '{"a":1 "b":2}', offset: 7, expected: '"," or "}"' },
  { text: '{"a":1,}', offset: 7, expected: 'property name' },
  { text: '{a:1}', offset: 1, expected: 'property name or "}"' },
  { text: '[1,]', offset: 3, expected: 'value' },
  { text: '[1 2]', offset: 3, expected: '"," or "]"' },
  { text: '[}', offset: 1, expected: 'value or "]"' },
  { text: '{} {}', offset: 3, expected: 'end of the text' },
  { text: '["no end', offset: 1, expected: 'value or "]"' },
  { text: '["\\x"]', offset: 1, expected: 'value or "]"' },
  { text: '[01]', offset: 2, expected: '"," or "]"' },
])('$text is no JSON from $offset on', ({ text, offset, expected }) => {
  expect(findJsonFault(text)).toEqual({ offset, expected });
});

test('a fault is found exactly where JSON.parse finds one', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"\\u00e9"',
    '"',
    '\\',
    '1',
    '-',
    '0.5e3',
    'true',
    'nul',
    ' ',
    '\n',
    'ü',
    '\u0001',
    '\u007f',
  );
  const cut = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', 'x')).map(([json, at, insert]) => {
    const split = at % (json.length + 1);
    return json.slice(0, split) + insert + json.slice(split);
  });
  const broken = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    cut,
    fc.json(),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(broken, (text) => {
      expect(findJsonFault(text) === undefined).toBe(parses(text));
    }),
    { numRuns: 2000 },
  );
});
