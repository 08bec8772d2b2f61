import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { documentText } from '../../src/commands/documents.ts';

const STEERING = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;
const ODD = [
  '\u202e',
  '\u200b',
  '\u{e0001}',
  '\u2028',
  '\u0085',
  '\u001b',
  '\u0000',
  '\t',
  '\n',
  '\r',
  ' ',
  '-',
  ':',
  '#',
  '"',
  'a',
];
const oddText = fc.string({ unit: fc.constantFrom(...ODD), maxLength: 60 });

describe.each(['json', 'yaml'] as const)('a document in %s', (format) => {
  const read = (text: string): unknown => (format === 'json' ? JSON.parse(text) : parse(text));

  test('reads back to what was printed, whatever characters its names and texts hold', async () => {
    const values = fc.dictionary(oddText, fc.oneof(oddText, fc.array(oddText, { maxLength: 3 })), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const text = await documentText(format, { ...value });
        expect(read(text)).toEqual({ ...value });
        expect(text).not.toMatch(STEERING);
      }),
      { numRuns: 300 },
    );
  });

  test('quotes a text whose first character would be taken for its indentation', async () => {
    const value = { name: '\u202egnp.exea\nb' };
    expect(read(await documentText(format, value))).toEqual(value);
  });
});
