import { configurationFault } from '../kubevirt/configuration-fault.ts';
import { int64Value } from '../kubevirt/go-number.ts';
import { renderLauncherPod } from '../kubevirt/launcher-pod.ts';
import { memoryOverhead } from '../kubevirt/memory-overhead.ts';
import { kubeVirtRelease } from '../kubevirt/release.ts';
import type { RenderRequest } from '../kubevirt/render-request.ts';
import { reportedOverheadBytes } from '../kubevirt/reported-overhead.ts';
import { findDifferences } from './vector-differences.ts';
import { type ComputedVector, type Vector, vectorPodOf, vectorShape } from './vector-shape.ts';

export interface VectorReplay {
  readonly name: string;
  readonly passed: boolean;
  readonly differences: readonly string[];
  readonly computed: ComputedVector;
}

/** Reckons one line of a vector file and compares it with what KubeVirt's own code gave, where the line says so. */
export function replayVectorLine(line: string, fileName: string): VectorReplay {
  const vector = readVector(line);
  if (typeof vector === 'string') return unreadable(fileName, vector);
  const computed = computeVector(vector, fileName);
  const differences = vector.output
    ? findDifferences(vector.output, computed)
    : ['the line has no output to compare with'];
  return { name: vector.name, passed: differences.length === 0, differences, computed };
}

function readVector(line: string): Vector | string {
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch (error) {
    return `expected a line of JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const read = vectorShape.safeParse(given);
  if (read.success) return read.data;
  return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

function unreadable(fileName: string, reason: string): VectorReplay {
  const computed = { file: fileName, name: '', pod: null, targetPod: null, error: reason };
  return { name: '', passed: false, differences: [reason], computed };
}

function computeVector(vector: Vector, file: string): ComputedVector {
  const { name } = vector;
  const found = kubeVirtRelease(vector.kubevirt);
  if (found.kind === 'unknown') return { file, name, pod: null, targetPod: null, error: found.reason };
  const request = requestOf(vector, found.release);
  const { vmi, release, clusterArchitecture: architecture } = request;
  const ratio = vector.input.config.additionalGuestMemoryOverheadRatio ?? undefined;
  const reported = reportedOverheadBytes(request);
  const source = renderLauncherPod(request);
  const target = renderLauncherPod({ ...request, role: 'target' });
  return {
    file,
    name,
    overheadBytes: int64Value(memoryOverhead(vmi, { release, architecture, ratio }).total).toString(),
    ...(reported === undefined ? {} : { reportedOverheadBytes: reported.toString() }),
    pod: vectorPodOf(source),
    targetPod: vectorPodOf(target),
    ...(source.kind === 'refused' ? { error: source.reason } : {}),
  };
}

function requestOf({ input }: Vector, release: RenderRequest['release']): RenderRequest {
  const namespace = input.vmi.metadata.namespace || 'default';
  return {
    vmi: { ...input.vmi, metadata: { ...input.vmi.metadata, namespace } },
    // Vectors are made by a KubeVirt that has just started, and has its defaults for what it refuses.
    configuration: configurationFault(input.config) === undefined ? input.config : {},
    release,
    clusterArchitecture: input.arch || 'amd64',
    role: 'source',
    networkAttachments: input.nads,
    namespaceLabels: input.namespaceLabels,
    quotas: input.resourceQuotas.filter((quota) => quota.metadata.namespace === namespace),
  };
}
