import type { Quantity } from '../quantity/quantity.ts';
import type { QuotaLine } from './forecast.ts';

/** What is left of a key when the migration's pods are there: negative where they are refused. */
export function spareOf({ hardAfterScaleUp, used, requested }: QuotaLine): Quantity {
  return hardAfterScaleUp.subtract(used).subtract(requested);
}

/** A key that a container must state and does not: hopeless whatever the figures are. */
export function isUnstated({ cause, shortBy }: QuotaLine): boolean {
  return cause !== undefined && shortBy === undefined;
}
