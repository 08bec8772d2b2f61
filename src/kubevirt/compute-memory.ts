import { Quantity, QuantityError } from '../quantity/quantity.ts';
import { addTo, addToExisting, type ComputeDraft } from './compute-draft.ts';
import { int64Value } from './go-number.ts';
import { isLongDecimal } from './long-decimal.ts';
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
  setReckonedRequest(draft, overcommitted(amountOf(draft.requests, 'memory'), percent));
}

/** WithMemoryRequests. An explicit request of 0 stays unless there is a limit to take its place. */
function fillRequest(draft: ComputeDraft, request: RenderRequest): void {
  const limit = amountOf(draft.limits, 'memory');
  if (!limit.isZero()) {
    draft.requests.set('memory', limit);
    draft.sharedMemory = limit;
  }
  if (draft.requests.has('memory')) return;
  const size = guestSize(request);
  if (size === undefined || size.value() <= 0n) return;
  const percent = overcommitPercent(request);
  if (percent === NO_OVERCOMMIT) draft.requests.set('memory', size);
  else setReckonedRequest(draft, overcommitted(size, percent));
}

function setReckonedRequest(draft: ComputeDraft, amount: Quantity): void {
  draft.requests.set('memory', amount);
  draft.memoryRequest = 'reckoned';
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

/** The product is an int64 and wraps. */
function overcommitted(size: Quantity, percent: number): Quantity {
  return Quantity.of(BigInt.asIntN(64, int64Value(size) * 100n) / BigInt(percent), size.format);
}

/** Adds the overhead to the request and to a limit that is there (WithMemoryOverhead, WithHugePages). */
export function addOverhead(draft: ComputeDraft, request: RenderRequest, overhead: Quantity): void {
  if (hasHugePages(request.vmi)) {
    splitHugePages(draft, request, overhead);
    return;
  }
  const isRequestRaised = !request.vmi.spec.domain.resources.overcommitGuestOverhead;
  addTo(draft.requests, 'memory', isRequestRaised ? overhead : Quantity.zero);
  addToExisting(draft.limits, 'memory', overhead);
  // Copying what Go holds as a decimal of any length copies a pointer to it: whatever KubeVirt then adds to the request it
  // has added to the limit too, and the other way round.
  if (draft.sharedMemory === undefined || !isLongDecimal(draft.sharedMemory)) return;
  addToExisting(draft.requests, 'memory', overhead);
  if (isRequestRaised) addToExisting(draft.limits, 'memory', overhead);
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
