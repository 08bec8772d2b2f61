import { defaultQuotas } from '../harvester/managed-quota.ts';
import { DEFAULT_QUOTA_LABEL } from '../harvester/names.ts';
import { type NamespaceDiagnosis, namespaceItself } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { listed } from './words.ts';

/** Of several default quotas Harvester scales, each time, the first that its cache lists; the others refuse the pod. */
export function severalDefaultQuotas(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { cluster, objects } = diagnosis;
  if (cluster?.harvester === undefined || cluster.harvester.release.scaling === 'none') return [];
  const names = defaultQuotas(objects.quotas.items).map(({ metadata }) => metadata.name);
  if (names.length < 2) return [];
  return [
    {
      severity: 'warning',
      subject: namespaceItself(diagnosis),
      summary: `Namespace ${objects.name} has ${names.length} default quotas, of which Harvester scales one, and nothing tells which.`,
      evidence: [`ResourceQuotas ${listed(names)} have the label ${DEFAULT_QUOTA_LABEL}: "true".`],
      remedy: [
        'Delete all but the one that Rancher made (named default- and five characters), or take the label off them.',
      ],
    },
  ];
}
