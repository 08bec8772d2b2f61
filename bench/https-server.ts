import type { AddressInfo } from 'node:net';
import { Registry } from '@prometheus-io/client';
import { type FastifyInstance, fastify } from 'fastify';
import { clusterForecaster } from '../src/admission/cluster-forecaster.ts';
import { defaultClassPolicies } from '../src/admission/policy.ts';
import { createLogger } from '../src/config/logger.ts';
import { createApp } from '../src/server/app.ts';
import type { TlsPair } from '../src/server/app-options.ts';
import { defaultLimits } from '../src/server/limits.ts';
import { createMetrics } from '../src/server/metrics.ts';
import { createReadiness } from '../src/server/readiness.ts';
import { clusterOf, exampleObjects } from './example-cluster.ts';

/** What the bench tells a server: first its certificate, then each time that it wants to know the CPU time used. */
export type ToServer = { readonly kind: 'start'; readonly tls: TlsPair } | { readonly kind: 'usage' };
export type FromServer =
  | { readonly kind: 'started'; readonly port: number }
  | { readonly kind: 'usage'; readonly cpuMicroseconds: number };

/** The webhook as it is served: it logs each review, counts it, and reads its cluster anew. */
function webhook(example: string, tls: TlsPair): FastifyInstance {
  return createApp({
    forecaster: clusterForecaster(clusterOf(exampleObjects(example))),
    classPolicies: defaultClassPolicies,
    logger: createLogger('info'),
    metrics: createMetrics(new Registry()),
    readiness: createReadiness(),
    limits: defaultLimits,
    tls,
  });
}

/** The least that a webhook on fastify does: the body is parsed and sent back. */
function echo(tls: TlsPair): FastifyInstance {
  const https = { ...tls, minVersion: 'TLSv1.2' as const, ALPNProtocols: ['http/1.1'], noDelay: true };
  const app = fastify({ https, logger: false, keepAliveTimeout: defaultLimits.keepAliveSeconds * 1000 });
  for (const path of ['/validate/migrations', '/mutate/pods']) app.post(path, async (request) => request.body);
  return app as unknown as FastifyInstance;
}

async function answerBench(message: ToServer, server: string): Promise<FromServer> {
  if (message.kind === 'usage') {
    const { user, system } = process.cpuUsage();
    return { kind: 'usage', cpuMicroseconds: user + system };
  }
  const app = server === 'echo' ? echo(message.tls) : webhook(server, message.tls);
  await app.listen({ host: 'localhost', port: 0 });
  return { kind: 'started', port: (app.server.address() as AddressInfo).port };
}

// node bench/https-server.ts echo | EXAMPLE, forked by https.ts
const [server = 'echo'] = process.argv.slice(2);
process.on('message', async (message: ToServer) => process.send?.(await answerBench(message, server)));
process.on('disconnect', () => process.exit());
