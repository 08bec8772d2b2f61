import type { Verdict } from '../forecast/forecast.ts';
import type { UnknownReason } from '../forecast/unknown-reasons.ts';
import type { MigrationClass } from '../kubevirt/migration-class.ts';
import type { PatchOperation } from './annotations-patch.ts';
import type { DriftReport } from './drift-report.ts';
import type { Evidence } from './evidence.ts';
import { printableLine } from './plain-text.ts';
import type { Policy } from './policy.ts';
import type { ReviewVersion } from './review.ts';

/** Kubernetes' limit; the API server cuts what is longer. */
const LONGEST_WARNING = 256;

/** A metav1.StatusCause, whose `Type` is called `reason` in JSON. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A metav1.Status, as far as a denial needs one. */
export interface DenialStatus {
  readonly status: 'Failure';
  readonly code: 403;
  readonly reason: 'Forbidden';
  readonly message: string;
  readonly details: {
    readonly name: string;
    readonly group: string;
    readonly kind: string;
    readonly causes: readonly StatusCause[];
  };
}

/** What was decided, for the log and the metrics. `ignored` is a review of something that headroom has no say in. */
export interface Decision {
  readonly verdict: Verdict | 'described' | 'off' | 'ignored';
  /** Present exactly where the verdict is unknown. */
  readonly unknown?: UnknownReason;
  readonly migrationClass?: MigrationClass;
  readonly policy?: Policy;
  readonly namespace?: string;
  readonly vmi?: string;
}

/** What a webhook answers, before it is put into an AdmissionReview. */
export interface Outcome {
  readonly decision: Decision;
  /** Present when the request is denied. */
  readonly denial?: DenialStatus;
  readonly warnings?: readonly string[];
  /** Keys without a prefix: the API server puts the webhook's name before them. */
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly patch?: readonly PatchOperation[];
  /** For the log and the metrics alone. */
  readonly drift?: DriftReport;
  /** For those who watch decisions; nothing of it is answered. */
  readonly evidence?: Evidence;
}

export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: DenialStatus;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly patchType?: 'JSONPatch';
  readonly patch?: string;
}

export interface AdmissionReviewResponse {
  readonly apiVersion: ReviewVersion;
  readonly kind: 'AdmissionReview';
  readonly response: AdmissionResponse;
}

export const ignored: Outcome = { decision: { verdict: 'ignored' } };

function patchFields(patch: readonly PatchOperation[]): Pick<AdmissionResponse, 'patch' | 'patchType'> {
  return patch.length === 0
    ? {}
    : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
}

function warningsField(warnings: readonly string[]): Pick<AdmissionResponse, 'warnings'> {
  return warnings.length === 0 ? {} : { warnings: warnings.map((warning) => printableLine(warning, LONGEST_WARNING)) };
}

export function buildReview(apiVersion: ReviewVersion, uid: string, outcome: Outcome): AdmissionReviewResponse {
  return {
    apiVersion,
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed: outcome.denial === undefined,
      ...(outcome.denial && { status: outcome.denial }),
      ...warningsField(outcome.warnings ?? []),
      ...(outcome.auditAnnotations && { auditAnnotations: outcome.auditAnnotations }),
      ...patchFields(outcome.patch ?? []),
    },
  };
}
