import type { FastifyInstance } from 'fastify';
import { TooBusy } from './load.ts';

/** What a request costs besides its body. */
const REQUEST_BYTES = 8192;

/** A request that has not been answered yet. */
interface Held {
  bytes: number;
  /** Of one whose body is still being read: ends the reading. What is being decided can no longer be given up. */
  giveUp: ((reason: Error) => void) | undefined;
}

/**
 * The bytes of all requests that are not answered yet. When they are too many, the largest of those still being read gives
 * way: however many large bodies somebody sends, a review of the usual few kilobytes finds room.
 */
class BodiesInFlight {
  readonly #limitBytes: number;
  readonly #all = new Set<Held>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  begin(giveUp: (reason: Error) => void): Held {
    const held = { bytes: 0, giveUp };
    this.#all.add(held);
    this.add(held, REQUEST_BYTES);
    return held;
  }

  /** Bytes of one that has ended are read by nobody. */
  add(held: Held, bytes: number): void {
    if (!this.#all.has(held)) return;
    held.bytes += bytes;
    this.#bytes += bytes;
    while (this.#bytes > this.#limitBytes) {
      const largest = this.#largestBeingRead();
      if (largest === undefined) return;
      const { giveUp } = largest;
      this.end(largest);
      giveUp?.(new TooBusy());
    }
  }

  end(held: Held): void {
    if (this.#all.delete(held)) this.#bytes -= held.bytes;
  }

  #largestBeingRead(): Held | undefined {
    let largest: Held | undefined;
    for (const held of this.#all) {
      if (held.giveUp !== undefined && held.bytes > (largest?.bytes ?? 0)) largest = held;
    }
    return largest;
  }
}

/** Bounds what the bodies of all requests together may take of the memory, `bodyLimitBytes` being for one alone. */
export function boundBodies(app: FastifyInstance, limitBytes: number): void {
  const bodies = new BodiesInFlight(limitBytes);
  app.addHook('preParsing', (_request, reply, payload, done) => {
    // Whoever reads the body answers the error; where nobody does, the request has been answered without it.
    payload.on('error', () => undefined);
    const held = bodies.begin((reason) => payload.emit('error', reason));
    // Answered, or its connection gone: also while it waits for the answer to another request of the same connection.
    reply.raw.once('close', () => bodies.end(held));
    payload.on('data', (chunk: Buffer) => bodies.add(held, chunk.length));
    payload.once('end', () => {
      held.giveUp = undefined;
    });
    done(null, payload);
  });
}
