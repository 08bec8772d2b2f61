import type { Writable } from 'node:stream';
import { printableOneLine } from '../admission/plain-text.ts';
import type { ProgressListener } from '../cluster/reading-progress.ts';

/** Where text goes. */
export interface TextSink {
  /** Resolves once the reader has taken the text, so that a slow one holds the writer back; rejects with OutputClosed. */
  write(text: string): Promise<void>;
}

/** A command's way to the world: data on stdout, notes on stderr. */
export interface Io {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Whether stdout is a terminal, with somebody in front of it. */
  readonly isTerminal: boolean;
  readonly color: boolean;
  readonly columns: number;
  /** Columns of the terminal that stderr is; undefined where it is none. */
  readonly stderrColumns?: number | undefined;
  /** Told how far long work has come; undefined where nobody would see it. */
  readonly onProgress?: ProgressListener | undefined;
}

/** Whoever read the output has had enough of it, as `head` has after ten lines. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

const CLOSED_CODES: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ECONNRESET']);

export function streamSink(stream: Writable): TextSink {
  // The callback of the write is told of the same error; without a listener it would end the process.
  stream.on('error', () => undefined);
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
          if (!error) resolve();
          else reject(CLOSED_CODES.has(error.code) ? new OutputClosed(error.message) : error);
        });
      }),
  };
}

/** A sentence on stderr, a line whatever names of the cluster are in it. Nobody has to read it. */
export async function note(io: Io, text: string): Promise<void> {
  try {
    await io.stderr.write(`${printableOneLine(text)}\n`);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}

const CHUNK_LENGTH = 1 << 16;

/** Gathers small pieces of text into writes that are worth a system call. */
export class ChunkedText {
  readonly #sink: TextSink;
  #pieces: string[] = [];
  #length = 0;

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  async add(text: string): Promise<void> {
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length >= CHUNK_LENGTH) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    if (text !== '') await this.#sink.write(text);
  }
}
