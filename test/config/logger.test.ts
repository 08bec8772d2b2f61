import { describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/config/logger.ts';

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
});
