import { Counter, collectDefaultMetrics, Histogram, type Registry } from '@prometheus-io/client';
import type { DriftReport } from '../admission/drift-report.ts';
import type { Outcome } from '../admission/response.ts';

export interface Metrics {
  recordReview(path: string, outcome: Outcome, seconds: number): void;
  recordUnreadable(code: number): void;
  recordDrift(drift: DriftReport): void;
}

/** A decision is to take milliseconds, and the API server waits a few seconds at most. */
const DECISION_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createMetrics(registry: Registry): Metrics {
  const reviews = new Counter({
    name: 'headroom_reviews_total',
    help: 'AdmissionReviews answered, by webhook path, class of migration, verdict and whether the request was denied.',
    labelNames: ['path', 'class', 'verdict', 'outcome'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'headroom_decision_seconds',
    help: 'Time from a parsed request to its answer, in seconds.',
    labelNames: ['path'],
    buckets: DECISION_SECONDS,
    registers: [registry],
  });
  const unreadable = new Counter({
    name: 'headroom_unanswered_requests_total',
    help: 'Requests that were refused before any decision, by HTTP status code.',
    labelNames: ['code'],
    registers: [registry],
  });
  const drifts = new Counter({
    name: 'headroom_overhead_drift_total',
    help: 'Launcher pods made by KubeVirt that differ from the formula, by the release that was reckoned with and in what.',
    labelNames: ['release', 'reason'],
    registers: [registry],
  });
  return {
    recordReview: (path, { decision, denial }, took) => {
      const outcome = denial === undefined ? 'admitted' : 'denied';
      reviews.inc({ path, class: decision.migrationClass ?? 'none', verdict: decision.verdict, outcome });
      seconds.observe({ path }, took);
    },
    recordUnreadable: (code) => unreadable.inc({ code: String(code) }),
    recordDrift: ({ release, reason }) => drifts.inc({ release, reason }),
  };
}

/** Of the process as a whole: once a process, or each call would start another set of observers. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
}
