import { collectDefaultMetrics, type Registry } from '@prometheus-io/client';
import { type OperationMetrics, operationMetrics } from './metrics-operation.ts';
import { type ReviewMetrics, reviewMetrics } from './metrics-reviews.ts';
import { type SurveyMetrics, surveyMetrics } from './metrics-survey.ts';

/** What is counted, each where it happens. docs/metrics.md has a line for every metric. */
export type Metrics = ReviewMetrics & SurveyMetrics & OperationMetrics;

export function createMetrics(registry: Registry): Metrics {
  return { ...reviewMetrics(registry), ...surveyMetrics(registry), ...operationMetrics(registry) };
}

/** Of the client's own those whose names Prometheus' conventions do not allow; others tell the same. */
const NOT_PUBLISHED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_histogram',
  'nodejs_eventloop_utilization_summary',
];

/** Of the process as a whole: once a process, or each call would start another set of observers. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of NOT_PUBLISHED) registry.removeSingleMetric(name);
}
