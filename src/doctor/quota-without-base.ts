import { hasNoLimits, isDefaultQuota } from '../harvester/managed-quota.ts';
import { NAMESPACE_LIMITS_ANNOTATION } from '../harvester/names.ts';
import { namespaceLimits } from '../harvester/namespace-quota.ts';
import type { ResourceQuota } from '../objects/kubernetes.ts';
import { noResources } from '../objects/quantity-shape.ts';
import { type NamespaceDiagnosis, objectIn } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { SCALED_KEYS } from './moving-quota.ts';
import { listed } from './words.ts';

/**
 * Default quotas that Harvester, from 1.4.2 on, has no base for: it takes the base from the namespace's annotation and
 * leaves alone what that does not name, during migrations too.
 */
export function quotasWithoutBase(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const release = diagnosis.cluster?.harvester?.release;
  const [namespace] = diagnosis.objects.namespaces.items;
  if (release?.quotaEditWhere !== 'namespace-annotation' || namespace === undefined) return [];
  const limits = namespaceLimits(namespace);
  return diagnosis.objects.quotas.items.filter(isDefaultQuota).flatMap((quota) => {
    const hard = quota.spec?.hard ?? noResources;
    if (hasNoLimits(hard)) return [];
    switch (limits.kind) {
      case 'none':
        return [finding(diagnosis, quota, { why: 'has no such annotation', keys: limitedKeys(quota) })];
      case 'invalid-json':
      case 'invalid-quantity':
        return [
          finding(diagnosis, quota, {
            why: `has one that is not understood: ${limits.message}`,
            keys: limitedKeys(quota),
          }),
        ];
      case 'read': {
        const bases = { 'limits.cpu': limits.limitsCpu, 'limits.memory': limits.limitsMemory };
        const keys = limitedKeys(quota).filter((key) => bases[key].isZero());
        return keys.length === 0
          ? []
          : [finding(diagnosis, quota, { why: `names no limit for ${listed(keys)}`, keys })];
      }
      default:
        return limits satisfies never;
    }
  });
}

function limitedKeys({ spec }: ResourceQuota): (typeof SCALED_KEYS)[number][] {
  return SCALED_KEYS.filter((key) => spec?.hard.get(key)?.isZero() === false);
}

interface Missing {
  readonly why: string;
  readonly keys: readonly string[];
}

function finding(diagnosis: NamespaceDiagnosis, quota: ResourceQuota, { why, keys }: Missing): Observation {
  const { name } = quota.metadata;
  const namespace = diagnosis.objects.name;
  const hard = keys.map((key) => `${key} ${quota.spec?.hard.get(key)}`);
  return {
    severity: 'warning',
    subject: objectIn(diagnosis, 'ResourceQuota', name),
    summary: `Harvester does not scale ${listed(keys)} of default quota ${name} during migrations, for it has no base for ${keys.length === 1 ? 'it' : 'them'}.`,
    evidence: [
      `ResourceQuota ${name} is labelled as the default quota and limits ${listed(hard)}.`,
      `Harvester takes the base from annotation ${NAMESPACE_LIMITS_ANNOTATION} of the namespace; Namespace ${namespace} ${why}.`,
    ],
    remedy: [
      `Set the limits of namespace ${namespace} on Rancher's project or namespace page, which writes that annotation; the members are limitsCpu and limitsMemory.`,
    ],
  };
}
