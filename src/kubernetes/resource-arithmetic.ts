import type { ResourceList } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';

/** The sum by resource name; what is missing counts as zero (quota.Add, apiserver v0.34). */
export function addResources(left: ResourceList, right: ResourceList): ResourceList {
  const sum = new Map(left);
  addInto(sum, right);
  return sum;
}

/** The difference by resource name; what is missing counts as zero, so amounts may be negative (quota.Subtract). */
export function subtractResources(left: ResourceList, right: ResourceList): ResourceList {
  const difference = new Map(left);
  for (const [name, amount] of right) {
    difference.set(name, (difference.get(name) ?? Quantity.zero).subtract(amount));
  }
  return difference;
}

/** Adds in place, for sums that are still being built. */
export function addInto(total: Map<string, Quantity>, more: ResourceList): void {
  for (const [name, amount] of more) {
    const sofar = total.get(name);
    total.set(name, sofar === undefined ? amount : sofar.add(amount));
  }
}

/** Raises each amount in place to at least the one in `floor`. */
export function raiseInto(total: Map<string, Quantity>, floor: ResourceList): void {
  for (const [name, amount] of floor) {
    const sofar = total.get(name);
    if (sofar === undefined || amount.exceeds(sofar)) total.set(name, amount);
  }
}
