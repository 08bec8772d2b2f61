import type { Registry } from '@prometheus-io/client';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Status } from '../report/status-data.ts';
import { boundConnections } from './connections.ts';
import type { Readiness } from './readiness.ts';
import { sharedScrapes } from './shared-scrapes.ts';
import { isNearbyHost, statusAnswer } from './status-answer.ts';

/** Probes have short ones; what is longer was written by nobody who has business here. */
const MOST_HEADER_BYTES = 4096;

/**
 * Nobody shall keep a probe out by holding connections: each takes 11 KiB, and is closed soon unless something is asked, and
 * what is answered is read.
 */
const MOST_CONNECTIONS = 2000;
const IDLE_MILLISECONDS = 5000;

/** Refused in the same few words whatever was asked: nothing of a request is sent back, nothing of an error told. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [404, 'nothing is here'],
  [405, 'expected GET'],
  [421, 'expected to be asked as localhost, by address or by a name in the cluster'],
  [500, 'internal error'],
]);

function refuse(reply: FastifyReply, code: number): FastifyReply {
  return reply.code(code).send({ code, error: REFUSALS.get(code) ?? 'not understood' });
}

type Answer = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>;

function answersOf(readiness: Readiness, registry: Registry, status: (() => Status) | undefined): Map<string, Answer> {
  const scrape = sharedScrapes(registry);
  const answers = new Map<string, Answer>([
    ['/livez', (_request, reply) => reply.send({ status: 'alive' })],
    [
      '/readyz',
      (_request, reply) => {
        const state = readiness.state();
        return reply.code(state === 'ready' ? 200 : 503).send({ status: state });
      },
    ],
    ['/metrics', async (_request, reply) => reply.type(registry.contentType).send(await scrape())],
  ]);
  if (status === undefined) return answers;
  const show = statusAnswer(status);
  return answers.set('/', (request, reply) => (isNearbyHost(request.headers.host) ? show(reply) : refuse(reply, 421)));
}

/**
 * Probes and metrics, apart from the webhook's port: plain HTTP for the kubelet and Prometheus. With `status`, also a page
 * for people.
 */
export function createAdminApp(readiness: Readiness, registry: Registry, status?: () => Status): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    requestTimeout: 5000,
    connectionTimeout: IDLE_MILLISECONDS,
    forceCloseConnections: true,
    keepAliveTimeout: IDLE_MILLISECONDS,
    http: { maxHeaderSize: MOST_HEADER_BYTES, headersTimeout: IDLE_MILLISECONDS, connectionsCheckingInterval: 1000 },
    frameworkErrors: (_error, _request, reply) => void refuse(reply, 404),
  });
  boundConnections(app.server, MOST_CONNECTIONS);
  const answers = answersOf(readiness, registry, status);
  for (const [path, answer] of answers) app.get(path, answer);
  app.setNotFoundHandler((request, reply) => {
    const isKnown = answers.has(request.url.split('?', 1)[0] ?? '');
    return isKnown ? refuse(reply.header('allow', 'GET, HEAD'), 405) : refuse(reply, 404);
  });
  app.setErrorHandler<{ statusCode?: number }>((error, _request, reply) => refuse(reply, error.statusCode ?? 500));
  app.addHook('onSend', async (_request, reply) => {
    // For whoever opens it in a browser: nothing is taken for what it is not, and none of it is kept.
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
  return app;
}
