import type { Json } from '../../builders/json.ts';
import type { Stored } from './cluster.ts';
import { isFinal, type Vmi } from './domain-steps.ts';

/** A pod, as much of it as scheduler and kubelet look at here. */
export interface Pod extends Stored {
  readonly spec: Json & {
    readonly nodeName?: string;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
  readonly status: Json & { readonly phase?: string; readonly podIP?: string; readonly conditions?: readonly Json[] };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly restartPolicy?: string;
}

export const VMI_UID_LABEL = 'kubevirt.io/created-by';
const DOMAIN_ANNOTATION = 'kubevirt.io/domain';

export function hasEnded({ status }: Pod): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}

/** Name of the VMI that a launcher pod runs; none of other pods. */
export function vmiNameOf({ metadata }: Pod): string | undefined {
  return metadata.labels?.['kubevirt.io'] === 'virt-launcher' ? metadata.annotations?.[DOMAIN_ANNOTATION] : undefined;
}

/** The emptiest node that the pod's selector takes and that no other pod of its VMI is on. */
export function nodeFor(pod: Pod, nodes: readonly Stored[], pods: readonly Pod[]): string | undefined {
  const vmiUid = pod.metadata.labels?.[VMI_UID_LABEL];
  const there = pods.filter((other) => other.spec.nodeName !== undefined && !hasEnded(other));
  const taken = new Set(
    there.filter(({ metadata }) => metadata.labels?.[VMI_UID_LABEL] === vmiUid).map(({ spec }) => spec.nodeName),
  );
  const load = (node: string) => there.filter(({ spec }) => spec.nodeName === node).length;
  return nodes
    .filter((node) => takes(node, pod))
    .map(({ metadata }) => metadata.name)
    .filter((name) => vmiUid === undefined || !taken.has(name))
    .map((name) => ({ name, load: load(name) }))
    .sort((one, other) => one.load - other.load || one.name.localeCompare(other.name))[0]?.name;
}

function takes({ metadata, spec }: Stored, pod: Pod): boolean {
  const wanted = Object.entries(pod.spec.nodeSelector ?? {});
  return spec?.unschedulable !== true && wanted.every(([key, value]) => metadata.labels?.[key] === value);
}

/** Why the virt-launcher in a pod ends by itself. */
export type End = 'the VMI is over' | 'the VM has left' | 'the VM did not come';

export function endOf(pod: Pod, vmi: Vmi | undefined): End | undefined {
  if (vmi === undefined || vmi.metadata.uid !== pod.metadata.labels?.[VMI_UID_LABEL] || isFinal(vmi)) {
    return 'the VMI is over';
  }
  const { sourcePod, targetPod, completed, failed, targetNode } = vmi.status.migrationState ?? {};
  const { name } = pod.metadata;
  if (failed === true) return targetPod === name ? 'the VM did not come' : undefined;
  const hasArrived = completed === true && vmi.status.nodeName === targetNode;
  return hasArrived && sourcePod === name ? 'the VM has left' : undefined;
}

/** The status that a kubelet writes when all containers of a pod run, or all have ended. */
export function podStatus(pod: Pod, phase: 'Running' | 'Succeeded', now: string): Json {
  const isRunning = phase === 'Running';
  const condition = (type: string, holds: boolean): Json => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: now,
    ...(!isRunning && { reason: 'PodCompleted' }),
  });
  const state = (keepsRunning: boolean): Json =>
    isRunning && keepsRunning
      ? { running: { startedAt: now } }
      : { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } };
  const statusOf = ({ name, image }: Container, keepsRunning: boolean): Json => ({
    name,
    image,
    imageID: image,
    containerID: `containerd://${pod.metadata.uid}-${name}`,
    restartCount: 0,
    ready: isRunning,
    started: isRunning,
    state: state(keepsRunning),
  });
  return {
    phase,
    startTime: pod.status.startTime ?? now,
    hostIP: '10.0.1.1',
    hostIPs: [{ ip: '10.0.1.1' }],
    podIP: '10.52.0.2',
    podIPs: [{ ip: '10.52.0.2' }],
    conditions: [
      condition('PodScheduled', true),
      condition('PodReadyToStartContainers', isRunning),
      condition('Initialized', true),
      condition('Ready', isRunning),
      condition('ContainersReady', isRunning),
    ],
    containerStatuses: pod.spec.containers.map((container) => statusOf(container, true)),
    // KubeVirt's sidecars are init containers that stay.
    initContainerStatuses: (pod.spec.initContainers ?? []).map((container) =>
      statusOf(container, container.restartPolicy === 'Always'),
    ),
  };
}
