import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Readiness } from './readiness.ts';

/** For what is still being answered when the servers close; then the process goes, come what may. */
const CLOSING_SECONDS = 10;

export interface Listening {
  readonly url: string;
  readonly adminUrl: string;
  /** Where the CA of a self-signed certificate has been written. */
  readonly caFile?: string;
  close(): Promise<void>;
}

/** Every address of the machine, of both families; `::` fails where the kernel has no IPv6. */
export function anyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.some((address) => address?.family === 'IPv6') ? '::' : '0.0.0.0';
}

export function urlOf(scheme: string, host: string, app: FastifyInstance): string {
  const { port } = app.server.address() as AddressInfo;
  const name = ['::', '0.0.0.0'].includes(host) ? 'localhost' : host;
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

export async function listenAt(
  app: FastifyInstance,
  where: { readonly host: string; readonly port: number },
): Promise<void> {
  await app.listen(where);
}

/** What is being answered then has had its time; a connection over which nothing was ever sent has none. */
const LAST_ANSWERS_MILLISECONDS = 6000;

/** Closes a server for good, within the time that the process has for it. */
export async function closeServer(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), LAST_ANSWERS_MILLISECONDS);
  await app.close().finally(() => clearTimeout(timer));
}

/** Ends what has been started, the last first, when the process is told to end. */
export class ShutDown {
  readonly #readiness: Readiness;
  readonly #logger: Logger;
  readonly #drainSeconds: number;
  readonly #endings: (() => unknown)[] = [];
  readonly #told = new AbortController();
  #grace: ReturnType<typeof closeWithGrace> | undefined;
  #ending: Promise<void> | undefined;

  constructor(readiness: Readiness, logger: Logger, drainSeconds: number) {
    this.#readiness = readiness;
    this.#logger = logger;
    this.#drainSeconds = drainSeconds;
  }

  /** Aborted when the process has been told to end. */
  get signal(): AbortSignal {
    return this.#told.signal;
  }

  add(ending: () => unknown): void {
    this.#endings.push(ending);
  }

  onSignals(): void {
    const delay = (this.#drainSeconds + CLOSING_SECONDS) * 1000;
    this.#grace = closeWithGrace({ delay, logger: this.#logger }, async ({ signal, err }) => {
      if (err !== undefined) this.#logger.error({ err }, 'closing because of an unexpected error');
      // Nobody sends requests on to a server that is stopped by Ctrl-C, or to one that was never ready.
      const isServing = this.#readiness.state() === 'ready';
      await this.#end(signal === 'SIGTERM' && isServing ? this.#drainSeconds : 0);
    });
  }

  async now(): Promise<void> {
    // A signal that is being heeded is heeded to the end.
    if (this.#ending === undefined) this.#grace?.uninstall();
    await this.#end(0);
  }

  /** Unready first: requests keep coming until the Service's other end has heard of it, and each is still answered. */
  #end(drainSeconds: number): Promise<void> {
    this.#ending ??= this.#endOnce(drainSeconds);
    return this.#ending;
  }

  async #endOnce(drainSeconds: number): Promise<void> {
    this.#readiness.markDraining();
    this.#told.abort();
    this.#logger.info({ drainSeconds }, 'draining');
    await sleep(drainSeconds * 1000);
    for (const ending of this.#endings.splice(0).reverse()) await ending();
    this.#logger.info('closed');
  }
}
