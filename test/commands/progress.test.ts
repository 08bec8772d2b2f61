import { describe, expect, test } from '@jest/globals';
import { OutputClosed, type TextSink } from '../../src/commands/io.ts';
import { type ProgressClock, progressText, withProgress } from '../../src/commands/progress.ts';

const ERASE = '\r\u001b[K';

/** A clock that stands until it is told to go on. */
class FakeClock implements ProgressClock {
  milliseconds = 0;
  readonly #tasks = new Set<() => void>();

  now(): number {
    return this.milliseconds;
  }

  every(_milliseconds: number, task: () => void): () => void {
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  get timers(): number {
    return this.#tasks.size;
  }

  go(milliseconds: number): void {
    this.milliseconds += milliseconds;
    for (const task of this.#tasks) task();
  }
}

function terminal(given: { readonly isTerminal?: boolean; readonly stderrColumns?: number | undefined } = {}) {
  const written: string[] = [];
  const sink = (name: string): TextSink => ({
    write: async (text) => {
      written.push(`${name}: ${text}`);
    },
  });
  const clock = new FakeClock();
  const io = {
    stdout: sink('out'),
    stderr: sink('err'),
    isTerminal: true,
    color: false,
    columns: 80,
    stderrColumns: 80,
  };
  const shown = withProgress({ ...io, ...given }, clock);
  const read = (done: number): void => shown.io.onProgress?.({ doing: 'reading Pods', done, unit: 'objects' });
  return { ...shown, written, clock, read };
}

describe('progress', () => {
  test('is not shown of what takes less than a second', async () => {
    const { read, clock, written, end } = terminal();
    read(1);
    clock.go(999);
    read(2);
    await end();
    expect(written).toEqual([]);
  });

  test('is shown after a second, drawn again when there is news, and taken away at the end', async () => {
    const { read, clock, written, end } = terminal();
    read(500);
    clock.go(1000);
    clock.go(100);
    read(1000);
    clock.go(100);
    await end();
    expect(written).toEqual([`err: ${ERASE}reading Pods 500`, `err: ${ERASE}reading Pods 1000`, `err: ${ERASE}`]);
    expect(clock.timers).toBe(0);
  });

  test('is shown of work that leaves no time to timers', () => {
    const { read, clock, written } = terminal();
    read(1);
    clock.milliseconds = 1500;
    read(2);
    read(3);
    clock.milliseconds = 1600;
    read(4);
    expect(written).toEqual([`err: ${ERASE}reading Pods 2`, `err: ${ERASE}reading Pods 4`]);
  });

  test('makes way for notes, and is there again with the next news', async () => {
    const { io, read, clock, written } = terminal();
    read(1);
    clock.go(1000);
    await io.stderr.write('note\n');
    clock.go(100);
    read(2);
    clock.go(100);
    expect(written).toEqual([
      `err: ${ERASE}reading Pods 1`,
      `err: ${ERASE}`,
      'err: note\n',
      `err: ${ERASE}reading Pods 2`,
    ]);
  });

  test('ends with the first data on the same terminal', async () => {
    const { io, read, clock, written } = terminal();
    read(1);
    clock.go(1000);
    await io.stdout.write('data\n');
    read(2);
    clock.go(5000);
    expect(written).toEqual([`err: ${ERASE}reading Pods 1`, `err: ${ERASE}`, 'out: data\n']);
  });

  test('goes on beside data that goes to a file', async () => {
    const { io, read, clock, written } = terminal({ isTerminal: false });
    read(1);
    clock.go(1000);
    await io.stdout.write('data\n');
    read(2);
    clock.go(100);
    expect(written.at(-1)).toBe(`err: ${ERASE}reading Pods 2`);
  });

  test('is told to nobody where stderr is no terminal', () => {
    const { io, clock } = terminal({ stderrColumns: undefined });
    expect(io.onProgress).toBeUndefined();
    expect(clock.timers).toBe(0);
  });

  test('needs no reader', async () => {
    const { clock, end, io } = terminal();
    const closed: TextSink = { write: () => Promise.reject(new OutputClosed('nobody')) };
    const other = withProgress({ ...io, stderr: closed }, clock);
    other.io.onProgress?.({ doing: 'reading', done: 1, unit: 'objects' });
    clock.go(1000);
    await expect(other.end()).resolves.toBeUndefined();
    await end();
  });
});

describe('a line of progress', () => {
  const pods = { doing: 'reading Pods', unit: 'objects' } as const;

  test.each([
    ['how many, where nobody knows of how many', { ...pods, done: 1500 }, 60, 'reading Pods 1500'],
    ['nothing of none', { ...pods, done: 0, total: 4 }, 60, 'reading Pods [                    ] 0 of 4'],
    ['a half', { ...pods, done: 2, total: 4 }, 60, 'reading Pods [==========          ] 2 of 4'],
    ['more than was told of', { ...pods, done: 9, total: 4 }, 60, 'reading Pods [====================] 9 of 4'],
    ['none of none', { ...pods, done: 0, total: 0 }, 60, 'reading Pods [                    ] 0 of 0'],
    [
      'bytes',
      { doing: 'reading a.jsonl', done: 120_000_000, total: 266_000_000, unit: 'bytes' },
      60,
      'reading a.jsonl [=========           ] 120 MB of 266 MB',
    ],
    ['few bytes', { doing: 'reading -', done: 999, unit: 'bytes' }, 60, 'reading - 999 bytes'],
    ['less on a narrow terminal', { ...pods, done: 1500 }, 12, 'readin… 1500'],
    ['figures alone on a very narrow one', { ...pods, done: 15_000_000 }, 4, '1500'],
    ['no control characters of names', { ...pods, doing: 'reading a\u001b[2J\nb', done: 1 }, 60, 'reading a [2J b 1'],
  ] as const)('tells %s', (_, progress, columns, text) => {
    expect(progressText(progress, columns)).toBe(text);
  });
});
