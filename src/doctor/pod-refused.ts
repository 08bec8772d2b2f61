import { type NamespaceDiagnosis, namespaceItself } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { counted } from './words.ts';

/** Running VMs of which KubeVirt makes no second pod, or the API server takes none; a LimitRange is a rule of its own. */
export function refusedPods(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const refused = [...diagnosis.forecasts.values()].filter(({ cause, reason }) => {
    return cause === 'not-admitted' && reason?.startsWith('LimitRange ') === false;
  });
  if (refused.length === 0) return [];
  return [
    {
      severity: 'error',
      subject: namespaceItself(diagnosis),
      summary: `${counted(refused.length, 'VM')} of namespace ${diagnosis.objects.name} can neither migrate nor be restarted: no pod is made, or none is stored.`,
      evidence: [
        "The pod is rendered from the VMI and the KubeVirt CR as they are now, by the running KubeVirt's rules.",
      ],
      remedy: ['Change what the reason names, in the VM or in the KubeVirt CR; no quota can help.'],
      affected: refused.map(({ vmi, reason }) => `VM ${vmi}: ${reason}`),
    },
  ];
}
