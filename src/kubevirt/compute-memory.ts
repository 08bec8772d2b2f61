import { Quantity, QuantityError } from '../quantity/quantity.ts';
import type { ComputeDraft } from './compute-draft.ts';
import type { RenderRequest } from './render-request.ts';
import { amountOf, hasHugePages } from './vmi-facts.ts';

const NO_OVERCOMMIT = 100;

/** Settles the memory request that the overhead is then added to. The page tables still follow the VMI's own request. */
export function settleMemoryRequest(draft: ComputeDraft, request: RenderRequest): void {
  const rule = request.release.pod.memoryRequest;
  if (rule === 'always-overcommitted') overcommitRequest(draft, overcommitPercent(request));
  if (rule === 'filled-when-absent' && amountOf(draft.requests, 'memory').isZero()) fillRequest(draft, request);
}

/** WithMemoryOvercommit, in 1.6.2 alone. */
function overcommitRequest(draft: ComputeDraft, percent: number): void {
  if (percent === NO_OVERCOMMIT) return;
  draft.requests.set('memory', overcommitted(amountOf(draft.requests, 'memory'), percent));
}

/** WithMemoryRequests. An explicit request of 0 stays unless there is a limit to take its place. */
function fillRequest(draft: ComputeDraft, request: RenderRequest): void {
  const limit = amountOf(draft.limits, 'memory');
  if (!limit.isZero()) draft.requests.set('memory', limit);
  if (draft.requests.has('memory')) return;
  const size = guestSize(request);
  if (size === undefined || size.value() <= 0n) return;
  const percent = overcommitPercent(request);
  draft.requests.set('memory', percent === NO_OVERCOMMIT ? size : overcommitted(size, percent));
}

function guestSize({ vmi }: RenderRequest): Quantity | undefined {
  const memory = vmi.spec.domain.memory;
  return memory?.guest ?? (hasHugePages(vmi) ? parsed(memory?.hugepages?.pageSize ?? '') : undefined);
}

function parsed(text: string): Quantity | undefined {
  try {
    return Quantity.parse(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

export function overcommitPercent({ configuration }: Pick<RenderRequest, 'configuration'>): number {
  const percent = Math.trunc(configuration.developerConfiguration?.memoryOvercommit ?? 0);
  return percent > 0 ? percent : NO_OVERCOMMIT;
}

function overcommitted(size: Quantity, percent: number): Quantity {
  return Quantity.of((size.value() * 100n) / BigInt(percent), size.format);
}

/** Adds the overhead to the request and to a limit that is there (WithMemoryOverhead, WithHugePages). */
export function addOverhead(draft: ComputeDraft, request: RenderRequest, overhead: Quantity): void {
  if (hasHugePages(request.vmi)) {
    splitHugePages(draft, request, overhead);
    return;
  }
  const isOvercommitted = request.vmi.spec.domain.resources.overcommitGuestOverhead;
  const memoryRequest = amountOf(draft.requests, 'memory');
  draft.requests.set('memory', isOvercommitted ? memoryRequest : memoryRequest.add(overhead));
  const limit = draft.limits.get('memory');
  if (limit !== undefined) draft.limits.set('memory', limit.add(overhead));
}

/** The guest lives in huge pages; plain memory keeps what is beyond the guest, and the overhead. */
function splitHugePages(draft: ComputeDraft, { vmi }: RenderRequest, overhead: Quantity): void {
  const { guest, hugepages } = vmi.spec.domain.memory ?? {};
  const memoryRequest = amountOf(draft.requests, 'memory');
  const isBeyondGuest = guest && memoryRequest.value() > guest.value();
  const inHugePages = isBeyondGuest ? guest : memoryRequest;
  const resource = `hugepages-${hugepages?.pageSize ?? ''}`;
  draft.calculatedRequests.set(resource, inHugePages);
  draft.calculatedLimits.set(resource, inHugePages);
  draft.requests.set('memory', beyondGuest(memoryRequest, guest).add(overhead));
  const limit = draft.limits.get('memory');
  if (limit !== undefined) draft.limits.set('memory', beyondGuest(limit, guest).add(overhead));
}

function beyondGuest(amount: Quantity, guest: Quantity | null | undefined): Quantity {
  if (guest === null || guest === undefined || amount.value() <= guest.value()) return Quantity.zero;
  return amount.subtract(guest);
}
