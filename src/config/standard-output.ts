import { write as writeFile, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const MEBIBYTE = 1024 * 1024;
/** Lines are gathered: a write, which another thread does, costs more than the decision that a line tells. */
const GATHERED_CHARACTERS = 32 * 1024;
const LONGEST_GATHERING_MILLISECONDS = 250;
/** A reader that is so far behind loses lines. */
const MOST_CHARACTERS = 4 * MEBIBYTE;
const BUSY_MILLISECONDS = 100;

const BUSY: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EBUSY', 'EINTR']);
const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EBADF']);

export interface Output {
  /** As `fs.write`: the callback is told how many bytes were taken. */
  write(bytes: Buffer, callback: (error: NodeJS.ErrnoException | null, taken: number) => void): void;
  /** As `fs.writeSync`. */
  writeSync(bytes: Buffer): number;
}

const STANDARD_OUTPUT: Output = {
  write: (bytes, callback) => writeFile(1, bytes, callback),
  writeSync: (bytes) => writeSync(1, bytes),
};

/**
 * Log lines on their way out, so that whoever reads them can do nothing to the webhook: while a reader does not read, lines
 * wait, 4 MiB of them, and then are lost; after one that has gone, all are lost. Nothing ever waits for a reader, nor does
 * the end of the process.
 */
export class LogOutput implements DestinationStream {
  readonly #output: Output;
  readonly #onLost: (lines: number) => void;
  #gathered: string[] = [];
  /** Of what is gathered and what is being written. */
  #characters = 0;
  #lost = 0;
  /** Not taken yet, whether a write of it is under way or to be tried again. */
  #rest: Buffer | undefined;
  #isBeingWritten = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  /** `onLost` is told how many lines were lost, as soon as others are taken again. */
  constructor(onLost: (lines: number) => void, output: Output = STANDARD_OUTPUT) {
    this.#onLost = onLost;
    this.#output = output;
  }

  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#characters + line.length > MOST_CHARACTERS) {
      this.#lost += 1;
      return;
    }
    this.#gathered.push(line);
    this.#characters += line.length;
    if (this.#characters >= GATHERED_CHARACTERS) this.flush();
    else this.#flushLater();
  }

  /** Begins to write what has been gathered, unless something is being written already. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#rest !== undefined || this.#gathered.length === 0) return;
    const text = this.#gathered.join('');
    this.#gathered = [];
    this.#characters = text.length;
    this.#writeOn(Buffer.from(text));
  }

  /** At the end of the process: what is taken at once is written, the rest is lost. */
  flushSync(): void {
    const waiting = this.#isBeingWritten ? undefined : this.#rest;
    const bytes = Buffer.concat([waiting ?? Buffer.alloc(0), Buffer.from(this.#gathered.join(''))]);
    this.#gathered = [];
    try {
      for (let at = 0; at < bytes.length && !this.#isClosed; ) at += this.#output.writeSync(bytes.subarray(at));
    } catch {
      // The process ends all the same.
    }
  }

  #writeOn(bytes: Buffer): void {
    this.#rest = bytes;
    this.#isBeingWritten = true;
    this.#output.write(bytes, (error, taken) => {
      this.#isBeingWritten = false;
      if (error === null) this.#goOn(bytes.subarray(taken));
      else if (BUSY.has(error.code)) setTimeout(() => this.#writeOn(bytes), BUSY_MILLISECONDS).unref();
      else if (GONE.has(error.code)) this.#close();
      // A full disk, perhaps not for ever.
      else this.#goOn(Buffer.alloc(0));
    });
  }

  #goOn(rest: Buffer): void {
    if (rest.length > 0) {
      this.#writeOn(rest);
      return;
    }
    this.#rest = undefined;
    this.#characters = this.#gathered.reduce((sum, line) => sum + line.length, 0);
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#onLost(lost);
    if (this.#characters >= GATHERED_CHARACTERS) this.flush();
    else if (this.#gathered.length > 0) this.#flushLater();
  }

  #flushLater(): void {
    this.#timer ??= setTimeout(() => this.flush(), LONGEST_GATHERING_MILLISECONDS).unref();
  }

  #close(): void {
    this.#isClosed = true;
    this.#rest = undefined;
    this.#gathered = [];
  }
}
