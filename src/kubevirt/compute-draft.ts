import type { ResourceList, Resources } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';

/**
 * The compute container's resources in the making (ResourceRenderer): the VMI's own numbers, and those that KubeVirt
 * works out. Where both name a resource, the VMI's number wins.
 */
export interface ComputeDraft {
  readonly limits: Map<string, Quantity>;
  readonly requests: Map<string, Quantity>;
  readonly calculatedLimits: Map<string, Quantity>;
  readonly calculatedRequests: Map<string, Quantity>;
  memoryRequest: 'stated' | 'reckoned';
  /** The stated amount that memory limit and request are both copies of, where they are. */
  sharedMemory: Quantity | undefined;
}

export function startDraft(resources: Resources): ComputeDraft {
  return {
    limits: new Map(resources.limits),
    requests: new Map(resources.requests),
    calculatedLimits: new Map(),
    calculatedRequests: new Map(),
    memoryRequest: 'stated',
    sharedMemory: undefined,
  };
}

export function finishDraft(draft: ComputeDraft): Resources {
  return {
    limits: new Map([...draft.calculatedLimits, ...draft.limits]),
    requests: new Map([...draft.calculatedRequests, ...draft.requests]),
  };
}

/** Adds to what is there, or sets it where nothing is. */
export function addTo(list: Map<string, Quantity>, name: string, amount: Quantity): void {
  list.set(name, (list.get(name) ?? Quantity.zero).add(amount));
}

/** Adds only to what is there. */
export function addToExisting(list: Map<string, Quantity>, name: string, amount: Quantity): void {
  const existing = list.get(name);
  if (existing !== undefined) list.set(name, existing.add(amount));
}

/** Copies one list's amount into another, and leaves the other alone where there is none. */
export function copyAmount(from: ResourceList, to: Map<string, Quantity>, name: string): void {
  const amount = from.get(name);
  if (amount !== undefined) to.set(name, amount);
}

/** A pinned VM's memory limit is a copy of its request. */
export function limitMemoryToRequest(draft: ComputeDraft): void {
  const amount = draft.requests.get('memory') ?? Quantity.zero;
  draft.limits.set('memory', amount);
  if (draft.memoryRequest === 'stated') draft.sharedMemory = amount;
}
