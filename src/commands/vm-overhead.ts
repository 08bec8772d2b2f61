import { type ClusterFacts, launcherReleases } from '../forecast/cluster-facts.ts';
import { withApiDefaults } from '../kubernetes/pod-defaults.ts';
import { quotaUsage } from '../kubernetes/pod-usage.ts';
import { type LauncherPod, type RenderRequest, renderLauncherPod } from '../kubevirt/launcher-pod.ts';
import type { MemoryOverhead } from '../kubevirt/memory-overhead.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import { overheadSavings, type Saving } from '../kubevirt/savings.ts';
import { vmiOfVm } from '../kubevirt/vmi-of-vm.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { Quantity } from '../quantity/quantity.ts';
import type { OverheadSubject } from './overhead-subjects.ts';
import { runningOverheadBytes } from './running-overhead.ts';

/** A VM's overhead with all that it is to be compared with, or why it cannot be reckoned. */
export type VmOverhead =
  | (OverheadFigures & { readonly kind: 'reckoned' })
  | { readonly kind: 'unknown'; readonly namespace: string; readonly name: string; readonly reason: string };

export interface OverheadFigures {
  readonly namespace: string;
  readonly name: string;
  /** What the figures are of: a running VM's next migration or a stopped one's next start. */
  readonly occasion: 'migration' | 'start';
  readonly kubeVirtVersion: string;
  readonly architecture: string;
  readonly ratio: string | undefined;
  readonly overhead: MemoryOverhead;
  /** What network bindings add, after the ratio. */
  readonly networkBytes: bigint;
  readonly totalBytes: bigint;
  /** The overhead of the running pod; undefined where there is none, or where it does not tell. */
  readonly nowBytes: bigint | undefined;
  readonly guestMemory: Quantity | undefined;
  /** Of the whole pod, as quotas count it. */
  readonly podMemoryLimit: Quantity | undefined;
  readonly podMemoryRequest: Quantity | undefined;
  readonly savings: readonly Saving[];
  readonly notes: readonly string[];
}

export function vmOverhead(facts: ClusterFacts, subject: OverheadSubject): VmOverhead {
  const { namespace, name, found } = subject;
  if (found.kind === 'unknown') return { kind: 'unknown', namespace, name, reason: found.reason };
  const reading = launcherReleases(facts, found.kind === 'running' ? found.vmi : undefined);
  if (reading.kind === 'unknown') return { kind: 'unknown', namespace, name, reason: reading.reason };
  const [release] = reading.releases as [KubeVirtRelease, ...KubeVirtRelease[]];
  const vmi = found.kind === 'running' ? found.vmi : vmiOfVm(found.vm, release, facts.configuration);
  if (vmi === undefined) return { kind: 'unknown', namespace, name, reason: 'its VirtualMachine has no template' };
  const request = requestOf(facts, release, vmi, subject);
  const pod = renderLauncherPod(request);
  if (pod.kind === 'refused') return { kind: 'unknown', namespace, name, reason: `KubeVirt refuses it: ${pod.reason}` };
  return { ...figuresOf(request, pod, subject), notes: [...reading.notes, ...upgradeNotes(facts)] };
}

function requestOf(
  { configuration, architecture }: ClusterFacts,
  release: KubeVirtRelease,
  vmi: VirtualMachineInstance,
  { found, objects }: OverheadSubject,
): RenderRequest {
  return {
    vmi,
    configuration,
    release,
    clusterArchitecture: architecture,
    role: found.kind === 'running' ? 'target' : 'source',
    namespaceLabels: objects.namespaces.items[0]?.metadata.labels ?? new Map(),
    quotas: objects.quotas.items,
  };
}

function figuresOf(
  request: RenderRequest,
  pod: LauncherPod,
  { namespace, name, found, objects, launchers, kubeVirtVersion }: OverheadSubject,
): Omit<Extract<VmOverhead, { kind: 'reckoned' }>, 'notes'> {
  const { vmi, configuration, release, clusterArchitecture } = request;
  const charged = quotaUsage(withApiDefaults(pod.spec));
  return {
    kind: 'reckoned',
    namespace,
    name,
    occasion: found.kind === 'running' ? 'migration' : 'start',
    kubeVirtVersion: kubeVirtVersion ?? release.version,
    architecture: vmi.spec.architecture || clusterArchitecture,
    ratio: configuration.additionalGuestMemoryOverheadRatio || undefined,
    overhead: pod.overhead,
    networkBytes: pod.networkOverheadBytes,
    totalBytes: pod.overhead.totalBytes + pod.networkOverheadBytes,
    nowBytes: found.kind === 'running' ? runningOverheadBytes(found.vmi, objects, launchers) : undefined,
    guestMemory: vmi.spec.domain.memory?.guest ?? undefined,
    podMemoryLimit: charged.get('limits.memory'),
    podMemoryRequest: charged.get('requests.memory'),
    savings: overheadSavings(request),
  };
}

function upgradeNotes({ kubeVirtVersions, notes }: ClusterFacts): readonly string[] {
  const [observed, target] = kubeVirtVersions;
  if (target === undefined) return notes;
  return [...notes, `KubeVirt is being upgraded from ${observed} to ${target}: reckoned by the rules of ${observed}`];
}
