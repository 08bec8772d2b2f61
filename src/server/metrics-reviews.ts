import { Counter, Histogram, type Registry } from '@prometheus-io/client';
import { webhooks } from '../admission/answer-review.ts';
import type { DriftReport } from '../admission/drift-report.ts';
import type { Outcome } from '../admission/response.ts';
import { CAUSES, type Cause } from '../forecast/forecast.ts';
import { DRIFT_REASONS } from '../forecast/launcher-drift.ts';
import { REVIEW_UNKNOWNS } from '../forecast/unknown-reasons.ts';
import type { MigrationClass } from '../kubevirt/migration-class.ts';
import { RELEASES } from '../kubevirt/release-table.ts';

export interface ReviewMetrics {
  recordReview(path: string, outcome: Outcome, seconds: number): void;
  recordUnreadable(code: number): void;
  recordDrift(drift: DriftReport): void;
}

/** A decision is to take milliseconds, and the API server waits a few seconds at most. */
const DECISION_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const CLASSES: readonly MigrationClass[] = ['user', 'evacuation', 'workload-update', 'platform'];

/**
 * Of whom, where and what a review was about nothing is told: VMs, users and namespaces are without number, and whoever may
 * read metrics need not know them. What may come once in months begins at zero, for an increase of what was never there is
 * none to Prometheus.
 */
export function reviewMetrics(registry: Registry): ReviewMetrics {
  const registers = [registry];
  const reviews = new Counter({
    name: 'headroom_reviews_total',
    help: 'AdmissionReviews answered, by webhook path, class of migration, verdict, cause and whether the request was denied.',
    labelNames: ['path', 'class', 'verdict', 'cause', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'headroom_decision_seconds',
    help: 'Time from a parsed request to its answer, in seconds.',
    labelNames: ['path'],
    buckets: DECISION_SECONDS,
    registers,
  });
  for (const path of webhooks.keys()) seconds.zero({ path });
  const unanswered = new Counter({
    name: 'headroom_unanswered_requests_total',
    help: 'Requests that were refused before any decision, by HTTP status code.',
    labelNames: ['code'],
    registers,
  });
  const unknowns = new Counter({
    name: 'headroom_unknowns_total',
    help: 'AdmissionReviews answered with unknown, by what was missing.',
    labelNames: ['reason'],
    registers,
  });
  const drifts = new Counter({
    name: 'headroom_overhead_drift_total',
    help: 'Launcher pods made by KubeVirt that differ from the formula, by the release that was reckoned with and in what.',
    labelNames: ['release', 'reason'],
    registers,
  });
  for (const labels of exceeding()) reviews.inc(labels, 0);
  for (const reason of REVIEW_UNKNOWNS) unknowns.inc({ reason }, 0);
  for (const { version: release } of RELEASES) {
    for (const reason of DRIFT_REASONS) drifts.inc({ release, reason }, 0);
  }
  return {
    recordReview: (path, reviewed, took) => {
      const { migrationClass = 'none', verdict, unknown } = reviewed.decision;
      const labels = { path, class: migrationClass, verdict, cause: causeOf(reviewed), outcome: outcomeOf(reviewed) };
      reviews.inc(labels);
      seconds.observe({ path }, took);
      if (unknown !== undefined) unknowns.inc({ reason: unknown });
    },
    recordUnreadable: (code) => unanswered.inc({ code: String(code) }),
    recordDrift: ({ release, reason }) => drifts.inc({ release, reason }),
  };
}

/** Migrations that can never fit, whichever the policy is. */
function exceeding() {
  const path = '/validate/migrations';
  const outcomes = ['admitted', 'denied'] as const;
  return CLASSES.flatMap((one) =>
    CAUSES.flatMap((cause) => outcomes.map((outcome) => ({ path, class: one, verdict: 'exceeds', cause, outcome }))),
  );
}

/** Whoever tries something out is denied nothing. */
function outcomeOf({ denial, evidence }: Outcome): 'admitted' | 'denied' | 'denied-dry-run' {
  if (denial === undefined) return 'admitted';
  return evidence?.kind === 'migration' && evidence.asked.isDryRun ? 'denied-dry-run' : 'denied';
}

/** None is told where the policy is to say nothing. */
function causeOf({ decision, evidence }: Outcome): Cause | 'none' {
  if (evidence?.kind !== 'migration' || decision.verdict === 'off') return 'none';
  const { cause, quotas } = evidence.forecast;
  return cause ?? quotas.find((line) => line.cause !== undefined)?.cause ?? 'none';
}
