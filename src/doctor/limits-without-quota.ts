import { isDefaultQuota } from '../harvester/managed-quota.ts';
import { DEFAULT_QUOTA_LABEL, NAMESPACE_LIMITS_ANNOTATION } from '../harvester/names.ts';
import { namespaceLimits } from '../harvester/namespace-quota.ts';
import type { Namespace } from '../objects/kubernetes.ts';
import { type NamespaceDiagnosis, namespaceItself } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { listed } from './words.ts';

/** The namespace's limits are set, and no quota carries the label by which Harvester, and Rancher, know theirs. */
export function limitsWithoutQuota(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { cluster, objects } = diagnosis;
  const [namespace] = objects.namespaces.items;
  if (cluster?.harvester === undefined || namespace === undefined || isGoing(namespace)) return [];
  if (objects.quotas.unreadable !== undefined || objects.quotas.problems.length > 0) return [];
  const limits = namespaceLimits(namespace);
  if (limits.kind !== 'read' || objects.quotas.items.some(isDefaultQuota)) return [];
  const set = [
    ...(limits.limitsCpu.isZero() ? [] : [`limitsCpu ${limits.limitsCpu}`]),
    ...(limits.limitsMemory.isZero() ? [] : [`limitsMemory ${limits.limitsMemory}`]),
  ];
  if (set.length === 0) return [];
  const names = objects.quotas.items.map(({ metadata }) => metadata.name);
  return [
    {
      severity: 'warning',
      subject: namespaceItself(diagnosis),
      summary: `Namespace ${objects.name} has limits and no default quota: nothing enforces them as they are set, and nothing is scaled for migrations.`,
      evidence: [
        `Annotation ${NAMESPACE_LIMITS_ANNOTATION} sets ${listed(set)}.`,
        names.length === 0
          ? 'The namespace has no ResourceQuota.'
          : `Of its ResourceQuotas (${listed(names)}) none has the label ${DEFAULT_QUOTA_LABEL}: "true".`,
      ],
      remedy: [
        "Save the namespace's limits anew on Rancher's project or namespace page: Rancher then makes the quota. If there is one without the label, label it instead, or two quotas count the same pods.",
      ],
    },
  ];
}

/** The quota of a namespace that is being deleted goes first. */
function isGoing({ metadata }: Namespace): boolean {
  return typeof metadata.deletionTimestamp === 'string';
}
