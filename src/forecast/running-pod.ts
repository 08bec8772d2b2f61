import { launcherVersion, versionOf } from '../kubevirt/launcher-version.ts';
import { type PastOverhead, pastOverhead } from '../kubevirt/past-overhead.ts';
import type { RenderRequest } from '../kubevirt/render-request.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { type Launchers, podsOfVmi } from './launchers.ts';
import { KUBEVIRT_VERSION_ANNOTATION, OVERHEAD_RATIO_ANNOTATION } from './pod-annotations.ts';

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

/** What a running VMI stands among. */
export interface RunningSurroundings {
  readonly launchers: Launchers;
  /** The one of this VMI that is under way. */
  readonly migration: VirtualMachineInstanceMigration | undefined;
  /** As the KubeVirt CR has it, where it has one. */
  readonly kubeVirtVersion: string | undefined;
  /** That of Harvester's setting, which the KubeVirt CR may differ from. */
  readonly settingRatio: string | undefined;
}

/** What a VMI runs with, and why its next pod will differ; `next` is what that one is rendered from. */
export function runningPod(
  vmi: VirtualMachineInstance,
  next: RenderRequest,
  surroundings: RunningSurroundings,
): RunningPod {
  const pod = sourcePod(vmi, surroundings);
  return {
    ...runningOverhead({ vmi, next, pod }, surroundings),
    computeLimitBytes: computeOf(pod)?.limits.get('memory')?.value(),
    usage: pod === undefined ? new Map() : surroundings.launchers.charges(pod).usage,
  };
}

/**
 * KubeVirt's report goes before what the pod seems to have, for a hotplug changes what that is taken from. The report on
 * a pod can be rewritten by whoever may change pods, and a pod's containers cannot: where these explain themselves by
 * another figure, they are believed.
 */
function runningOverhead(
  { vmi, next, pod }: Omit<Observed, 'reportedBytes'>,
  surroundings: RunningSurroundings,
): Pick<RunningPod, 'overhead' | 'source'> {
  const past = (reportedBytes: bigint | undefined) =>
    pastOverhead(factsOf({ vmi, next, pod, reportedBytes }, surroundings));
  const inStatus = vmi.status?.memory?.memoryOverhead?.value();
  if (inStatus !== undefined) return { overhead: past(inStatus), source: 'reported' };
  const own = past(undefined);
  const onPod = reportOnPod(pod);
  const isContradicted = own?.circumstances !== undefined && own.bytes !== onPod;
  if (onPod === undefined || isContradicted) return { overhead: own, source: 'pod' };
  return { overhead: past(onPod), source: 'reported' };
}

/** What the pod itself has, whatever KubeVirt reports: a webhook may have changed the pod that KubeVirt made. */
export function podOverhead(
  vmi: VirtualMachineInstance,
  next: RenderRequest,
  surroundings: RunningSurroundings,
): PastOverhead | undefined {
  const pod = sourcePod(vmi, surroundings);
  return pastOverhead(factsOf({ vmi, next, pod, reportedBytes: undefined }, surroundings));
}

interface Observed {
  readonly vmi: VirtualMachineInstance;
  readonly next: RenderRequest;
  readonly pod: Pod | undefined;
  readonly reportedBytes: bigint | undefined;
}

function factsOf(
  { vmi, next, pod, reportedBytes }: Observed,
  { kubeVirtVersion, settingRatio = '' }: RunningSurroundings,
): Parameters<typeof pastOverhead>[0] {
  const compute = computeOf(pod);
  const annotation = (name: string): string => pod?.metadata.annotations.get(name) ?? '';
  return {
    vmi,
    next,
    nextVersion: kubeVirtVersion ?? next.release.version,
    observed: { reportedBytes, limit: compute?.limits.get('memory'), request: compute?.requests.get('memory') },
    madeBy: launcherVersion(vmi) ?? versionOf(annotation(KUBEVIRT_VERSION_ANNOTATION)),
    likelyRatios: [
      annotation(OVERHEAD_RATIO_ANNOTATION),
      vmi.metadata.labels.get(HOTPLUG_RATIO_LABEL) ?? '',
      settingRatio,
    ],
  };
}

function sourcePod(vmi: VirtualMachineInstance, { launchers, migration }: RunningSurroundings): Pod | undefined {
  return podsOfVmi(launchers, vmi, migration).source;
}

function computeOf(pod: Pod | undefined) {
  return pod?.spec.containers?.find(({ name }) => name === 'compute')?.resources;
}

function reportOnPod(pod: Pod | undefined): bigint | undefined {
  const onPod = pod?.metadata.annotations.get(REPORT_ANNOTATION) ?? '';
  return INT64_TEXT.test(onPod) ? BigInt(onPod) : undefined;
}
