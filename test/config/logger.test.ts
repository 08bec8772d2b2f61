import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLogger } from '../../src/config/logger.ts';
import { hostileText, STEERING } from '../security/hostile-texts.ts';

function logged(facts: object, text: string): readonly string[] {
  const lines: string[] = [];
  createLogger('info', { write: (line) => void lines.push(line) }).info(facts, text);
  return lines;
}

describe('the log', () => {
  test('is JSON lines with a level in words and a time', () => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line) => void lines.push(line) });
    logger.debug('not shown');
    logger.info({ uid: 'a\n\u001b[31m' }, 'review');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.any(String),
      uid: 'a\n\u001b[31m',
      msg: 'review',
    });
  });

  test('is a line for each event, of printable characters alone, that reads back as it was', () => {
    fc.assert(
      fc.property(hostileText, hostileText, hostileText, (name, value, text) => {
        const key = `f${name}`;
        const [line = '', ...more] = logged({ [key]: value, list: [value] }, text);
        expect(more).toEqual([]);
        expect(line.endsWith('}\n')).toBe(true);
        expect(line.slice(0, -1)).not.toMatch(STEERING);
        expect(JSON.parse(line)).toMatchObject({
          [key]: value,
          msg: text,
        });
      }),
    );
  });

  test.each([
    ['a control sequence of eight bits', '\u009b31m'],
    ['text that turns its direction', '\u202e'],
    ['a line separator', '\u2028'],
    ['an invisible tag beyond the first plane', '\u{e0041}'],
    ['the delete character', '\u007f'],
  ])('writes %s as an escape', (_title, text) => {
    const [line = ''] = logged({ text }, 'x');
    expect(line).toMatch(/^[ -~]*\n$/);
    expect(JSON.parse(line).text).toBe(text);
  });

  test('holds of an error its message and stack on the same one line', () => {
    const [line = '', ...more] = logged({ err: new Error('vm\n{"level":"info","msg":"forged"}\u009b') }, 'failed');
    expect(more).toEqual([]);
    expect(line.slice(0, -1)).not.toMatch(STEERING);
    expect(JSON.parse(line)).toMatchObject({ level: 'info', msg: 'failed' });
  });
});
