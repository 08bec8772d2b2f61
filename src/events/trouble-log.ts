import type { Logger } from 'pino';

const SILENCE_MILLISECONDS = 60_000;

/** Logs what has come in the way of Events: a line a minute, which says how many more there were. */
export class TroubleLog {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #now: () => number;
  #silentUntil = Number.NEGATIVE_INFINITY;
  #untold = 0;

  /** `now` in milliseconds, from any beginning. */
  constructor(logger: Pick<Logger, 'warn'>, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  report(facts: Readonly<Record<string, unknown>>, text: string): void {
    const now = this.#now();
    if (this.#isSilent(now)) {
      this.#untold += 1;
      return;
    }
    const untold = this.#untold === 0 ? {} : { untold: this.#untold };
    this.#untold = 0;
    this.#silentUntil = now + SILENCE_MILLISECONDS;
    this.#logger.warn({ ...facts, ...untold }, text);
  }

  /** A clock that has been set back does not silence anything for longer. */
  #isSilent(now: number): boolean {
    return now < this.#silentUntil && this.#silentUntil - now <= SILENCE_MILLISECONDS;
  }
}
