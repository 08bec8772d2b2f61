import type { Forecaster } from './forecaster.ts';
import type { ClassPolicies } from './policy.ts';

/** What the webhooks are given once, when the server is made. */
export interface AdmissionContext {
  readonly forecaster: Forecaster;
  readonly classPolicies: ClassPolicies;
  /** A bug of ours must not block anybody: it is reported here, and the request is admitted. */
  readonly reportBug: (error: unknown, about: Readonly<Record<string, string>>) => void;
}
