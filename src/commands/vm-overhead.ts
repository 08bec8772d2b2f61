import { type ClusterFacts, launcherReleases } from '../forecast/cluster-facts.ts';
import { type RunningPod, runningPod } from '../forecast/running-pod.ts';
import { withApiDefaults } from '../kubernetes/pod-defaults.ts';
import { quotaUsage } from '../kubernetes/pod-usage.ts';
import { type LauncherPod, type RenderRequest, renderLauncherPod } from '../kubevirt/launcher-pod.ts';
import type { MemoryOverhead } from '../kubevirt/memory-overhead.ts';
import type { OverheadChange } from '../kubevirt/overhead-change.ts';
import type { Circumstances } from '../kubevirt/past-overhead.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import { overheadSavings, type Saving } from '../kubevirt/savings.ts';
import type { RenderedVmi } from '../kubevirt/vmi-facts.ts';
import { vmiOfVm } from '../kubevirt/vmi-of-vm.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { Quantity } from '../quantity/quantity.ts';
import type { OverheadSubject } from './overhead-subjects.ts';
import { type PodAmounts, podAmounts } from './pod-amounts.ts';

/** A VM's overhead with all that it is to be compared with, or why it cannot be reckoned. */
export type VmOverhead =
  | (OverheadFigures & { readonly kind: 'reckoned' })
  | { readonly kind: 'unknown'; readonly namespace: string; readonly name: string; readonly reason: string };

/** Of a VM's next pod, and of the one it runs in. */
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
  readonly guestMemory: Quantity | undefined;
  readonly amounts: PodAmounts;
  /** Undefined for a VM that does not run. */
  readonly running: RunningFigures | undefined;
  readonly savings: readonly Saving[];
  readonly notes: readonly string[];
}

/** The pod that a VM runs in. */
export interface RunningFigures {
  readonly amounts: PodAmounts;
  /** Undefined where the pod does not tell; no other figure of the overhead is there then. */
  readonly overheadBytes: bigint | undefined;
  readonly source: RunningPod['source'];
  /** Undefined where the formula does not give this overhead. */
  readonly circumstances: Circumstances | undefined;
  readonly changes: readonly OverheadChange[];
}

/** How much more the next pod's overhead will be; undefined where nothing runs, or its overhead is not known. */
export function overheadDifference({ running, totalBytes }: OverheadFigures): bigint | undefined {
  return running?.overheadBytes === undefined ? undefined : totalBytes - running.overheadBytes;
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
  return {
    ...figuresOf(request, pod, subject),
    running: found.kind === 'running' ? runningFigures(found.vmi, request, { facts, subject }) : undefined,
    notes: [...reading.notes, ...upgradeNotes(facts)],
  };
}

function requestOf(
  { configuration, architecture }: ClusterFacts,
  release: KubeVirtRelease,
  vmi: RenderedVmi,
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
  subject: OverheadSubject,
): Omit<Extract<VmOverhead, { kind: 'reckoned' }>, 'running' | 'notes'> {
  const { vmi, configuration, release, clusterArchitecture } = request;
  const { namespace, name, found, kubeVirtVersion } = subject;
  const totalBytes = pod.overhead.totalBytes + pod.networkOverheadBytes;
  const computeLimit = pod.spec.containers?.find((container) => container.name === 'compute')?.resources.limits;
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
    totalBytes,
    guestMemory: vmi.spec.domain.memory?.guest ?? undefined,
    amounts: podAmounts(vmi, quotaUsage(withApiDefaults(pod.spec)), {
      computeLimitBytes: computeLimit?.get('memory')?.value(),
      overheadBytes: totalBytes,
    }),
    savings: overheadSavings(request),
  };
}

interface Place {
  readonly facts: ClusterFacts;
  readonly subject: OverheadSubject;
}

function runningFigures(vmi: VirtualMachineInstance, next: RenderRequest, { facts, subject }: Place): RunningFigures {
  const { overhead, source, computeLimitBytes, usage } = runningPod(vmi, next, {
    launchers: subject.launchers,
    migration: subject.activeMigrations.get(subject.name),
    kubeVirtVersion: subject.kubeVirtVersion,
    settingRatio: facts.harvester?.ratio,
  });
  return {
    amounts: podAmounts(vmi, usage, { computeLimitBytes, overheadBytes: overhead?.bytes }),
    overheadBytes: overhead?.bytes,
    source,
    circumstances: overhead?.circumstances,
    changes: overhead?.changes ?? [],
  };
}

function upgradeNotes({ kubeVirtVersions, notes }: ClusterFacts): readonly string[] {
  const [observed, target] = kubeVirtVersions;
  if (target === undefined) return notes;
  return [...notes, `KubeVirt is being upgraded from ${observed} to ${target}: reckoned by the rules of ${observed}`];
}
