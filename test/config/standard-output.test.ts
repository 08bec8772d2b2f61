import { describe, expect, test } from '@jest/globals';
import { LogOutput, type Output } from '../../src/config/standard-output.ts';

/** A reader that takes what it is told to, when it is told to. */
class Reader implements Output {
  taken = '';
  readonly #waiting: { bytes: Buffer; callback: Parameters<Output['write']>[1] }[] = [];

  write(bytes: Buffer, callback: Parameters<Output['write']>[1]): void {
    this.#waiting.push({ bytes, callback });
  }

  writeSync(bytes: Buffer): number {
    this.taken += bytes.toString();
    return bytes.length;
  }

  get isAsked(): boolean {
    return this.#waiting.length > 0;
  }

  takes(most = Number.POSITIVE_INFINITY): void {
    const { bytes, callback } = this.#next();
    const part = bytes.subarray(0, most);
    this.taken += part.toString();
    callback(null, part.length);
  }

  fails(code: string): void {
    this.#next().callback(Object.assign(new Error(code), { code }), 0);
  }

  #next() {
    const next = this.#waiting.shift();
    if (next === undefined) throw new Error('nothing is being written');
    return next;
  }
}

const setUp = () => {
  const reader = new Reader();
  const lost: number[] = [];
  return { reader, lost, output: new LogOutput((lines) => lost.push(lines), reader) };
};
const LINE = `${'x'.repeat(1023)}\n`;

describe('lines on their way out', () => {
  test('are gathered until they are worth a write', () => {
    const { reader, output } = setUp();
    for (let lines = 0; lines < 31; lines += 1) output.write(LINE);
    expect(reader.isAsked).toBe(false);
    output.write(LINE);
    reader.takes();
    expect(reader.taken).toBe(LINE.repeat(32));
  });

  test('come in their order and whole, however little is taken at a time', () => {
    const { reader, output } = setUp();
    for (const line of ['one\n', 'zwei \u00fc\n']) output.write(line);
    output.flush();
    output.write('three\n');
    while (reader.isAsked) reader.takes(3);
    output.flush();
    reader.takes();
    expect(reader.taken).toBe('one\nzwei \u00fc\nthree\n');
  });

  test('are lost when 4 MiB of them wait, and their number is told when others are taken', () => {
    const { reader, lost, output } = setUp();
    for (let lines = 0; lines < 5000; lines += 1) output.write(LINE);
    expect(lost).toEqual([]);
    while (reader.isAsked) reader.takes();
    expect(reader.taken).toBe(LINE.repeat(4096));
    expect(lost).toEqual([5000 - 4096]);
    for (let lines = 0; lines < 32; lines += 1) output.write(LINE);
    reader.takes();
    expect(reader.taken).toBe(LINE.repeat(4096 + 32));
    expect(lost).toHaveLength(1);
  });

  test('are given up for good with a reader that has gone', () => {
    const { reader, output } = setUp();
    output.write(LINE);
    output.flush();
    reader.fails('EPIPE');
    for (let lines = 0; lines < 100; lines += 1) output.write(LINE);
    output.flush();
    output.flushSync();
    expect(reader.isAsked).toBe(false);
    expect(reader.taken).toBe('');
  });

  test('after those that a full disk did not take are written when it does', () => {
    const { reader, output } = setUp();
    output.write('lost\n');
    output.flush();
    reader.fails('ENOSPC');
    output.write('written\n');
    output.flush();
    reader.takes();
    expect(reader.taken).toBe('written\n');
  });

  test('are tried again with a reader that is busy', async () => {
    const { reader, output } = setUp();
    output.write(LINE);
    output.flush();
    reader.fails('EAGAIN');
    while (!reader.isAsked) await new Promise((resolve) => setTimeout(resolve, 1));
    reader.takes();
    expect(reader.taken).toBe(LINE);
  });

  test('that came while many were being written do not wait for the next ones', async () => {
    const { reader, output } = setUp();
    output.write(LINE.repeat(32));
    output.write('last\n');
    reader.takes();
    while (!reader.isAsked) await new Promise((resolve) => setTimeout(resolve, 1));
    reader.takes();
    expect(reader.taken).toBe(`${LINE.repeat(32)}last\n`);
  });
});

describe('the end of the process', () => {
  test('writes what waits, also what a busy reader has not taken', () => {
    const { reader, output } = setUp();
    output.write('one\n');
    output.flush();
    reader.fails('EAGAIN');
    output.write('two\n');
    output.flushSync();
    expect(reader.taken).toBe('one\ntwo\n');
  });

  test('does not wait for a reader that takes nothing', () => {
    const { reader, output } = setUp();
    reader.writeSync = () => {
      throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' });
    };
    output.write(LINE);
    expect(() => output.flushSync()).not.toThrow();
    expect(reader.taken).toBe('');
  });
});
