import type { QuotaLine } from '../forecast/forecast.ts';
import { isUnstated, spareOf } from '../forecast/spare.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { QuotaRoom } from './survey.ts';

const MEMORY_KEYS: readonly QuotaRoom['resource'][] = ['limits.memory', 'requests.memory', 'memory'];
const NANOS_PER_BYTE = 1_000_000_000n;

/** Of one namespace: whoever may make quotas in theirs can make any number, and those of others shall be seen beside them. */
export const MOST_ROOMS_OF_NAMESPACE = 20;

interface Spare {
  readonly quota: string;
  readonly resource: QuotaRoom['resource'];
  readonly spare: Quantity;
}

/** The least room of each memory key among the migrations that are added, one after the other. */
export class QuotaRooms {
  readonly #least = new Map<string, Spare>();

  add(lines: readonly QuotaLine[]): void {
    for (const line of lines) {
      const resource = MEMORY_KEYS.find((key) => key === line.resource);
      if (resource === undefined) continue;
      const key = `${resource} ${line.quota}`;
      const spare = spareAtMost(line);
      const least = this.#least.get(key)?.spare;
      if (least === undefined || least.exceeds(spare)) this.#least.set(key, { quota: line.quota, resource, spare });
    }
  }

  /** Where there are too many, those with the least room. */
  tightest(): readonly QuotaRoom[] {
    const sorted = [...this.#least.values()].sort((one, other) => one.spare.compare(other.spare));
    return sorted.slice(0, MOST_ROOMS_OF_NAMESPACE).map(({ quota, resource, spare }) => ({
      quota,
      resource,
      headroomBytes: spare.isPositive() ? spare.nanos / NANOS_PER_BYTE : 0n,
      shortfallBytes: spare.isNegative() ? -spare.value() : 0n,
    }));
  }
}

/** A pod that does not state what a quota demands is refused however much is left: for it there is no room. */
function spareAtMost(line: QuotaLine): Quantity {
  const spare = spareOf(line);
  return isUnstated(line) && spare.isPositive() ? Quantity.zero : spare;
}
