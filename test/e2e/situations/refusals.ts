import { open } from 'node:fs/promises';

/** What virt-controller logs of a migration whose target pod the API server would not have, which it does at each try. */
export interface Refusals {
  /** How often so far, of a migration NAMESPACE/NAME. */
  count(migration: string): Promise<number>;
  /** The API server's words at the last try that it answered; before the first, what else went wrong. */
  last(migration: string): Promise<string>;
}

const LINE = /"msg":"reenqueuing Migration ([^"]+)".*"reason":"((?:[^"\\]|\\.)*)"/;

/** Its events tell less: repeated ones are dropped. */
export function readRefusals(logFile: string): Refusals {
  const log = new LogReader(logFile);
  return {
    count: async (migration) => {
      await log.readOn();
      return log.found.get(migration)?.count ?? 0;
    },
    last: async (migration) => {
      await log.readOn();
      return log.found.get(migration)?.last ?? '';
    },
  };
}

class LogReader {
  readonly found = new Map<string, { readonly count: number; readonly last: string }>();
  readonly #file: string;
  #position = 0;
  #rest = '';
  #reading = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** Whoever asks meanwhile waits, so that each line is read once. */
  readOn(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#readNewLines());
    return this.#reading;
  }

  async #readNewLines(): Promise<void> {
    const file = await open(this.#file);
    try {
      const length = (await file.stat()).size - this.#position;
      if (length === 0) return;
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position: this.#position });
      this.#position += bytesRead;
      const lines = `${this.#rest}${buffer.toString('latin1', 0, bytesRead)}`.split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    } finally {
      await file.close();
    }
  }

  #take(line: string): void {
    const [, migration, reason = ''] = LINE.exec(line) ?? [];
    if (migration === undefined) return;
    const { count, last } = this.found.get(migration) ?? { count: 0, last: '' };
    const words: string = JSON.parse(`"${reason}"`);
    // A write that came too late, for example, is no answer about the pod.
    const isAnswer = words.includes(' is forbidden: ');
    this.found.set(migration, { count: count + (isAnswer ? 1 : 0), last: isAnswer || count === 0 ? words : last });
  }
}
