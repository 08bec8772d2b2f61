import type { ClusterDiagnosis } from './diagnosis.ts';
import { CLUSTER, type Observation } from './finding.ts';
import { counted } from './words.ts';

/** KubeVirt wants to be there once; of several, the one that is deployed counts. */
export function spareKubeVirts({ objects, facts }: ClusterDiagnosis): readonly Observation[] {
  if (facts.kind === 'unknown' || objects.kubeVirts.items.length < 2) return [];
  return [
    {
      severity: 'warning',
      subject: CLUSTER,
      summary: `There are ${counted(objects.kubeVirts.items.length, 'KubeVirt object')}, and KubeVirt supports one.`,
      evidence: kubeVirtPhases(objects),
      remedy: ['Delete those that are not in phase Deployed, once it is plain that nobody relies on them.'],
    },
  ];
}

export function kubeVirtPhases({ kubeVirts }: ClusterDiagnosis['objects']): string[] {
  return kubeVirts.items.map(({ metadata, status }) => {
    return `KubeVirt ${metadata.namespace ?? ''}/${metadata.name} is in phase ${status?.phase ?? 'none'}.`;
  });
}
