import { Registry } from '@prometheus-io/client';
import { collectProcessMetrics, createMetrics, type Metrics } from './metrics.ts';

/** What a process tells of itself at `/metrics`. */
export interface Telemetry {
  readonly registry: Registry;
  readonly metrics: Metrics;
  readonly version: string;
}

/** Once a process. `version` is headroom's own. */
export function createTelemetry(version: string): Telemetry {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const metrics = createMetrics(registry);
  metrics.recordBuild(version);
  return { registry, metrics, version };
}
