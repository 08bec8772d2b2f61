import type { Logger } from 'pino';
import type { Forecaster } from '../admission/forecaster.ts';
import type { ClassPolicies } from '../admission/policy.ts';
import type { ClientCertificates } from './client-certificates.ts';
import type { ServerLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';
import type { ReviewObserver } from './seen-review.ts';

export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

export interface AppOptions {
  readonly forecaster: Forecaster;
  readonly classPolicies: ClassPolicies;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly limits: ServerLimits;
  /** Told of every decision. */
  readonly observers?: readonly ReviewObserver[];
  /** Certificate and key; without them the app speaks plain HTTP, for tests alone. */
  readonly tls?: TlsPair;
  /** Without it whoever reaches the port is answered. */
  readonly clients?: ClientCertificates | undefined;
}
