import { Quantity } from '../quantity/quantity.ts';
import type { QuotaChange } from './forecast.ts';
import { isSameKey } from './quota-lines.ts';
import type { Shortfall } from './shortfalls.ts';

/** The changes with those of the shortfalls beside them, or in the place of earlier ones of the same key. */
export function raisedBy(changes: readonly QuotaChange[], shortfalls: readonly Shortfall[]): readonly QuotaChange[] {
  const raised = shortfalls.map(({ quota, resource, base, where, shortByAlone }): QuotaChange => {
    return { quota, resource, to: roundedUp(resource, base.add(shortByAlone)), where };
  });
  const isSame = (one: QuotaChange, other: QuotaChange): boolean => {
    return isSameKey(one, other) && one.where === other.where;
  };
  return [...changes.filter((one) => !raised.some((other) => isSame(one, other))), ...raised];
}

/** Rancher's pages take memory in Mi and CPU in thousandths; a figure that cannot be typed in is no remedy. */
export function roundedUp(resource: string, amount: Quantity): Quantity {
  return ofSteps(resource, stepsOf(resource, amount));
}

const MEBIBYTE = 1_048_576n;

/** An amount in the steps that its key is set in (Mi, thousandths of a CPU, whole objects), rounded up. */
export function stepsOf(resource: string, amount: Quantity): bigint {
  if (isBytes(resource)) return (amount.value() + MEBIBYTE - 1n) / MEBIBYTE;
  return resource.endsWith('cpu') ? amount.milliValue() : amount.value();
}

export function ofSteps(resource: string, steps: bigint): Quantity {
  if (isBytes(resource)) return Quantity.of(steps * MEBIBYTE, 'BinarySI');
  return resource.endsWith('cpu') ? Quantity.ofMilli(steps) : Quantity.of(steps);
}

function isBytes(resource: string): boolean {
  return /(^|\.)(memory|ephemeral-storage|storage)$/.test(resource) || resource.includes('hugepages-');
}
