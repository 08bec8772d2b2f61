import { applyLimitRanges } from '../kubernetes/limit-range.ts';
import { withApiDefaults } from '../kubernetes/pod-defaults.ts';
import { quotaUsage } from '../kubernetes/pod-usage.ts';
import { hasHotpluggedVolumes, renderAttachmentPod } from '../kubevirt/attachment-pod.ts';
import { renderLauncherPod } from '../kubevirt/launcher-pod.ts';
import type { MemoryOverhead } from '../kubevirt/memory-overhead.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import type { Container, LimitRange, PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** A pod as the quota admission will see it. */
export interface ChargedPod {
  readonly spec: PodSpec;
  readonly usage: ResourceList;
}

/** The pods that a start or a migration adds to the namespace. */
export interface TargetPod {
  readonly kind: 'pod';
  readonly launcher: ChargedPod;
  /** The second pod that holds hotplugged volumes for the target (KubeVirt's `hp-volume-*`). */
  readonly attachment: ChargedPod | undefined;
  readonly overhead: MemoryOverhead;
  /** Memory that network binding plugins add outside the overhead formula, in bytes. */
  readonly networkOverheadBytes: bigint;
}

/** In the order in which KubeVirt asks for them. */
export function podsOf({ launcher, attachment }: TargetPod): readonly ChargedPod[] {
  return attachment === undefined ? [launcher] : [launcher, attachment];
}

/** No such pod will ever be stored, and who says so. */
export interface RefusedPod {
  readonly kind: 'refused';
  readonly by: 'KubeVirt' | 'LimitRange' | 'the API server';
  readonly reason: string;
}

/** What decides about a pod besides its VMI. */
export interface PodSurroundings {
  readonly cluster: ClusterFacts;
  readonly namespaceLabels: ReadonlyMap<string, string>;
  readonly limitRanges: readonly LimitRange[];
  readonly quotaHards: readonly ResourceList[];
}

/** Target pods of one ground; each is rendered once, however often a remedy is tried on the same VM. */
export type TargetPods = (
  vmi: VirtualMachineInstance,
  release: KubeVirtRelease,
  model: PodSpec | undefined,
) => TargetPod | RefusedPod;

export function targetPodsIn(surroundings: PodSurroundings): TargetPods {
  const rendered = new Map<VirtualMachineInstance, Map<KubeVirtRelease, TargetPod | RefusedPod>>();
  return (vmi, release, model) => {
    const byRelease = rendered.get(vmi) ?? new Map<KubeVirtRelease, TargetPod | RefusedPod>();
    const pod = byRelease.get(release) ?? renderTargetPod(vmi, release, surroundings, model);
    rendered.set(vmi, byRelease.set(release, pod));
    return pod;
  };
}

/**
 * Renders the pod of `vmi` by the rules of `release` and carries it through what comes before quota admission: the API
 * server's defaulting and the LimitRanger plugin. `model` is the VMI's running pod, which tells what no object read does:
 * devices of network attachments, a resolved priority class.
 */
function renderTargetPod(
  vmi: VirtualMachineInstance,
  release: KubeVirtRelease,
  surroundings: PodSurroundings,
  model: PodSpec | undefined,
): TargetPod | RefusedPod {
  const { cluster, namespaceLabels, quotaHards } = surroundings;
  const rendered = renderLauncherPod({
    vmi,
    configuration: cluster.configuration,
    release,
    clusterArchitecture: cluster.architecture,
    role: 'target',
    namespaceLabels,
    quotas: quotaHards.map((hard) => ({ spec: { hard } })),
  });
  if (rendered.kind === 'refused') return { kind: 'refused', by: 'KubeVirt', reason: rendered.reason };
  if (rendered.invalid !== undefined) return { kind: 'refused', by: 'the API server', reason: rendered.invalid };
  const launcher = admittedPod(likeModel(rendered.spec, vmi, model), surroundings.limitRanges);
  if (launcher.kind === 'refused') return launcher;
  const attachment = hasHotpluggedVolumes(vmi)
    ? admittedPod(renderAttachmentPod(release, cluster.configuration), surroundings.limitRanges)
    : undefined;
  if (attachment?.kind === 'refused') return attachment;
  const { overhead, networkOverheadBytes } = rendered;
  return { kind: 'pod', launcher: launcher.pod, attachment: attachment?.pod, overhead, networkOverheadBytes };
}

type Admitted = { readonly kind: 'pod'; readonly pod: ChargedPod } | RefusedPod;

function admittedPod(rendered: PodSpec, limitRanges: readonly LimitRange[]): Admitted {
  const { pod, refusals } = applyLimitRanges(withApiDefaults(rendered), limitRanges);
  if (refusals.length > 0) return { kind: 'refused', by: 'LimitRange', reason: refusals.join(', ') };
  return { kind: 'pod', pod: { spec: pod, usage: quotaUsage(pod) } };
}

function likeModel(rendered: PodSpec, vmi: VirtualMachineInstance, model: PodSpec | undefined): PodSpec {
  const priorityClassName = vmi.spec.priorityClassName ?? model?.priorityClassName;
  const affinity = model?.affinity;
  const named = { ...rendered, priorityClassName, affinity };
  const hasMultus = vmi.spec.networks?.some((network) => network.multus !== null && network.multus !== undefined);
  if (model === undefined || hasMultus !== true) return named;
  return { ...named, containers: withModelDevices(rendered.containers ?? [], model.containers ?? []) };
}

/** Devices that a network attachment asks for stand in the running pod; the attachment itself is not among the kinds read. */
function withModelDevices(containers: readonly Container[], models: readonly Container[]): Container[] {
  return containers.map((container) => {
    const model = models.find((one) => one.name === container.name);
    if (model === undefined || container.name !== 'compute') return container;
    return {
      ...container,
      resources: {
        limits: withMissingDevices(container.resources.limits, model.resources.limits),
        requests: withMissingDevices(container.resources.requests, model.resources.limits),
      },
    };
  });
}

function withMissingDevices(own: ResourceList, model: ResourceList): ResourceList {
  const missing = [...model].filter(([name]) => name.includes('/') && !name.startsWith('devices.kubevirt.io/'));
  if (missing.every(([name]) => own.has(name))) return own;
  return new Map([...missing, ...own]);
}
