import type { KnownGround } from '../forecast/forecast-set.ts';
import { podsOfVmi } from '../forecast/launchers.ts';
import { type NamespaceDiagnosis, namespaceItself } from './diagnosis.ts';
import { type Explainer, type Explanation, explainerOf } from './explained-overhead.ts';
import type { Observation } from './finding.ts';
import { runningOverhead } from './running-overhead.ts';
import { counted } from './words.ts';

/**
 * Running pods whose memory overhead no known release gives at any ratio that may have been set: the sign of a KubeVirt
 * build with another formula, or of somebody who changes pods. A ratio or version that has changed since is no drift.
 */
export function driftedPods(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { ground } = diagnosis;
  if (ground === undefined) return [];
  const explain = explainerOf(ground.cluster);
  const drifted = [...ground.namespace.vmis.values()].flatMap((vmi) => {
    const migration = ground.namespace.underWay.find(({ spec }) => spec.vmiName === vmi.metadata.name);
    const { source } = podsOfVmi(ground.namespace.launchers, vmi, migration);
    const overhead = source === undefined ? undefined : runningOverhead(vmi, source, ground.cluster);
    return overhead === undefined ? [] : driftOf(explain, { vmi, overhead });
  });
  return drifted.length === 0 ? [] : [finding(diagnosis, ground, drifted)];
}

interface Drift extends Pick<Explanation, 'expectedBytes'> {
  readonly vm: string;
  readonly overheadBytes: bigint;
}

function driftOf(explain: Explainer, running: Parameters<Explainer>[0]): Drift[] {
  const { isExplained, expectedBytes } = explain(running);
  if (isExplained) return [];
  return [{ vm: running.vmi.metadata.name, overheadBytes: running.overhead.value(), expectedBytes }];
}

function finding(diagnosis: NamespaceDiagnosis, { cluster }: KnownGround, drifted: readonly Drift[]): Observation {
  const versions = cluster.kubeVirtVersions.join(' and ') || 'of an unknown version';
  return {
    severity: 'warning',
    subject: namespaceItself(diagnosis),
    summary: `${counted(drifted.length, 'VM')} of namespace ${diagnosis.objects.name} ${drifted.length === 1 ? 'runs' : 'run'} with a memory overhead that no known KubeVirt gives: forecasts of ${drifted.length === 1 ? 'it' : 'them'} may be off.`,
    evidence: [
      `KubeVirt ${versions} runs here. Tried were all releases known, without a ratio and at every ratio from 1.00 to 10.00.`,
      'The overhead is what the container compute of the running pod has beyond what the VMI states.',
    ],
    remedy: [
      'Find out what made these pods: a KubeVirt build of your own, a webhook that changes pods, an edit of the VMI. Until then take forecasts of these VMs with as much reserve as the difference.',
    ],
    affected: drifted.map(({ vm, overheadBytes, expectedBytes }) => {
      const expected = expectedBytes === undefined ? '' : `; KubeVirt as it runs now would give ${expectedBytes} bytes`;
      return `VM ${vm}: ${overheadBytes} bytes${expected}`;
    }),
  };
}
