import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { printableLine, printableLines, printableOneLine, quotedName } from '../../src/admission/plain-text.ts';

describe('text for a terminal, a log and a warning header', () => {
  test('is one line without control characters, whatever a name holds', () => {
    expect(printableLine('a\r\nWarning: forged\u001b[31m\u2028b\u202ec', 256)).toBe('a Warning: forged [31m b c');
  });

  test('is cut at a word near the limit', () => {
    expect(printableLine('one two three four', 16)).toBe('one two three…');
  });

  test('is cut inside a word that is longer than the rest', () => {
    expect(printableLine('x'.repeat(300), 20)).toBe(`${'x'.repeat(19)}…`);
  });

  test('is never cut inside a character', () => {
    expect(printableLine('😀'.repeat(10), 6)).toBe('😀😀…');
  });

  test('of several lines keeps its line breaks and nothing else that controls', () => {
    expect(printableLines('a\tb\nc\u0007d\u200fe')).toBe('a b\nc d e');
  });

  test('on one line keeps its words and its length', () => {
    expect(printableOneLine('  a\nerror: b\r\u2028c')).toBe('  a error: b  c');
    expect(printableOneLine('x'.repeat(5000))).toHaveLength(5000);
  });

  test('names of any length are quoted in at most 65 characters', () => {
    expect(quotedName('../x')).toBe('"../x"');
    expect(quotedName('y'.repeat(300))).toHaveLength(65);
  });

  test('is never longer than its limit and always well-formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), fc.integer({ min: 8, max: 256 }), (text, limit) => {
        const line = printableLine(text, limit);
        expect(line.length).toBeLessThanOrEqual(limit);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
