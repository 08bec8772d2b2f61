import { X509Certificate } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Forecaster } from '../admission/forecaster.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import type { Validity } from '../report/status-data.ts';
import type { SurveySource } from '../survey/survey.ts';
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
import { createReadiness } from './readiness.ts';
import type { ReviewObserver } from './seen-review.ts';
import { StatusKeeper } from './status-keeper.ts';
import type { Telemetry } from './telemetry.ts';

export interface ServeParts {
  readonly forecaster: Forecaster;
  readonly certificates: CertificateSource;
  /** Resolves when the cluster has been read once; before that nothing could be said but `unknown`. */
  readonly firstRead: (signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Told of every decision. */
  readonly observers?: readonly ReviewObserver[];
  /** Looks at the namespaces once the webhook is ready; absent where nobody wants that. */
  readonly surveys?: SurveySource;
  /** Ends what is still under way once nothing is asked any more. */
  readonly close?: () => Promise<void>;
}

/** Config in, a webhook that is ready out: first the probes, then certificates, then the webhook, then the first read. */
export async function serve(config: ServeConfig, parts: ServeParts): Promise<Listening> {
  const { logger, telemetry } = parts;
  const { registry, metrics } = telemetry;
  const readiness = createReadiness();
  metrics.followReadiness(() => readiness.state() === 'ready');
  const host = hostOf(config);
  const shutDown = new ShutDown(readiness, logger, config.drainSeconds);
  const status = config.statusPage === 'on' ? new StatusKeeper(config, telemetry.version, readiness) : undefined;
  const adminApp = createAdminApp(readiness, registry, status && (() => status.now()));
  await listenAt(adminApp, { host, port: config.adminPort });
  shutDown.add(() => adminApp.close());
  shutDown.add(() => parts.close?.());
  shutDown.onSignals();
  try {
    const clients = await clientCheck(config, logger);
    const certificates = new ServedCertificates(clients);
    const onPair = (pair: TlsPair): void => {
      certificates.use(pair);
      const validity = validityOf(pair.cert);
      metrics.recordCertificate(validity);
      status?.takeCertificate(validity);
    };
    const { caFile } = await parts.certificates.start(onPair, shutDown.signal);
    shutDown.signal.throwIfAborted();
    const limits = { ...defaultLimits, decisionTimeoutSeconds: config.decisionTimeoutSeconds };
    const { classPolicies } = config;
    const { forecaster } = parts;
    const tls = certificates.first();
    const observers = [...(parts.observers ?? []), ...(status === undefined ? [] : [status.observe])];
    const app = createApp({ forecaster, logger, classPolicies, metrics, readiness, limits, observers, tls, clients });
    await listenAt(app, { host, port: config.port });
    shutDown.add(() => closeServer(app));
    certificates.serveBy(app);
    if (clients !== undefined) shutDown.add(certificates.followClients(config.clientCaFile ?? '', logger));
    await parts.firstRead(shutDown.signal);
    readiness.markReady();
    parts.surveys?.start(
      {
        onSurvey: (survey) => {
          metrics.recordSurvey(survey);
          status?.takeSurvey(survey);
        },
        // The status page keeps the last one, for it tells its age beside it.
        onLost: () => metrics.forgetSurvey(),
      },
      shutDown.signal,
    );
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

/** Of the first certificate of a PEM text: its authorities may follow. */
function validityOf(pem: string): Validity {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  return { notBefore: validFromDate, notAfter: validToDate };
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
