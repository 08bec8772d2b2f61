import { Registry } from '@prometheus-io/client';
import type { Logger } from 'pino';
import type { Forecaster } from '../admission/forecaster.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import { createAdminApp } from './admin-app.ts';
import { createApp } from './app.ts';
import type { TlsPair } from './app-options.ts';
import { defaultLimits } from './limits.ts';
import { anyAddress, type Listening, listen } from './listen.ts';
import { collectProcessMetrics, createMetrics } from './metrics.ts';
import { createReadiness } from './readiness.ts';
import { readTlsPair, writeCaFile } from './tls-files.ts';

export interface ServeParts {
  readonly forecaster: Forecaster;
  readonly logger: Logger;
}

interface Certificates {
  readonly tls: TlsPair;
  readonly caFile?: string;
}

async function certificatesFor({ tlsCertFile, tlsKeyFile, host }: ServeConfig): Promise<Certificates> {
  if (tlsCertFile !== undefined && tlsKeyFile !== undefined) return { tls: await readTlsPair(tlsCertFile, tlsKeyFile) };
  // Loaded only here: whoever has certificates need not hold the library that makes them.
  const { createSelfSigned } = await import('./self-signed.ts');
  const { ca, cert, key } = await createSelfSigned(host, new Date());
  return { tls: { cert, key }, caFile: await writeCaFile(ca) };
}

function hostOf({ host, snapshots }: ServeConfig): string {
  return host ?? (snapshots.length > 0 ? 'localhost' : anyAddress());
}

/** Config in, a webhook that listens out. The caller has read the cluster once; from here on it is ready. */
export async function serve(config: ServeConfig, parts: ServeParts): Promise<Listening> {
  const { tls, caFile } = await certificatesFor(config);
  const registry = new Registry();
  collectProcessMetrics(registry);
  const readiness = createReadiness();
  const limits = { ...defaultLimits, decisionTimeoutSeconds: config.decisionTimeoutSeconds };
  const metrics = createMetrics(registry);
  const app = createApp({ ...parts, classPolicies: config.classPolicies, metrics, readiness, limits, tls });
  const adminApp = createAdminApp(readiness, registry);
  return listen(
    { app, adminApp, readiness, logger: parts.logger },
    {
      host: hostOf(config),
      port: config.port,
      adminPort: config.adminPort,
      drainSeconds: config.drainSeconds,
      ...(caFile !== undefined && { caFile }),
    },
  );
}
