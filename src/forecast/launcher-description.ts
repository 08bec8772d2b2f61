import type { KubeVirtRelease } from '../kubevirt/release.ts';
import { launcherOverhead } from '../kubevirt/reported-overhead.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { type ClusterFacts, launcherReleases } from './cluster-facts.ts';
import type { Prepared } from './forecast-migrations.ts';
import { vmiOfPod } from './launchers.ts';
import { type Unknown, unknownBecause } from './unknown-reasons.ts';

/** A launcher pod's memory overhead as KubeVirt reckons it for the pod. */
export interface LauncherDescription {
  readonly memoryOverheadBytes: bigint;
  /** As the KubeVirt CR has it; `1` where it has none, which multiplies by nothing. */
  readonly overheadRatio: string;
  /** The compute container's memory limit less the overhead: what was asked for the guest. */
  readonly workloadMemoryBytes?: bigint;
  readonly kubeVirtVersion: string;
}

export type DescribedLauncher = { readonly kind: 'described'; readonly annotations: LauncherDescription } | Unknown;

/** Describes a launcher pod that is about to be created, by the VMI that it is made for. */
export function describeLauncher({ objects, ground }: Prepared, pod: Pod): DescribedLauncher {
  if (ground.kind === 'unknown') return ground;
  const vmi = vmiOfPod(pod, objects.namespace.virtualMachineInstances.items);
  if (vmi === undefined) return unknownBecause('vm-not-found', 'the VirtualMachineInstance of this pod was not found');
  const reading = launcherReleases(ground.cluster, vmi);
  if (reading.kind === 'unknown') return reading;
  const described = reading.releases.map((release, index) => {
    return descriptionBy(ground.cluster, release, vmi, {
      pod,
      version: ground.cluster.kubeVirtVersions[index] ?? release.version,
    });
  });
  const [first, ...others] = described as [LauncherDescription, ...LauncherDescription[]];
  if (others.every((other) => other.memoryOverheadBytes === first.memoryOverheadBytes)) {
    return { kind: 'described', annotations: first };
  }
  const versions = ground.cluster.kubeVirtVersions.join(' and ');
  const reason = `KubeVirt ${versions} reckon the overhead differently, and an upgrade is running`;
  return unknownBecause('kubevirt-upgrade', reason);
}

function descriptionBy(
  cluster: ClusterFacts,
  release: KubeVirtRelease,
  vmi: VirtualMachineInstance,
  { pod, version }: { readonly pod: Pod; readonly version: string },
): LauncherDescription {
  const { configuration, architecture: clusterArchitecture } = cluster;
  const { total } = launcherOverhead({ vmi, configuration, release, clusterArchitecture });
  const compute = pod.spec.containers?.find((container) => container.name === 'compute');
  const limit = compute?.resources.limits.get('memory');
  return {
    memoryOverheadBytes: total.value(),
    overheadRatio: configuration.additionalGuestMemoryOverheadRatio || '1',
    ...(limit === undefined ? {} : { workloadMemoryBytes: limit.subtract(total).value() }),
    kubeVirtVersion: version,
  };
}
