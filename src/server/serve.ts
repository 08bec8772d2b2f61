import { Registry } from '@prometheus-io/client';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Forecaster } from '../admission/forecaster.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import { createAdminApp } from './admin-app.ts';
import { createApp, LOWEST_TLS } from './app.ts';
import type { TlsPair } from './app-options.ts';
import type { CertificateSource } from './certificate-source.ts';
import {
  ClientCertificates,
  handshakeOptions,
  readClientAuthorities,
  watchClientAuthorities,
} from './client-certificates.ts';
import { defaultLimits } from './limits.ts';
import { anyAddress, closeServer, type Listening, listenAt, ShutDown, urlOf } from './listen.ts';
import { collectProcessMetrics, createMetrics } from './metrics.ts';
import { createReadiness } from './readiness.ts';

export interface ServeParts {
  readonly forecaster: Forecaster;
  readonly certificates: CertificateSource;
  /** Resolves when the cluster has been read once; before that nothing could be said but `unknown`. */
  readonly firstRead: (signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
}

/** Config in, a webhook that is ready out: first the probes, then certificates, then the webhook, then the first read. */
export async function serve(config: ServeConfig, parts: ServeParts): Promise<Listening> {
  const { logger } = parts;
  const registry = new Registry();
  collectProcessMetrics(registry);
  const readiness = createReadiness();
  const host = hostOf(config);
  const shutDown = new ShutDown(readiness, logger, config.drainSeconds);
  const adminApp = createAdminApp(readiness, registry);
  await listenAt(adminApp, { host, port: config.adminPort });
  shutDown.add(() => adminApp.close());
  shutDown.onSignals();
  try {
    const clients = await clientCheck(config, logger);
    const certificates = new ServedCertificates(clients);
    const { caFile } = await parts.certificates.start((pair) => certificates.use(pair), shutDown.signal);
    shutDown.signal.throwIfAborted();
    const limits = { ...defaultLimits, decisionTimeoutSeconds: config.decisionTimeoutSeconds };
    const { classPolicies } = config;
    const { forecaster } = parts;
    const tls = certificates.first();
    const metrics = createMetrics(registry);
    const app = createApp({ forecaster, logger, classPolicies, metrics, readiness, limits, tls, clients });
    await listenAt(app, { host, port: config.port });
    shutDown.add(() => closeServer(app));
    certificates.serveBy(app);
    if (clients !== undefined) shutDown.add(certificates.followClients(config.clientCaFile ?? '', logger));
    await parts.firstRead(shutDown.signal);
    readiness.markReady();
    const where = {
      url: urlOf('https', host, app),
      adminUrl: urlOf('http', host, adminApp),
      ...(caFile !== undefined && { caFile }),
    };
    logger.info(where, 'listening');
    return { ...where, close: () => shutDown.now() };
  } catch (error) {
    await shutDown.now();
    throw error;
  }
}

function hostOf({ host, snapshots }: ServeConfig): string {
  return host ?? (snapshots.length > 0 ? 'localhost' : anyAddress());
}

async function clientCheck(
  { clientCaFile, clientNames = [] }: ServeConfig,
  logger: Logger,
): Promise<ClientCertificates | undefined> {
  if (clientCaFile === undefined) return undefined;
  return new ClientCertificates(await readClientAuthorities(clientCaFile), clientNames, logger);
}

/** Hands each new pair to the server; connections that are open go on with the one they were made with. */
class ServedCertificates {
  #pair: TlsPair | undefined;
  #app: FastifyInstance | undefined;
  readonly #clients: ClientCertificates | undefined;

  constructor(clients: ClientCertificates | undefined) {
    this.#clients = clients;
  }

  use(pair: TlsPair): void {
    this.#pair = pair;
    this.#take();
  }

  first(): TlsPair {
    if (this.#pair === undefined) throw new Error('the source of certificates has started without one');
    return this.#pair;
  }

  /** A pair that came while the server was being made is taken up here. */
  serveBy(app: FastifyInstance): void {
    this.#app = app;
    this.#take();
  }

  /** Has the authorities of clients read again; returns what ends that. */
  followClients(file: string, logger: Logger): () => void {
    const clients = this.#clients;
    if (clients === undefined) return () => undefined;
    return watchClientAuthorities(clients, file, { logger, onChange: () => this.#take() });
  }

  #take(): void {
    const server = this.#app?.server;
    if (server === undefined || this.#pair === undefined) return;
    if ('setSecureContext' in server && typeof server.setSecureContext === 'function') {
      server.setSecureContext({ ...this.#pair, ...handshakeOptions(this.#clients), minVersion: LOWEST_TLS });
    }
  }
}
