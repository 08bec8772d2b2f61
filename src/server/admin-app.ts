import type { Registry } from '@prometheus-io/client';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { boundConnections } from './connections.ts';
import type { Readiness } from './readiness.ts';

/** Probes have short ones; what is longer was written by nobody who has business here. */
const MOST_HEADER_BYTES = 4096;

/** Nobody shall keep a probe out by holding connections: each takes 11 KiB, and is closed soon unless something is asked. */
const MOST_CONNECTIONS = 2000;
const IDLE_MILLISECONDS = 5000;

/** Refused in the same few words whatever was asked: nothing of a request is sent back, nothing of an error told. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [404, 'nothing is here'],
  [405, 'expected GET'],
  [500, 'internal error'],
]);

function refuse(reply: FastifyReply, code: number): FastifyReply {
  return reply.code(code).send({ code, error: REFUSALS.get(code) ?? 'not understood' });
}

/** Probes and metrics, apart from the webhook's port: plain HTTP for the kubelet and Prometheus. */
export function createAdminApp(readiness: Readiness, registry: Registry): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    requestTimeout: 5000,
    forceCloseConnections: true,
    keepAliveTimeout: IDLE_MILLISECONDS,
    http: { maxHeaderSize: MOST_HEADER_BYTES, headersTimeout: IDLE_MILLISECONDS, connectionsCheckingInterval: 1000 },
    frameworkErrors: (_error, _request, reply) => void refuse(reply, 404),
  });
  boundConnections(app.server, MOST_CONNECTIONS);
  const answers = new Map<string, (reply: FastifyReply) => FastifyReply | Promise<FastifyReply>>([
    ['/livez', (reply) => reply.send({ status: 'alive' })],
    [
      '/readyz',
      (reply) => {
        const status = readiness.state();
        return reply.code(status === 'ready' ? 200 : 503).send({ status });
      },
    ],
    ['/metrics', async (reply) => reply.type(registry.contentType).send(await registry.metrics())],
  ]);
  for (const [path, answer] of answers) app.get(path, (_request, reply) => answer(reply));
  app.setNotFoundHandler((request, reply) => {
    const isKnown = answers.has(request.url.split('?', 1)[0] ?? '');
    return isKnown ? refuse(reply.header('allow', 'GET, HEAD'), 405) : refuse(reply, 404);
  });
  app.setErrorHandler<{ statusCode?: number }>((error, _request, reply) => refuse(reply, error.statusCode ?? 500));
  app.addHook('onSend', async (_request, reply) => {
    // For whoever opens it in a browser: it is no page, and none of it is kept.
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
  return app;
}
