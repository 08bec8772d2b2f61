import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mebibytesText, signedText } from '../../src/commands/byte-text.ts';
import { displayWidth } from '../../src/commands/display-width.ts';
import { tableLines } from '../../src/commands/text-table.ts';

const COLUMNS = [
  { title: 'NAME', text: ({ name }: Row) => name },
  { title: 'AMOUNT', align: 'right' as const, text: ({ amount }: Row) => `${amount}` },
  { title: 'END', text: ({ name }: Row) => name },
];
interface Row {
  readonly name: string;
  readonly amount: number;
}

function plain(text: string): string {
  return text;
}

describe('a table', () => {
  test('aligns figures at the right and leaves no blanks behind', () => {
    const rows = [
      { name: 'a', amount: 5 },
      { name: 'longer', amount: 1234567 },
    ];
    expect(tableLines(COLUMNS, rows, plain)).toEqual([
      'NAME      AMOUNT   END',
      'a              5   a',
      'longer   1234567   longer',
    ]);
  });

  test('shows a dash where there is nothing', () => {
    expect(tableLines(COLUMNS, [{ name: '', amount: 0 }], plain)[1]).toBe('-           0   -');
  });

  test('keeps every cell on its line, however hostile its text', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ name: fc.string({ unit: 'binary' }), amount: fc.nat() })), (rows) => {
        const lines = tableLines(COLUMNS, rows, plain);
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  test.each([
    ['Latin letters take one column', 'größe', 5],
    ['Chinese characters take two', '内存', 4],
    ['combining marks take none', 'e\u0301', 1],
    ['emoji take two', '🚀', 2],
  ])('%s', (_title, text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('bytes for people', () => {
  test.each([
    [442_497_017n, '422.0Mi', '+422.0Mi'],
    [0n, '0.0Mi', '0.0Mi'],
    [-1_572_864n, '-1.5Mi', '-1.5Mi'],
    [52_429n, '0.1Mi', '+0.1Mi'],
  ])('%s are %s', (bytes, text, signed) => {
    expect([mebibytesText(bytes), signedText(bytes)]).toEqual([text, signed]);
  });
});
