import { KUBEVIRT_VERSION_ANNOTATION, OVERHEAD_RATIO_ANNOTATION } from '../admission/annotation-names.ts';
import { podsOfVmi } from '../forecast/launchers.ts';
import { launcherVersion, versionOf } from '../kubevirt/launcher-version.ts';
import { type PastOverhead, pastOverhead } from '../kubevirt/past-overhead.ts';
import type { RenderRequest } from '../kubevirt/render-request.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { OverheadSubject } from './overhead-subjects.ts';

/** Written by virt-controller from KubeVirt 1.8 on, behind a gate; the VMI's status is copied from it. */
const REPORT_ANNOTATION = 'kubevirt.io/memory-overhead-bytes';
/** On a VMI whose memory is being hotplugged: the ratio of that moment. */
const HOTPLUG_RATIO_LABEL = 'kubevirt.io/memory-hotplug-overhead-ratio';
const INT64_TEXT = /^\d{1,18}$/;

/** The pod that a VM runs in, as far as anything tells. */
export interface RunningPod {
  readonly overhead: PastOverhead | undefined;
  /** Whether the overhead is KubeVirt's own figure, or what the pod has beyond the VMI. */
  readonly source: 'reported' | 'pod';
  /** Memory limit of the compute container; undefined without the pod. */
  readonly computeLimitBytes: bigint | undefined;
  /** What quotas count of it. */
  readonly usage: ResourceList;
}

/** What a VMI runs with, and why its next pod will differ; `next` is what that one is rendered from. */
export function runningPod(
  vmi: VirtualMachineInstance,
  next: RenderRequest,
  { launchers, activeMigrations, kubeVirtVersion }: OverheadSubject,
): RunningPod {
  const { source: pod } = podsOfVmi(launchers, vmi, activeMigrations.get(vmi.metadata.name));
  const compute = pod?.spec.containers?.find(({ name }) => name === 'compute')?.resources;
  const limit = compute?.limits.get('memory');
  const reportedBytes = reportedOverhead(vmi, pod);
  const overhead = pastOverhead({
    vmi,
    next,
    nextVersion: kubeVirtVersion ?? next.release.version,
    observed: { reportedBytes, limit, request: compute?.requests.get('memory') },
    madeBy: launcherVersion(vmi) ?? versionOf(pod?.metadata.annotations.get(KUBEVIRT_VERSION_ANNOTATION) ?? ''),
    likelyRatios: [
      pod?.metadata.annotations.get(OVERHEAD_RATIO_ANNOTATION) ?? '',
      vmi.metadata.labels.get(HOTPLUG_RATIO_LABEL) ?? '',
    ],
  });
  return {
    overhead,
    source: reportedBytes === undefined ? 'pod' : 'reported',
    computeLimitBytes: limit?.value(),
    usage: pod === undefined ? new Map() : launchers.charges(pod).usage,
  };
}

function reportedOverhead({ status }: VirtualMachineInstance, pod: Pod | undefined): bigint | undefined {
  const inStatus = status?.memory?.memoryOverhead;
  if (inStatus) return inStatus.value();
  const onPod = pod?.metadata.annotations.get(REPORT_ANNOTATION) ?? '';
  return INT64_TEXT.test(onPod) ? BigInt(onPod) : undefined;
}
