import type { ResourceList, Resources } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';

const NANOS_PER_MILLI = 1_000_000n;

/** The list with fractions of a thousandth rounded up, as decoding does (SetDefaults_ResourceList, kubernetes v1.34). */
export function withMilliPrecision(list: ResourceList): ResourceList {
  let rounded: Map<string, Quantity> | undefined;
  for (const [name, amount] of list) {
    if (amount.nanos % NANOS_PER_MILLI === 0n) continue;
    rounded ??= new Map(list);
    rounded.set(name, Quantity.ofMilli(amount.milliValue(), amount.format));
  }
  return rounded ?? list;
}

/** Both lists rounded; the same object where nothing needed it. */
export function resourcesWithMilliPrecision(resources: Resources): Resources {
  const limits = withMilliPrecision(resources.limits);
  const requests = withMilliPrecision(resources.requests);
  return limits === resources.limits && requests === resources.requests ? resources : { limits, requests };
}
