import { printableLine } from '../admission/plain-text.ts';
import type { Progress } from '../cluster/reading-progress.ts';
import { displayWidth } from './display-width.ts';
import type { Io, TextSink } from './io.ts';
import { sizeText } from './size-text.ts';

/** What is over sooner needs no line. */
const PATIENCE_MILLISECONDS = 1000;
const REDRAW_MILLISECONDS = 100;
const BAR_CELLS = 20;
/** To the start of the line, and erase to its end. */
const ERASE = '\r\u001b[K';

export interface ProgressClock {
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Does a task again and again, and keeps no process alive for it; what it gives ends that. */
  every(milliseconds: number, task: () => void): () => void;
}

const systemClock: ProgressClock = {
  now: () => performance.now(),
  every: (milliseconds, task) => {
    const timer = setInterval(task, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/** An output beside which progress is shown. */
export interface ProgressIo {
  readonly io: Io;
  /** Takes the line away; nothing is shown from then on. */
  end(): Promise<void>;
}

/** Shows on a terminal's stderr what takes longer than a second; elsewhere there is no progress to be told of. */
export function withProgress(io: Io, clock: ProgressClock = systemClock): ProgressIo {
  if (io.stderrColumns === undefined) return { io, end: async () => {} };
  const line = new ProgressLine(io.stderr, io.stderrColumns, clock);
  const stdout: TextSink = {
    write: async (text) => {
      // Data on the same terminal says enough of how far things are.
      await (io.isTerminal ? line.end() : line.erase());
      await io.stdout.write(text);
    },
  };
  const stderr: TextSink = {
    write: async (text) => {
      await line.erase();
      await io.stderr.write(text);
    },
  };
  return { io: { ...io, stdout, stderr, onProgress: (progress) => line.show(progress) }, end: () => line.end() };
}

/** One line of a terminal, drawn again when there is something new to tell. */
class ProgressLine {
  readonly #sink: TextSink;
  readonly #columns: number;
  readonly #clock: ProgressClock;
  #nextDrawAt = 0;
  #stop: (() => void) | undefined;
  #latest: Progress | undefined;
  #told: Progress | undefined;
  #drawn = '';
  #hasEnded = false;

  constructor(sink: TextSink, columns: number, clock: ProgressClock) {
    this.#sink = sink;
    this.#columns = columns;
    this.#clock = clock;
  }

  show(progress: Progress): void {
    if (this.#hasEnded) return;
    if (this.#latest === undefined) this.#nextDrawAt = this.#clock.now() + PATIENCE_MILLISECONDS;
    this.#latest = progress;
    this.#stop ??= this.#clock.every(REDRAW_MILLISECONDS, () => void this.#draw());
    // Work that leaves no time to timers tells of itself often.
    void this.#draw();
  }

  async erase(): Promise<void> {
    if (this.#drawn === '') return;
    this.#drawn = '';
    await this.#write(ERASE);
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#stop?.();
    await this.erase();
  }

  async #draw(): Promise<void> {
    const now = this.#clock.now();
    // What has been taken away comes back with the next news alone: the reading may be over.
    if (this.#latest === undefined || this.#latest === this.#told || now < this.#nextDrawAt) return;
    this.#told = this.#latest;
    this.#nextDrawAt = now + REDRAW_MILLISECONDS;
    const text = progressText(this.#latest, this.#columns - 1);
    if (text === this.#drawn) return;
    this.#drawn = text;
    await this.#write(`${ERASE}${text}`);
  }

  async #write(text: string): Promise<void> {
    // Nobody has to see it.
    await this.#sink.write(text).catch(() => undefined);
  }
}

/** `reading Pods [=====>    ] 500 of 2000`, as far as the columns go. */
export function progressText({ doing, done, total, unit }: Progress, columns: number): string {
  const amount = (count: number): string => (unit === 'bytes' ? sizeText(count) : String(count));
  const figures =
    total === undefined ? amount(done) : `${barOf(done / Math.max(total, 1))} ${amount(done)} of ${amount(total)}`;
  const room = columns - figures.length - 1;
  const name = printableLine(doing, Math.max(room, 1));
  const text = displayWidth(name) <= room ? `${name} ${figures}` : figures;
  return text.slice(0, Math.max(columns, 0));
}

function barOf(share: number): string {
  const cells = Math.min(BAR_CELLS, Math.max(0, Math.round(share * BAR_CELLS)));
  return `[${'='.repeat(cells)}${' '.repeat(BAR_CELLS - cells)}]`;
}
