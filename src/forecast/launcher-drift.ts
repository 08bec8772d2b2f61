import { withApiDefaults } from '../kubernetes/pod-defaults.ts';
import { renderLauncherPod } from '../kubevirt/launcher-pod.ts';
import { overheadAtRatio, ratioOfOverhead } from '../kubevirt/overhead-ratio.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import { RELEASES } from '../kubevirt/release-table.ts';
import type { RenderRequest } from '../kubevirt/render-request.ts';
import type { Pod, PodSpec } from '../objects/kubernetes.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { launcherReleases } from './cluster-facts.ts';
import type { Prepared } from './forecast-migrations.ts';
import type { KnownGround } from './forecast-set.ts';
import { isTargetPod, vmiOfPod } from './launchers.ts';
import { type PodDifference, podDifferences } from './pod-differences.ts';

/** In what a pod differs, the first of these that holds. */
export const DRIFT_REASONS = ['not-expected', 'other-release', 'memory', 'containers', 'resources'] as const;
export type DriftReason = (typeof DRIFT_REASONS)[number];

/** A launcher pod that is not as the rules of the KubeVirt that runs would have it. */
export interface LauncherDrift {
  readonly reason: DriftReason;
  /** The row of the table that it was reckoned by, and the version as the cluster writes it. */
  readonly release: string;
  readonly kubeVirtVersion: string;
  readonly part: RenderRequest['role'];
  /** A release whose rules would have made exactly this pod; only with `other-release`. */
  readonly madeAsBy?: string;
  readonly differences: readonly PodDifference[];
  /** Whose service accounts make launcher pods. */
  readonly kubeVirtNamespace: string | undefined;
}

interface Rendering {
  readonly request: RenderRequest;
  readonly pod: PodSpec;
}

/**
 * Compares a pod that is about to be created with the one that the formula gives for its VMI, by the release and the ratio
 * of now; while an upgrade runs, by both releases. A pod made at another ratio is no drift: virt-controller has then not
 * yet heard of a change, or we have not. Undefined where there is nothing to compare with, or all is as it should be.
 */
export function launcherDrift({ objects, ground }: Prepared, pod: Pod): LauncherDrift | undefined {
  if (ground.kind === 'unknown') return undefined;
  const vmi = vmiOfPod(pod, objects.namespace.virtualMachineInstances.items);
  const reading = vmi && launcherReleases(ground.cluster, vmi);
  if (vmi === undefined || reading?.kind !== 'known') return undefined;
  const base = baseRequest(vmi, ground, isTargetPod(pod) ? 'target' : 'source');
  const rendering = (release: KubeVirtRelease): Rendering => ({ request: { ...base, release }, pod: pod.spec });
  if (reading.releases.some((release) => isAsRendered(rendering(release), ground.cluster.harvester?.ratio)))
    return undefined;
  const [release] = reading.releases as [KubeVirtRelease];
  return {
    ...foundDrift(rendering(release)),
    release: release.version,
    kubeVirtVersion: ground.cluster.kubeVirtVersions[0] ?? release.version,
    part: base.role,
    kubeVirtNamespace: ground.cluster.kubeVirtNamespace,
  };
}

function baseRequest(
  vmi: VirtualMachineInstance,
  { cluster, namespace }: KnownGround,
  role: RenderRequest['role'],
): Omit<RenderRequest, 'release'> {
  return {
    vmi,
    configuration: cluster.configuration,
    clusterArchitecture: cluster.architecture,
    role,
    namespaceLabels: namespace.namespace.metadata.labels,
    // They are not read for a pod. What they add is passed over.
    quotas: [],
  };
}

/** Undefined where no pod is expected at all. */
function differencesOf({ request, pod }: Rendering): readonly PodDifference[] | undefined {
  const rendered = renderLauncherPod(request);
  return rendered.kind === 'refused' ? undefined : podDifferences(withApiDefaults(rendered.spec), pod);
}

function isAsRendered(rendering: Rendering, settingRatio: string | undefined): boolean {
  const differences = differencesOf(rendering);
  if (differences === undefined) return false;
  return differences.length === 0 || isOfOtherRatio(rendering, differences, settingRatio);
}

function isOfOtherRatio(
  { request, pod }: Rendering,
  differences: readonly PodDifference[],
  settingRatio = '',
): boolean {
  const { expected, actual } = differences.find(isComputeMemory) ?? {};
  if (!differences.every(isComputeMemory) || typeof expected !== 'object' || typeof actual !== 'object') return false;
  const bytes = overheadAtRatio(request, request.configuration.additionalGuestMemoryOverheadRatio ?? '');
  const ratio = ratioOfOverhead(request, bytes + actual.subtract(expected).value(), [settingRatio]);
  if (ratio === undefined) return false;
  const configuration = { ...request.configuration, additionalGuestMemoryOverheadRatio: ratio };
  return differencesOf({ request: { ...request, configuration }, pod })?.length === 0;
}

function isComputeMemory({ container, amount }: PodDifference): boolean {
  return container === 'compute' && (amount === 'limits.memory' || amount === 'requests.memory');
}

function foundDrift(rendering: Rendering): Pick<LauncherDrift, 'reason' | 'differences' | 'madeAsBy'> {
  const differences = differencesOf(rendering);
  const other = RELEASES.toReversed().find((release) => {
    return differencesOf({ ...rendering, request: { ...rendering.request, release } })?.length === 0;
  });
  if (other !== undefined) return { reason: 'other-release', differences: differences ?? [], madeAsBy: other.version };
  if (differences === undefined) return { reason: 'not-expected', differences: [] };
  return { reason: reasonOf(differences), differences };
}

function reasonOf(differences: readonly PodDifference[]): DriftReason {
  if (differences.some(isComputeMemory)) return 'memory';
  return differences.some(({ amount }) => amount === undefined) ? 'containers' : 'resources';
}
