import { launcherReleases } from '../forecast/cluster-facts.ts';
import type { KnownGround } from '../forecast/forecast-set.ts';
import { podsOfVmi } from '../forecast/launchers.ts';
import { podOverhead } from '../forecast/running-pod.ts';
import type { PastOverhead } from '../kubevirt/past-overhead.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import { RELEASES } from '../kubevirt/release-table.ts';
import type { RenderRequest } from '../kubevirt/render-request.ts';
import { launcherOverhead } from '../kubevirt/reported-overhead.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { type NamespaceDiagnosis, namespaceItself } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { isOpenToDoubt } from './overhead-doubts.ts';
import { counted } from './words.ts';

/**
 * Running pods whose memory overhead no known release gives at any ratio that may have been set: the sign of a KubeVirt
 * build with another formula, or of somebody who changes pods. A ratio or version that has changed since is no drift.
 */
export function driftedPods(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { ground } = diagnosis;
  if (ground === undefined) return [];
  const drifted = [...ground.namespace.vmis.values()].flatMap((vmi) => overheadDrift(vmi, ground) ?? []);
  return drifted.length === 0 ? [] : [finding(diagnosis, ground, drifted)];
}

export interface OverheadDrift {
  readonly vm: string;
  readonly bytes: PastOverhead['bytes'];
  /** By the release and the ratio of now. */
  readonly expectedBytes: bigint | undefined;
}

/** Undefined where the pod that a VM runs in has an overhead that is explained, or cannot be told. */
export function overheadDrift(
  vmi: VirtualMachineInstance,
  { cluster, namespace }: KnownGround,
): OverheadDrift | undefined {
  if (isOpenToDoubt(vmi, cluster.configuration)) return undefined;
  const reading = launcherReleases(cluster, vmi);
  const release = reading.kind === 'known' ? reading.releases[0] : undefined;
  const next: RenderRequest = {
    vmi,
    configuration: cluster.configuration,
    // Where nothing tells which runs now, it is one to try, as any other.
    release: release ?? (RELEASES.at(-1) as KubeVirtRelease),
    clusterArchitecture: cluster.architecture,
    role: 'target',
    namespaceLabels: namespace.namespace.metadata.labels,
    quotas: namespace.quotas.map(({ quota }) => quota),
  };
  const { launchers, migrationOf } = namespace;
  const migration = migrationOf.get(vmi.metadata.name);
  if (!isOfKubeVirt(podsOfVmi(launchers, vmi, migration).source, vmi)) return undefined;
  const overhead = podOverhead(vmi, next, {
    launchers,
    migration,
    kubeVirtVersion: cluster.kubeVirtVersions[0],
    settingRatio: cluster.harvester?.ratio,
  });
  if (overhead?.changes.some(({ cause }) => cause === 'unexplained') !== true) return undefined;
  const expectedBytes = release === undefined ? undefined : launcherOverhead(next).total.value();
  return { vm: vmi.metadata.name, bytes: overhead.bytes, expectedBytes };
}

/** Anybody who may create pods can label one as a launcher; virt-controller writes down which it goes by. */
function isOfKubeVirt(pod: Pod | undefined, { status }: VirtualMachineInstance): boolean {
  const uid = pod?.metadata.uid;
  const active = status?.activePods;
  return typeof uid !== 'string' || !active || Object.hasOwn(active, uid);
}

function finding(
  diagnosis: NamespaceDiagnosis,
  { cluster }: KnownGround,
  drifted: readonly OverheadDrift[],
): Observation {
  const versions = cluster.kubeVirtVersions.join(' and ') || 'of an unknown version';
  return {
    severity: 'warning',
    subject: namespaceItself(diagnosis),
    summary: `${counted(drifted.length, 'VM')} of namespace ${diagnosis.objects.name} ${drifted.length === 1 ? 'runs' : 'run'} with a memory overhead that no known KubeVirt gives: forecasts of ${drifted.length === 1 ? 'it' : 'them'} may be off.`,
    evidence: [
      `KubeVirt ${versions} runs here. Tried were all releases known, without a ratio and at every ratio of up to three decimals.`,
      'The overhead is what the container compute of the running pod has beyond what the VMI states.',
    ],
    remedy: [
      'Find out what made these pods: a KubeVirt build of your own, a webhook that changes pods, an edit of the VMI. Until then take forecasts of these VMs with as much reserve as the difference.',
    ],
    affected: drifted.map(({ vm, bytes, expectedBytes }) => {
      const found = bytes === undefined ? 'its limit and its request have different overheads' : `${bytes} bytes`;
      const expected = expectedBytes === undefined ? '' : `; KubeVirt as it runs now would give ${expectedBytes} bytes`;
      return `VM ${vm}: ${found}${expected}`;
    }),
  };
}
