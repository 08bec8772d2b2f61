import { printableLine } from '../admission/plain-text.ts';
import { isPlainObject } from '../admission/review.ts';
import { type Api, type ApiAnswer, whyNot } from '../cluster/api.ts';
import { type EventObject, type FoundEvent, raisedEvent } from './event-object.ts';

const CALL_MILLISECONDS = 5000;
/** Others may raise the same count at the same time, or it may go after its hour: then it is looked at again. */
const MOST_CALLS = 8;
const MOST_REMEMBERED = 1000;
const LONGEST_WHY = 256;

export type Stored =
  | { readonly kind: 'written' | 'repeated' }
  | {
      readonly kind: 'failed';
      readonly why: string;
      /** Whether it may well succeed a little later. */
      readonly isPassing: boolean;
    };

/** What is known of an Event: that there is none, that there is one, or what it was when it was last written. */
type State = 'absent' | 'present' | FoundEvent;

/**
 * Events in the API server, which others write too: an Event that is there already is raised, never written beside. The
 * rights to create and to patch are all it takes.
 */
export class EventStore {
  readonly #api: Pick<Api, 'call'>;
  readonly #remembered = new Map<string, FoundEvent>();

  constructor(api: Pick<Api, 'call'>) {
    this.#api = api;
  }

  async store(event: EventObject, stopped: AbortSignal): Promise<Stored> {
    const own = pathOf(event);
    let state: State = this.#remembered.get(own) ?? 'absent';
    for (let calls = 0; calls < MOST_CALLS; calls += 1) {
      const signal = AbortSignal.any([stopped, AbortSignal.timeout(CALL_MILLISECONDS)]);
      const step = stepAfter(await this.#call(event, state, signal), state);
      if (step.kind === 'failed') return step;
      if (step.kind !== 'seen') {
        this.#remember(own, step.found);
        return { kind: step.kind };
      }
      state = step.state;
    }
    return { kind: 'failed', why: 'others change it all the time', isPassing: true };
  }

  #call(event: EventObject, state: State, signal: AbortSignal): Promise<ApiAnswer> {
    if (state === 'absent') return this.#api.call({ method: 'POST', path: collectionOf(event), body: event }, signal);
    // A patch that changes nothing is answered with the object, and stores nothing: it needs no right to read.
    const body = state === 'present' ? {} : raisedEvent(event, state);
    const contentType = 'application/merge-patch+json';
    return this.#api.call({ method: 'PATCH', path: pathOf(event), contentType, body }, signal);
  }

  #remember(path: string, found: FoundEvent): void {
    this.#remembered.delete(path);
    this.#remembered.set(path, found);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MOST_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
  }
}

function collectionOf({ metadata }: EventObject): string {
  return `/api/v1/namespaces/${metadata.namespace}/events`;
}

function pathOf(event: EventObject): string {
  return `${collectionOf(event)}/${event.metadata.name}`;
}

type Failed = Extract<Stored, { kind: 'failed' }>;

/** Where one call has led: to the end, or to what there is. */
type Step =
  | Failed
  | { readonly kind: 'written' | 'repeated'; readonly found: FoundEvent }
  | { readonly kind: 'seen'; readonly state: State };

function stepAfter(answer: ApiAnswer, state: State): Step {
  if (answer.kind !== 'done') return stepAfterNo(answer, state);
  const found = foundEvent(answer.body);
  if (found === undefined) return { kind: 'failed', why: 'what the API server answered is no Event', isPassing: false };
  if (state === 'present') return { kind: 'seen', state: found };
  return { kind: state === 'absent' ? 'written' : 'repeated', found };
}

function stepAfterNo(answer: Exclude<ApiAnswer, { kind: 'done' }>, state: State): Step {
  const why = printableLine(whyNot(answer), LONGEST_WHY);
  if (answer.kind === 'unanswered') return { kind: 'failed', why, isPassing: true };
  // Created by somebody, or changed since it was last seen.
  if (answer.code === 409) return { kind: 'seen', state: 'present' };
  // What is not found when an Event is created is its namespace.
  if (answer.code === 404 && state !== 'absent') return { kind: 'seen', state: 'absent' };
  return { kind: 'failed', why, isPassing: answer.code === 429 || answer.code >= 500 };
}

function foundEvent(body: unknown): FoundEvent | undefined {
  if (!isPlainObject(body) || !isPlainObject(body.metadata)) return undefined;
  const { resourceVersion } = body.metadata;
  if (typeof resourceVersion !== 'string') return undefined;
  return { resourceVersion, count: typeof body.count === 'number' ? body.count : 1 };
}
