import { setImmediate } from 'node:timers/promises';
import type { ApiAnswer, ApiCall } from '../../src/cluster/api.ts';
import { createEventWriter, type EventOutcome, type EventWriter } from '../../src/events/event-writer.ts';
import { InMemoryApi, type StoredObject } from '../builders/in-memory-api.ts';

export const START = Date.parse('2026-11-22T12:00:00.250Z');

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** An Event as a test looks at it. */
export interface WrittenEvent extends StoredObject {
  count: number;
  reason: string;
  message: string;
  involvedObject: { readonly uid: string };
}

/** An API server in memory, replicas that write Events into it, and a clock that stands still until it is moved. */
export class EventWorld {
  readonly api = new InMemoryApi();
  /** Of each call. */
  readonly signals: AbortSignal[] = [];
  /** Calls that have changed what is stored. */
  readonly writes: ApiCall[] = [];
  readonly outcomes: EventOutcome[] = [];
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  milliseconds = START;
  readonly #tasks: Task[] = [];

  writer(instance = 'headroom-0'): EventWriter {
    return createEventWriter({
      api: { call: (call, signal) => this.#call(call, signal) },
      logger: { warn: (facts: object, text: string) => void this.lines.push({ ...facts, text }) } as never,
      now: () => this.milliseconds,
      after: (milliseconds, run) => void this.#tasks.push({ at: this.milliseconds + milliseconds, run }),
      instance,
      onEvent: (outcome) => void this.outcomes.push(outcome),
    });
  }

  async #call(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer> {
    this.signals.push(signal);
    const answer = await this.api.call(call, signal);
    if (answer.kind === 'done' && Object.keys(call.body as object).length > 0) this.writes.push(call);
    return answer;
  }

  /** Tasks that are due on the way are done at their time. */
  advance(seconds: number): void {
    const end = this.milliseconds + seconds * 1000;
    this.#tasks.sort((one, other) => one.at - other.at);
    while (this.#tasks[0] !== undefined && this.#tasks[0].at <= end) {
      const [next] = this.#tasks.splice(0, 1) as [Task];
      this.milliseconds = next.at;
      next.run();
    }
    this.milliseconds = end;
  }

  /** Until it has become known of so many decisions what has become of their Events. */
  async untilTold(decisions: number): Promise<void> {
    while (this.outcomes.length < decisions) await setImmediate();
  }

  /** Until the API server has been called so often. */
  async untilCalled(calls: number): Promise<void> {
    while (this.api.calls.length < calls) await setImmediate();
  }

  async events(namespace = 'quota-test'): Promise<readonly WrittenEvent[]> {
    const call = { method: 'GET', path: `/api/v1/namespaces/${namespace}/events` } as const;
    const { failure } = this.api;
    this.api.failure = undefined;
    const answer = await this.api.call(call, new AbortController().signal);
    this.api.failure = failure;
    this.api.calls.pop();
    return answer.kind === 'done' ? (answer.body as { items: WrittenEvent[] }).items : [];
  }

  tally(): Partial<Record<EventOutcome, number>> {
    return Object.fromEntries(
      [...Map.groupBy(this.outcomes, (outcome) => outcome)].map(([outcome, all]) => [outcome, all.length]),
    );
  }
}
