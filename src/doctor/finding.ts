/** How grave a finding is, gravest first. `unknown` is no fault: something could not be checked. */
export const SEVERITIES = ['error', 'warning', 'unknown', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The object that a finding is about. */
export interface Subject {
  readonly kind: string;
  /** Absent for an object of the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
}

/** What is of no object in particular. */
export const CLUSTER: Subject = { kind: 'Cluster', name: 'cluster' };

/** What a rule has seen. */
export interface Observation {
  readonly severity: Severity;
  readonly subject: Subject;
  /** One sentence. */
  readonly summary: string;
  /** Figures with the objects and fields that they come from, a sentence each. */
  readonly evidence: readonly string[];
  /** What to do and where, in this order where the order matters. */
  readonly remedy: readonly string[];
  /** Where one finding stands for many objects, all of them, a line each. */
  readonly affected?: readonly string[];
}

export interface Finding extends Observation {
  readonly rule: string;
}

/** Errors and warnings are faults; what is merely worth knowing, or could not be checked, is none. */
export function isFault({ severity }: Finding): boolean {
  return severity === 'error' || severity === 'warning';
}

/** Gravest first; otherwise as found. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity));
}
