import { describe, expect, test } from '@jest/globals';
import { Turns } from '../../src/admission/turns.ts';

/** Work that says when it begins and ends when it is told to. */
function bench() {
  const log: string[] = [];
  const work = (name: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const begin = (): Promise<string> => {
      log.push(name);
      return promise;
    };
    return { begin, finish: () => resolve(name), fail: () => reject(new Error(name)) };
  };
  return { log, work };
}

describe('work of one key', () => {
  test('begins when the work before it has ended, in the order that it came', async () => {
    const { log, work } = bench();
    const turns = new Turns();
    const [first, second, third] = [work('first'), work('second'), work('third')];
    const all = [first, second, third].map(({ begin }) => turns.take('a', begin));
    third.finish();
    second.finish();
    await Promise.resolve();
    expect(log).toEqual(['first']);
    first.finish();
    expect(await Promise.all(all)).toEqual(['first', 'second', 'third']);
    expect(log).toEqual(['first', 'second', 'third']);
  });

  test('does not wait for that of another key', async () => {
    const { log, work } = bench();
    const turns = new Turns();
    const [slow, quick] = [work('slow'), work('quick')];
    const held = turns.take('a', slow.begin);
    quick.finish();
    expect(await turns.take('b', quick.begin)).toBe('quick');
    expect(log).toEqual(['slow', 'quick']);
    slow.finish();
    await held;
  });

  test('that fails tells its own caller and holds nobody up', async () => {
    const { work } = bench();
    const turns = new Turns();
    const [first, second] = [work('first'), work('second')];
    const failed = turns.take('a', first.begin);
    const after = turns.take('a', second.begin);
    first.fail();
    second.finish();
    await expect(failed).rejects.toThrow('first');
    expect(await after).toBe('second');
  });

  test('that throws before it has begun to wait is a failure like any other', async () => {
    const turns = new Turns();
    const broken = turns.take('a', () => {
      throw new Error('at once');
    });
    await expect(broken).rejects.toThrow('at once');
    expect(await turns.take('a', async () => 'next')).toBe('next');
  });
});
