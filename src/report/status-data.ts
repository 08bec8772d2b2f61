import type { Verdict } from '../forecast/forecast.ts';
import type { MigrationClass } from '../kubevirt/migration-class.ts';
import type { Survey } from '../survey/survey.ts';

/** All that the status page shows: of one replica, at one moment. */
export interface Status {
  readonly at: Date;
  readonly version: string;
  readonly startedAt: Date;
  readonly state: 'starting' | 'ready' | 'draining';
  /** The files that stand for the cluster; none where it is a live one. */
  readonly snapshots: readonly string[];
  readonly policies: Readonly<Record<MigrationClass, 'off' | 'warn' | 'deny'>>;
  /** Of the serving certificate in use; undefined until there is one. */
  readonly certificate: Validity | undefined;
  readonly decisions: RecentDecisionList;
  /** Between two surveys; 0 for none. */
  readonly surveyIntervalSeconds: number;
  /** The last one; undefined until there is one. */
  readonly survey: Survey | undefined;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface RecentDecisionList {
  /** Newest first. */
  readonly latest: readonly RecentDecision[];
  /** Since the start, of which some were denials. */
  readonly count: number;
  readonly deniedCount: number;
}

/** What is kept of a decision: names, and one sentence. Nothing of who asked. */
export interface RecentDecision {
  readonly at: Date;
  /** Of the webhook: `/validate/migrations`. */
  readonly path: string;
  /** Of the AdmissionReview, by which a decision is found again in the log. */
  readonly uid: string;
  readonly namespace: string;
  readonly vmi: string;
  /** Of pods there is none. */
  readonly migrationClass: MigrationClass | undefined;
  readonly verdict: Verdict | 'described' | 'off';
  readonly next: 'exceeds' | undefined;
  /** A verdict that was only written on the object decides nothing yet. */
  readonly answer: 'noted' | 'admitted' | 'denied';
  readonly isDryRun: boolean;
  /** One sentence, or nothing. */
  readonly line: string;
}
