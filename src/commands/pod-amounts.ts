import { hasHugePages, type RenderedVmi } from '../kubevirt/vmi-facts.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { Quantity } from '../quantity/quantity.ts';

/** What a launcher pod comes to, for quotas and for a bill. */
export interface PodAmounts {
  /** Of the whole pod, as quotas count it. */
  readonly limit: Quantity | undefined;
  readonly request: Quantity | undefined;
  /** The compute container's limit less the overhead: what was asked for the VM, and what is billed. */
  readonly workloadBytes: bigint | undefined;
  readonly overcommit: Overcommit | undefined;
}

/**
 * How much memory a VM was promised for what its pod requests of a node: the workload, or the guest's memory where the
 * VM states no limit. With the overhead in the request it comes to less than the overcommit that was configured.
 */
export interface Overcommit {
  readonly promisedBytes: bigint;
  readonly requestedBytes: bigint;
}

interface Parts {
  readonly computeLimitBytes: bigint | undefined;
  readonly overheadBytes: bigint | undefined;
}

export function podAmounts(vmi: RenderedVmi, usage: ResourceList, parts: Parts): PodAmounts {
  const { computeLimitBytes, overheadBytes } = parts;
  const request = usage.get('requests.memory');
  const isTold = computeLimitBytes !== undefined && overheadBytes !== undefined;
  const workloadBytes = isTold ? computeLimitBytes - overheadBytes : undefined;
  const overcommit = overcommitOf(promisedBytes(vmi, workloadBytes), request);
  return { limit: usage.get('limits.memory'), request, workloadBytes, overcommit };
}

/** A limit that KubeVirt made up because of a quota promises nothing. Huge pages are memory of another kind. */
function promisedBytes(vmi: RenderedVmi, workloadBytes: bigint | undefined): bigint | undefined {
  if (hasHugePages(vmi)) return undefined;
  const { memory, resources } = vmi.spec.domain;
  return resources.limits.has('memory') ? workloadBytes : memory?.guest?.value();
}

function overcommitOf(promised: bigint | undefined, request: Quantity | undefined): Overcommit | undefined {
  if (promised === undefined || request?.isPositive() !== true) return undefined;
  return { promisedBytes: promised, requestedBytes: request.value() };
}

const TENTHS_OF_PERCENT = 1000n;

/** In percent with one decimal, rounded down, to stand beside Harvester's overcommit-config. */
export function overcommitPercent({ promisedBytes, requestedBytes }: Overcommit): string {
  const tenths = (promisedBytes * TENTHS_OF_PERCENT) / requestedBytes;
  return `${tenths / 10n}.${tenths % 10n}`;
}
