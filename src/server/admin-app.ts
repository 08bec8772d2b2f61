import type { Registry } from '@prometheus-io/client';
import { type FastifyInstance, fastify } from 'fastify';
import type { Readiness } from './readiness.ts';

/** Probes and metrics, apart from the webhook's port: plain HTTP for the kubelet and Prometheus. */
export function createAdminApp(readiness: Readiness, registry: Registry): FastifyInstance {
  const app = fastify({ logger: false, bodyLimit: 1024, requestTimeout: 5000, forceCloseConnections: true });
  app.get('/livez', () => ({ status: 'alive' }));
  app.get('/readyz', (_request, reply) => {
    const status = readiness.state();
    return reply.code(status === 'ready' ? 200 : 503).send({ status });
  });
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  return app;
}
