import type { Forecast, Verdict } from '../forecast/forecast.ts';
import { countVerdicts, type VerdictCounts } from './exit-code.ts';
import type { ForecastWriter } from './forecast-writers.ts';

/** Writes forecasts as they come, and remembers of them what is said at the end. */
export class ForecastTally {
  readonly #writer: ForecastWriter;
  readonly #verdicts: Verdict[] = [];
  readonly #notes = new Set<string>();

  constructor(writer: ForecastWriter) {
    this.#writer = writer;
  }

  async add(forecast: Forecast): Promise<void> {
    this.#verdicts.push(forecast.verdict);
    for (const text of forecast.notes) this.#notes.add(text);
    await this.#writer.add(forecast);
  }

  get counts(): VerdictCounts {
    return countVerdicts(this.#verdicts);
  }

  /** What was assumed, each sentence once. */
  get notes(): Iterable<string> {
    return this.#notes;
  }
}
