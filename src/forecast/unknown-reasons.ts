/** What the answer to an admission review can lack (docs/causes.md says of each what to do). */
export const REVIEW_UNKNOWNS = [
  'cluster-unreadable',
  'object-not-understood',
  'no-kubevirt',
  'several-kubevirts',
  'kubevirt-version-missing',
  'kubevirt-version-not-known',
  'kubevirt-configuration-refused',
  'kubevirt-upgrade',
  'ratio-impossible',
  'harvester-version-not-known',
  'namespace-not-found',
  'quota-status-empty',
  'garbled-annotation',
  'several-default-quotas',
  'vm-not-found',
  'vm-ended',
  'race-undecided',
  'room-not-reserved',
  'request-not-understood',
  'too-slow',
  'internal-error',
] as const;

/** Those, what nobody is told of, and what only the forecast of a start or of a drain can lack. */
export const UNKNOWN_REASONS = [
  ...REVIEW_UNKNOWNS,
  'policy-off',
  'instance-type-not-read',
  'migrations-switched-off',
] as const;
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

/** Why nothing can be said: `unknown` for whoever counts, `reason` for whoever reads. */
export interface WhyUnknown {
  readonly unknown: UnknownReason;
  readonly reason: string;
}

/** A fact that is missing. */
export interface Unknown extends WhyUnknown {
  readonly kind: 'unknown';
}

export function unknownBecause(unknown: UnknownReason, reason: string): Unknown {
  return { kind: 'unknown', unknown, reason };
}
