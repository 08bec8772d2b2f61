import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Api } from '../cluster/api.ts';
import { EventLimits } from './event-limits.ts';
import { newEvent, type Sightings } from './event-object.ts';
import { EventStore, type Stored } from './event-store.ts';
import { type Notice, noticeOf, type SeenDecision } from './notice.ts';
import { TroubleLog } from './trouble-log.ts';

const MOST_QUEUED = 100;
/** An API server that is just starting, or electing a leader, is asked again so much later; then the Event is given up. */
const PAUSES_MILLISECONDS = [1000, 5000] as const;
/** A process that is to end has ten seconds to close, of which the last answers may take six. */
const CLOSING_MILLISECONDS = 3000;

/**
 * What became of a decision that an Event was to tell of: it has one, its count has been raised, it was left out by a limit,
 * or the API server would not have it.
 */
export type EventOutcome = 'written' | 'repeated' | 'dropped' | 'failed';

export interface EventWriterParts {
  /** Over connections on which no decision waits. */
  readonly api: Pick<Api, 'call'>;
  readonly logger: Pick<Logger, 'warn'>;
  /** Milliseconds of the clock on the wall. */
  readonly now: () => number;
  /** Calls the task later, without keeping the process alive for it. */
  readonly after: (milliseconds: number, task: () => void) => void;
  /** Whose Event it is among the replicas: the pod's name. */
  readonly instance: string;
  /** Told once of each decision. */
  readonly onEvent: (outcome: EventOutcome) => void;
}

export interface EventWriter {
  /** Takes note and returns; the Event is written later, if at all. */
  observe(seen: SeenDecision): void;
  /** What is queued is still written, within three seconds; nothing is taken note of any more. */
  close(): Promise<void>;
}

/** Events on VirtualMachineInstances whose migrations exceed, or fit for the last time. */
export function createEventWriter(parts: EventWriterParts): EventWriter {
  const queue = new EventQueue(parts);
  return {
    observe: (seen) => {
      const notice = noticeOf(seen);
      if (notice !== undefined) queue.add(notice);
    },
    close: () => queue.close(),
  };
}

interface Queued {
  readonly notice: Notice;
  readonly sightings: Sightings;
}

/** Notices that wait to be written, one at a time; the same one again while it waits is the same entry. */
class EventQueue {
  readonly #parts: EventWriterParts;
  readonly #store: EventStore;
  readonly #limits: EventLimits;
  readonly #troubles: TroubleLog;
  /** The first is the next. */
  readonly #queued = new Map<string, Queued>();
  readonly #stop = new AbortController();
  #isClosing = false;
  #writing: Promise<void> | undefined;
  #endPause: () => void = () => undefined;

  constructor(parts: EventWriterParts) {
    this.#parts = parts;
    this.#store = new EventStore(parts.api);
    this.#limits = new EventLimits(parts.now());
    this.#troubles = new TroubleLog(parts.logger, parts.now);
  }

  add(notice: Notice): void {
    const now = this.#parts.now();
    const key = JSON.stringify([notice.uid, notice.reason, notice.message]);
    const queued = this.#queued.get(key);
    if (queued === undefined && !this.#hasRoom(notice, now)) {
      this.#parts.onEvent('dropped');
      return;
    }
    const { times, first } = queued?.sightings ?? { times: 0, first: now };
    this.#queued.set(key, { notice, sightings: { times: times + 1, first, last: now } });
    this.#writing ??= this.#writeAll();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#endPause();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    this.#parts.after(CLOSING_MILLISECONDS, resolve);
    await Promise.race([this.#writing, late]);
    this.#stop.abort();
    for (const { sightings } of this.#queued.values()) this.#tell('dropped', sightings.times);
    this.#queued.clear();
  }

  #hasRoom({ uid }: Notice, now: number): boolean {
    return !this.#isClosing && this.#queued.size < MOST_QUEUED && this.#limits.take(uid, now);
  }

  async #writeAll(): Promise<void> {
    // After the answer to whoever waits for the decision.
    await setImmediate();
    for (;;) {
      const [next] = this.#queued;
      if (next === undefined) break;
      this.#queued.delete(next[0]);
      await this.#write(next[1]);
    }
    this.#writing = undefined;
  }

  async #write({ notice, sightings }: Queued): Promise<void> {
    const { namespace, vmi } = notice;
    const stored = await this.#storeAtLast(notice, sightings).catch(failedByBug);
    if (stored.kind === 'failed') {
      this.#troubles.report({ namespace, vmi, why: stored.why }, 'an Event could not be written');
      this.#tell('failed', sightings.times);
      return;
    }
    this.#tell(stored.kind, 1);
    this.#tell('repeated', sightings.times - 1);
  }

  async #storeAtLast(notice: Notice, sightings: Sightings): Promise<Stored> {
    const event = newEvent(notice, sightings, this.#parts.instance);
    for (const pause of PAUSES_MILLISECONDS) {
      const stored = await this.#store.store(event, this.#stop.signal);
      if (stored.kind !== 'failed' || !stored.isPassing || this.#isClosing) return stored;
      await this.#pause(pause);
    }
    return this.#store.store(event, this.#stop.signal);
  }

  #pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#endPause = resolve;
    this.#parts.after(milliseconds, resolve);
    return promise;
  }

  #tell(outcome: EventOutcome, times: number): void {
    for (let time = 0; time < times; time += 1) this.#parts.onEvent(outcome);
  }
}

/** Not even that may end a process that has decisions to make. */
function failedByBug(error: unknown): Stored {
  return { kind: 'failed', why: String(error), isPassing: false };
}
