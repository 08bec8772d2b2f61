import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { webhooks } from '../admission/answer-review.ts';
import { boundForecaster } from '../admission/bounded-forecaster.ts';
import type { AdmissionContext } from '../admission/context.ts';
import type { AppOptions, TlsPair } from './app-options.ts';
import { boundBodies } from './bodies-in-flight.ts';
import { type ClientCertificates, checkClients, handshakeOptions } from './client-certificates.ts';
import { boundConnections, keepUnused } from './connections.ts';
import { answerErrors } from './error-answers.ts';
import type { ServerLimits } from './limits.ts';
import { shedLoad } from './load.ts';
import { readJsonBodies, refuseEncodedBodies } from './review-body.ts';
import { addReviewRoutes, answerUnknownRoutes } from './review-routes.ts';

function admissionContext(options: AppOptions): AdmissionContext {
  const { logger, limits, classPolicies } = options;
  const reportBug: AdmissionContext['reportBug'] = (error, about) =>
    logger.error({ ...about, err: error }, 'internal error; the request is admitted');
  const forecaster = boundForecaster(options.forecaster, limits.decisionTimeoutSeconds * 1000, reportBug);
  return { forecaster, classPolicies, reportBug };
}

export const LOWEST_TLS = 'TLSv1.2' as const;

/** The API server speaks HTTP/1.1 to webhooks. */
function httpsOptions(limits: ServerLimits, tls: TlsPair, clients: ClientCertificates | undefined) {
  return {
    ...tls,
    ...handshakeOptions(clients),
    ...httpOptions(limits),
    minVersion: LOWEST_TLS,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: limits.handshakeTimeoutSeconds * 1000,
  };
}

function httpOptions(limits: ServerLimits) {
  return {
    headersTimeout: limits.headersTimeoutSeconds * 1000,
    // How often node looks for requests that have passed their time: its default lets them live half a minute longer.
    connectionsCheckingInterval: 1000,
    noDelay: true,
  };
}

/** Fastify's own answer repeats the URL, and is of another form. */
function answerBadUrl(_error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  void reply.code(400).send({ code: 400, error: 'the URL is not understood' });
}

function createFastify({ limits, tls, clients }: AppOptions): FastifyInstance {
  const options = {
    bodyLimit: limits.bodyLimitBytes,
    requestTimeout: limits.requestTimeoutSeconds * 1000,
    keepAliveTimeout: limits.keepAliveSeconds * 1000,
    return503OnClosing: true,
    logger: false,
    frameworkErrors: answerBadUrl,
  };
  if (tls === undefined) return fastify({ ...options, http: httpOptions(limits) });
  // To its callers a secured server is a server; only TypeScript keeps them apart.
  return fastify({ ...options, https: httpsOptions(limits, tls, clients) }) as unknown as FastifyInstance;
}

/** The webhook as a fastify app, not yet listening. */
export function createApp(options: AppOptions): FastifyInstance {
  const { limits, logger, metrics, readiness } = options;
  const app = createFastify(options);
  if (options.clients !== undefined) checkClients(app, options.clients, metrics.recordUnreadable);
  shedLoad(app, limits.eventLoopDelaySeconds);
  boundConnections(app.server, limits.connections, keepUnused(app.server, limits.keepAliveSeconds));
  refuseEncodedBodies(app);
  boundBodies(app, limits.bodiesInFlightBytes);
  readJsonBodies(app);
  app.setErrorHandler(answerErrors(limits.bodyLimitBytes, logger, metrics.recordUnreadable));
  answerUnknownRoutes(app, [...webhooks.keys()]);
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A draining replica sends its callers to the others before it closes their connections.
    if (readiness.state() === 'draining') reply.header('connection', 'close');
    done(null, payload);
  });
  addReviewRoutes(app, admissionContext(options), options);
  return app;
}
