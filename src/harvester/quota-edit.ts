import type { ResourceQuota } from '../objects/kubernetes.ts';
import type { KeyBase } from './managed-quota.ts';
import { hasStoredScaleUp } from './quota-annotations.ts';
import type { HarvesterRelease } from './release-table.ts';

/** Where a limit has to be changed for the change to last. */
export type QuotaEditPlace = 'resource-quota' | 'namespace-annotation';

/** A limit that Harvester sets from the namespace is reset in the ResourceQuota; any other is changed there. */
export function quotaEditPlace(release: HarvesterRelease | undefined, base: KeyBase): QuotaEditPlace {
  return base.kind === 'scaled' && release !== undefined ? release.quotaEditWhere : 'resource-quota';
}

/**
 * Harvester's words when the namespace's limits are changed while the default quota holds a scale-up, which a migration
 * that hangs in Pending keeps there; undefined when it lets the change pass (pkg/webhook/resources/namespace/validator.go).
 */
export function namespaceEditRefusal(
  release: HarvesterRelease,
  namespaceName: string,
  quota: ResourceQuota,
): string | undefined {
  if (release.quotaEditRefusalWording === undefined || !hasStoredScaleUp(quota)) return undefined;
  return `namespace ${namespaceName} ${release.quotaEditRefusalWording}`;
}
