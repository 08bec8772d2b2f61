import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Readiness } from './readiness.ts';

/** For what is still being answered when the servers close; then the process goes, come what may. */
const CLOSING_SECONDS = 10;

export interface Servers {
  readonly app: FastifyInstance;
  readonly adminApp: FastifyInstance;
  readonly readiness: Readiness;
  readonly logger: Logger;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly drainSeconds: number;
  /** Where the CA of a self-signed certificate has been written. */
  readonly caFile?: string;
}

export interface Listening {
  readonly url: string;
  readonly adminUrl: string;
  readonly caFile?: string;
  close(): Promise<void>;
}

/** Every address of the machine, of both families; `::` fails where the kernel has no IPv6. */
export function anyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.some((address) => address?.family === 'IPv6') ? '::' : '0.0.0.0';
}

function urlOf(scheme: string, host: string, app: FastifyInstance): string {
  const { port } = app.server.address() as AddressInfo;
  const name = ['::', '0.0.0.0'].includes(host) ? 'localhost' : host;
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Unready first: requests keep coming until the Service's other end has heard of it, and each is still answered. */
async function shutDown(servers: Servers, drainSeconds: number): Promise<void> {
  servers.readiness.markDraining();
  servers.logger.info({ drainSeconds }, 'draining');
  await sleep(drainSeconds * 1000);
  await servers.app.close();
  await servers.adminApp.close();
  servers.logger.info('closed');
}

/** Starts both servers, and closes them when the process is told to end. */
export async function listen(servers: Servers, options: ListenOptions): Promise<Listening> {
  const { app, adminApp, readiness, logger } = servers;
  const { host, port, adminPort, drainSeconds, caFile } = options;
  await adminApp.listen({ host, port: adminPort });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await adminApp.close();
    throw error;
  }
  const url = urlOf('https', host, app);
  const adminUrl = urlOf('http', host, adminApp);
  const grace = closeWithGrace({ delay: (drainSeconds + CLOSING_SECONDS) * 1000, logger }, async ({ signal, err }) => {
    if (err !== undefined) logger.error({ err }, 'closing because of an unexpected error');
    // Nobody sends requests on to a server that is stopped by Ctrl-C.
    await shutDown(servers, signal === 'SIGTERM' ? drainSeconds : 0);
  });
  readiness.markReady();
  const where = { url, adminUrl, ...(caFile !== undefined && { caFile }) };
  logger.info(where, 'listening');
  const close = async (): Promise<void> => {
    grace.uninstall();
    await shutDown(servers, 0);
  };
  return { ...where, close };
}
