import { Registry } from '@prometheus-io/client';
import { pino } from 'pino';
import type { Forecaster } from '../../src/admission/forecaster.ts';
import { defaultClassPolicies } from '../../src/admission/policy.ts';
import type { AdmissionReviewResponse } from '../../src/admission/response.ts';
import { createApp } from '../../src/server/app.ts';
import type { AppOptions } from '../../src/server/app-options.ts';
import { defaultLimits } from '../../src/server/limits.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { createReadiness } from '../../src/server/readiness.ts';
import { fakeForecaster } from '../admission/fake-forecaster.ts';

/** An app over a fake forecaster, with its log and its metrics in hand. */
export const webhookApp = (forecaster: Forecaster = fakeForecaster(), options: Partial<AppOptions> = {}) => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const registry = new Registry();
  const readiness = createReadiness();
  const app = createApp({
    forecaster,
    classPolicies: defaultClassPolicies,
    logger,
    metrics: createMetrics(registry),
    readiness,
    // A busy machine must not make a test shed its load.
    limits: { ...defaultLimits, eventLoopDelaySeconds: 0 },
    ...options,
  });
  const post = (path: string, review: unknown) =>
    app.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/json' },
      payload: typeof review === 'string' ? review : JSON.stringify(review),
    });
  const ask = async (path: string, review: unknown): Promise<AdmissionReviewResponse> =>
    (await post(path, review)).json();
  return { app, lines, registry, readiness, post, ask };
};

export const paths = ['/validate/migrations', '/mutate/migrations', '/mutate/pods'] as const;
