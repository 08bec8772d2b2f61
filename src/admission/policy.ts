import type { MigrationClass } from '../kubevirt/migration-class.ts';

/** From lax to strict. */
export const POLICIES = ['off', 'warn', 'deny'] as const;
export type Policy = (typeof POLICIES)[number];

export type ClassPolicies = Readonly<Record<MigrationClass, Policy>>;

/**
 * A user can read a denial and act on it. The platform cannot: a denied evacuation is retried for ever, and the drain
 * or the upgrade that asked for it hangs with nobody told.
 */
export const defaultClassPolicies: ClassPolicies = Object.freeze({
  user: 'deny',
  evacuation: 'warn',
  'workload-update': 'warn',
  platform: 'warn',
});

export function isPolicy(value: string | undefined): value is Policy {
  return POLICIES.some((policy) => policy === value);
}

function laxer(a: Policy, b: Policy): Policy {
  return POLICIES.indexOf(a) < POLICIES.indexOf(b) ? a : b;
}

/**
 * The owner of a namespace decides about its users' migrations, in either direction. For the platform's own an owner may
 * only be laxer than the cluster's administrator: a tenant's `deny` must not stop the draining of a node. A value that
 * is no policy counts as none.
 */
export function policyFor(
  migrationClass: MigrationClass,
  classPolicies: ClassPolicies,
  namespacePolicy: string | undefined,
): Policy {
  const ofClass = classPolicies[migrationClass];
  if (!isPolicy(namespacePolicy)) return ofClass;
  return migrationClass === 'user' ? namespacePolicy : laxer(ofClass, namespacePolicy);
}
