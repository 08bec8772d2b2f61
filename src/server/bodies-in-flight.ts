import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { TooBusy } from './load.ts';

/** What a request costs besides its body. */
const REQUEST_BYTES = 8192;
/** A body that says to be no larger, as most reviews do, is counted whole from its start, without watching it come. */
const SMALL_BODY_BYTES = 16_384;

/** A request that has not been answered yet. */
interface Held {
  bytes: number;
  readonly body: IncomingMessage;
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

  /** Itself it gives way to those that come after it only. */
  begin(body: IncomingMessage, bytes: number): Held {
    const held = { bytes, body };
    this.#bytes += bytes;
    this.#makeRoom();
    this.#all.add(held);
    return held;
  }

  /** Bytes of one that has ended are read by nobody. */
  add(held: Held, bytes: number): void {
    if (!this.#all.has(held)) return;
    held.bytes += bytes;
    this.#bytes += bytes;
    this.#makeRoom();
  }

  end(held: Held): void {
    if (this.#all.delete(held)) this.#bytes -= held.bytes;
  }

  #makeRoom(): void {
    while (this.#bytes > this.#limitBytes) {
      const largest = this.#largestBeingRead();
      if (largest === undefined) return;
      this.end(largest);
      // Whoever reads the body answers the error; where nobody does, the request has been answered without it.
      largest.body.once('error', () => undefined);
      largest.body.emit('error', new TooBusy());
    }
  }

  /** What is being decided can no longer be given up. */
  #largestBeingRead(): Held | undefined {
    let largest: Held | undefined;
    for (const held of this.#all) {
      if (!held.body.readableEnded && held.bytes > (largest?.bytes ?? 0)) largest = held;
    }
    return largest;
  }
}

/** Bounds what the bodies of all requests together may take of the memory, `bodyLimitBytes` being for one alone. */
export function boundBodies(app: FastifyInstance, limitBytes: number): void {
  const bodies = new BodiesInFlight(limitBytes);
  app.addHook('onRequest', ({ raw }, reply, done) => {
    const told = Number(raw.headers['content-length']);
    const isSmall = told <= SMALL_BODY_BYTES;
    const held = bodies.begin(raw, REQUEST_BYTES + (isSmall ? told : 0));
    if (!isSmall) raw.on('data', (chunk: Buffer) => bodies.add(held, chunk.length));
    // Answered, or its connection gone: also while it waits for the answer to another request of the same connection.
    reply.raw.once('close', () => bodies.end(held));
    done();
  });
}
