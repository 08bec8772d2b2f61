import type { Logger } from 'pino';
import type { DriftReport } from '../admission/drift-report.ts';

/** Of every VM and release one line is enough until it is forgotten, and no more lines a minute than can be read. */
const MOST_REMEMBERED = 1000;
const MOST_A_MINUTE = 10;
const MINUTE_MILLISECONDS = 60_000;

/** Where drift was found; both names are printable. */
export interface DriftPlace {
  readonly namespace: string | undefined;
  readonly vmi: string | undefined;
}

/**
 * Logs launcher pods that differ from the formula. A KubeVirt with another formula makes every pod differ, and
 * virt-controller tries again and again to make one that a quota refuses: neither may fill the log.
 */
export class DriftLog {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #now: () => number;
  readonly #told = new Set<string>();
  #minuteEndsAt = Number.NEGATIVE_INFINITY;
  #linesThisMinute = 0;
  #untold = 0;

  /** `now` in milliseconds, from any beginning. */
  constructor(logger: Pick<Logger, 'warn'>, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  report({ namespace, vmi }: DriftPlace, drift: DriftReport): void {
    const key = JSON.stringify([namespace, vmi, drift.kubeVirtVersion, drift.reason]);
    if (this.#told.has(key)) return;
    if (!this.#hasRoom()) {
      this.#untold += 1;
      return;
    }
    const [oldest] = this.#told;
    if (this.#told.size >= MOST_REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
    this.#told.add(key);
    const untold = this.#untold === 0 ? {} : { untold: this.#untold };
    this.#untold = 0;
    this.#logger.warn(
      { rule: 'overhead-drift', namespace, vmi, ...drift, ...untold },
      'a launcher pod differs from what KubeVirt of this version makes: forecasts of its VM may be off',
    );
  }

  #hasRoom(): boolean {
    const now = this.#now();
    if (now >= this.#minuteEndsAt) {
      this.#minuteEndsAt = now + MINUTE_MILLISECONDS;
      this.#linesThisMinute = 0;
    }
    this.#linesThisMinute += 1;
    return this.#linesThisMinute <= MOST_A_MINUTE;
  }
}
