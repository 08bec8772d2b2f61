import type { Logger } from 'pino';
import { decisionLines, type SeenDecision, type SizedLine } from './decision-trace.ts';

/** Of one decision: what some hundreds of VMs with their pods and migrations take. */
const MOST_CHARACTERS = 2 * 1024 * 1024;
/** Each holds the facts of a namespace in memory. */
const MOST_WAITING = 8;
/** Written between two looks at what else there is to do; it takes a millisecond or two. */
const CHARACTERS_AT_ONCE = 32 * 1024;

interface Waiting {
  readonly uid: string;
  readonly decision: number;
  readonly lines: Iterator<SizedLine>;
}

export interface TraceOptions {
  readonly mostCharacters?: number;
  readonly mostWaiting?: number;
  /** Calls a task when nothing else is to be done. */
  readonly later?: (task: () => void) => void;
}

/**
 * Logs, at level debug, all that a decision stood on. It does so after the decision, a little at a time: a namespace of
 * thousands of VMs takes some hundred milliseconds to write, and other requests are answered in between.
 */
export function traceObserver(
  logger: Pick<Logger, 'debug' | 'error'>,
  options: TraceOptions = {},
): (seen: SeenDecision) => void {
  const tracer = new Tracer(logger, options);
  return (seen) => {
    if (seen.outcome.decision.verdict !== 'ignored') tracer.take(seen);
  };
}

class Tracer {
  readonly #logger: Pick<Logger, 'debug' | 'error'>;
  readonly #mostCharacters: number;
  readonly #mostWaiting: number;
  readonly #later: (task: () => void) => void;
  readonly #waiting: Waiting[] = [];
  #decisions = 0;

  constructor(logger: Pick<Logger, 'debug' | 'error'>, options: TraceOptions) {
    this.#logger = logger;
    this.#mostCharacters = options.mostCharacters ?? MOST_CHARACTERS;
    this.#mostWaiting = options.mostWaiting ?? MOST_WAITING;
    this.#later = options.later ?? setImmediate;
  }

  /** Of a decision among too many at once only request and verdict are told, so that its facts need not be kept. */
  take(seen: SeenDecision): void {
    this.#decisions += 1;
    const of = { uid: seen.uid, decision: this.#decisions };
    if (this.#waiting.length >= this.#mostWaiting) {
      this.#writeAll({ ...of, lines: decisionLines(seen, 0) });
      return;
    }
    this.#waiting.push({ ...of, lines: decisionLines(seen, this.#mostCharacters) });
    if (this.#waiting.length === 1) this.#later(() => this.#writeSome());
  }

  #writeSome(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    if (!this.#goOn(first, CHARACTERS_AT_ONCE)) this.#waiting.shift();
    if (this.#waiting.length > 0) this.#later(() => this.#writeSome());
  }

  #writeAll(one: Waiting): void {
    this.#goOn(one, Number.POSITIVE_INFINITY);
  }

  /** Whether there is more. A bug here must not end the process: the decision has been made. */
  #goOn({ uid, decision, lines }: Waiting, mostCharacters: number): boolean {
    try {
      for (let characters = 0; characters < mostCharacters; ) {
        const next = lines.next();
        if (next.done === true) return false;
        const { trace, ...members } = next.value.line;
        this.#logger.debug({ trace, uid, decision, ...members });
        characters += next.value.characters;
      }
      return true;
    } catch (error) {
      this.#logger.error({ uid, err: error }, 'internal error while tracing; the decision stands');
      return false;
    }
  }
}
