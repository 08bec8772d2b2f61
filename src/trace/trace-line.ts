/** Which decision a line belongs to. */
export interface OfDecision {
  /** The AdmissionReview's own, which whoever asks makes up: several decisions can have the same. */
  readonly uid: string;
  /** Numbers the decisions of a process. */
  readonly decision: number;
}

export interface RequestLine {
  readonly trace: 'request';
  readonly at: string;
  readonly path: string;
  readonly about: 'migration' | 'pod' | 'nothing known';
  readonly namespace?: string | undefined;
  readonly vmi?: string | undefined;
  /** Of the migration or the pod; absent while the API server has still to make it. */
  readonly name?: string | undefined;
  /** Of the user who asks. */
  readonly class?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

/** An object that was read. */
export interface FactLine {
  readonly trace: 'fact';
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  /** Absent where the API server was not asked for the object itself. */
  readonly resourceVersion?: string | undefined;
  /** A migration that has been promised room and that the API server has not stored yet. */
  readonly promised?: true | undefined;
  readonly object: Readonly<Record<string, unknown>>;
}

/** A kind that could not be read. */
export interface UnreadLine {
  readonly trace: 'unread';
  readonly kind: string;
  readonly message: string;
}

/** An object that was not understood. */
export interface ProblemLine {
  readonly trace: 'problem';
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly message: string;
  readonly resourceVersion?: string | undefined;
  readonly object?: Readonly<Record<string, unknown>> | undefined;
}

/** A VM's overhead by one release: bytes as decimal texts. */
export interface OverheadLine {
  readonly trace: 'overhead';
  /** `KubeVirt v1.6.3`, or `Harvester 1.7.0` for what it adds to a quota. */
  readonly by: string;
  readonly ratio?: string | undefined;
  readonly terms: readonly { readonly name: string; readonly bytes: string; readonly source: string }[];
  readonly baseBytes: string;
  readonly ratioShareBytes: string;
  /** What network bindings add after the ratio. */
  readonly networkBytes: string;
  readonly totalBytes: string;
}

export interface QuotaSumLine {
  readonly trace: 'quota';
  readonly quota: string;
  readonly resource: string;
  readonly used: string;
  readonly requested: string;
  readonly hard: string;
  readonly hardAfterScaleUp: string;
  readonly shortBy?: string | undefined;
  readonly cause?: string | undefined;
}

/** What lies between the request and the verdict. */
export type EvidenceLine = FactLine | UnreadLine | ProblemLine | OverheadLine | QuotaSumLine;
export const EVIDENCE_SORTS = ['unread', 'problem', 'fact', 'overhead', 'quota'] as const;
export type EvidenceSort = (typeof EVIDENCE_SORTS)[number];

/** What the facts come to for a migration. */
export interface TracedForecast {
  readonly verdict: string;
  readonly atBest?: string | undefined;
  readonly next?: string | undefined;
  /** What is unknown, as the metrics count it, and in words. */
  readonly unknown?: string | undefined;
  readonly reason?: string | undefined;
  readonly needsScaleUp: boolean;
  readonly needsCompensation: boolean;
  readonly target: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly message: string;
}

export interface VerdictLine {
  readonly trace: 'verdict';
  readonly verdict: string;
  readonly policy?: string | undefined;
  readonly denied: boolean;
  readonly warnings: readonly string[];
  readonly forecast?: TracedForecast | undefined;
  /** What was written on a pod, or why nothing was. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly unknown?: string | undefined;
  readonly reason?: string | undefined;
  readonly milliseconds: number;
  /** How many lines of each sort this trace has. */
  readonly lines: Readonly<Record<EvidenceSort, number>>;
  /** How many facts were not written, for there would have been too many. */
  readonly leftOut: number;
}

export type TraceLine = RequestLine | EvidenceLine | VerdictLine;
