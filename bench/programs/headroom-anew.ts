import { readFileSync } from 'node:fs';
import { Registry } from '@prometheus-io/client';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import { defaultClassPolicies } from '../../src/admission/policy.ts';
import { openSnapshot } from '../../src/cluster/snapshot.ts';
import { createLogger } from '../../src/config/logger.ts';
import { createApp } from '../../src/server/app.ts';
import { defaultLimits } from '../../src/server/limits.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { createReadiness } from '../../src/server/readiness.ts';
import { neverTheSame } from '../never-the-same.ts';

// node bench/programs/headroom-anew.ts PORT CERT KEY SNAPSHOT
const [port = '', certFile = '', keyFile = '', snapshot = ''] = process.argv.slice(2);
const app = createApp({
  forecaster: clusterForecaster(neverTheSame(await openSnapshot([snapshot]))),
  classPolicies: defaultClassPolicies,
  logger: createLogger('info'),
  metrics: createMetrics(new Registry()),
  readiness: createReadiness(),
  limits: defaultLimits,
  tls: { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') },
});
await app.listen({ host: 'localhost', port: Number(port) });
