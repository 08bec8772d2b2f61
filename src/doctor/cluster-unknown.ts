import { obstacles } from '../forecast/cluster-facts.ts';
import type { ClusterDiagnosis } from './diagnosis.ts';
import type { Observation, Subject } from './finding.ts';
import { kubeVirtPhases } from './spare-kubevirts.ts';
import { counted, listed } from './words.ts';

const CLUSTER: Subject = { kind: 'Cluster', name: 'cluster' };

/** What of the whole cluster is not understood, so that nothing can be forecast in it. */
export function clusterUnknowns({ objects, facts }: ClusterDiagnosis): readonly Observation[] {
  if (facts.kind === 'known') return [];
  const blocked = [objects.kubeVirts, objects.settings, objects.nodes].flatMap(obstacles);
  return [
    {
      severity: 'unknown',
      subject: CLUSTER,
      summary: `No migration of this cluster can be forecast: ${facts.reason}.`,
      evidence: blocked.length > 0 ? blocked : [readText(objects), ...kubeVirtPhases(objects)],
      remedy: [
        'Give headroom what is missing: the KubeVirt CR and the Settings in a snapshot, or the permission to list them.',
      ],
    },
  ];
}

function readText({ kubeVirts, settings, nodes }: ClusterDiagnosis['objects']): string {
  const read = [
    counted(kubeVirts.items.length, 'KubeVirt object'),
    counted(settings.items.length, 'Setting'),
    counted(nodes.items.length, 'Node'),
  ];
  return `Read were ${listed(read)}.`;
}
