import { vmiNameOfPod } from '../forecast/launchers.ts';
import { KUBEVIRT_VERSION_ANNOTATION, OVERHEAD_RATIO_ANNOTATION } from '../forecast/pod-annotations.ts';
import { unknownBecause } from '../forecast/unknown-reasons.ts';
import { podShape } from '../objects/kubernetes.ts';
import { MEMORY_OVERHEAD_ANNOTATION, WORKLOAD_MEMORY_ANNOTATION } from './annotation-names.ts';
import { patchAnnotations, type WantedAnnotations } from './annotations-patch.ts';
import type { AdmissionContext } from './context.ts';
import { createdObject, namespaceProblem } from './creation.ts';
import { driftReport } from './drift-report.ts';
import type { EvidenceOfPod } from './evidence.ts';
import type { PodAnnotations, PodDescription } from './forecaster.ts';
import { printableLine } from './plain-text.ts';
import { ignored, type Outcome } from './response.ts';
import { firstIssue, isPlainObject, type ReviewRequest } from './review.ts';

const PODS = { group: '', resource: 'pods', kind: 'Pod' };
const LONGEST_NAME = 253;

function isLauncher(pod: Record<string, unknown>): boolean {
  const metadata = pod.metadata;
  const labels = isPlainObject(metadata) ? metadata.labels : undefined;
  return isPlainObject(labels) && labels['kubevirt.io'] === 'virt-launcher';
}

type ReadPod = ReturnType<typeof podShape.safeParse>;

async function describe(
  request: ReviewRequest,
  pod: Record<string, unknown>,
  read: ReadPod,
  context: AdmissionContext,
): Promise<PodDescription> {
  const problem = namespaceProblem(request, pod);
  if (problem !== undefined) return unknownBecause('request-not-understood', problem);
  if (!read.success) {
    return unknownBecause('request-not-understood', `the pod is not understood: ${firstIssue(read.error)}`);
  }
  return context.forecaster.describePod(read.data, request.namespace ?? '');
}

function evidenceOf(read: ReadPod, description: PodDescription): EvidenceOfPod {
  const { basis } = description;
  return {
    kind: 'pod',
    ...(read.success && { pod: read.data }),
    description,
    ...(basis !== undefined && { basis }),
  };
}

function wantedAnnotations(annotations: PodAnnotations | undefined): WantedAnnotations {
  return new Map([
    [MEMORY_OVERHEAD_ANNOTATION, annotations?.memoryOverheadBytes.toString()],
    [OVERHEAD_RATIO_ANNOTATION, annotations?.overheadRatio],
    [WORKLOAD_MEMORY_ANNOTATION, annotations?.workloadMemoryBytes?.toString()],
    [KUBEVIRT_VERSION_ANNOTATION, annotations?.kubeVirtVersion],
  ]);
}

/**
 * Writes a launcher pod's overhead on it. Never a denial: virt-controller and Harvester act on the API server's own
 * words `exceeded quota`, and a pod that we refused would be a VM that does not start.
 */
export async function mutatePod(request: ReviewRequest, context: AdmissionContext): Promise<Outcome> {
  const pod = createdObject(request, PODS);
  if (pod === undefined || !isLauncher(pod)) return ignored;
  const read = podShape.safeParse(pod);
  const described = await describe(request, pod, read, context);
  const namespace = printableLine(request.namespace ?? '', LONGEST_NAME);
  // As the pod says it: for the log alone.
  const vmi = printableLine((read.success && vmiNameOfPod(read.data)) || '', LONGEST_NAME);
  const patchTo = (annotations: PodAnnotations | undefined) => patchAnnotations(pod, wantedAnnotations(annotations));
  const evidence = evidenceOf(read, described);
  if (described.namespacePolicy === 'off') {
    return { decision: { verdict: 'off', namespace, vmi }, evidence, patch: patchTo(undefined) };
  }
  const found = driftReport(described.drift, request.userInfo?.username ?? '');
  const watched = { evidence, ...(found === undefined ? {} : { drift: found }) };
  switch (described.kind) {
    case 'described':
      return {
        ...watched,
        decision: { verdict: 'described', namespace, vmi },
        patch: patchTo(described.annotations),
      };
    case 'unknown':
      return {
        ...watched,
        decision: { verdict: 'unknown', unknown: described.unknown, namespace, vmi },
        warnings: [`memory overhead unknown: ${described.reason}`],
        patch: patchTo(undefined),
      };
    default:
      return described satisfies never;
  }
}
