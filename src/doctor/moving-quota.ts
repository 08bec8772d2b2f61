import type { KnownGround } from '../forecast/forecast-set.ts';
import type { QuotaFacts } from '../forecast/namespace-facts.ts';
import type { QuotaBase } from '../harvester/managed-quota.ts';
import { totalScaleUp } from '../harvester/quota-annotations.ts';
import { Quantity } from '../quantity/quantity.ts';

/** The two keys that Harvester sets. */
export const SCALED_KEYS = ['limits.cpu', 'limits.memory'] as const;
export type ScaledKey = (typeof SCALED_KEYS)[number];

/** What Harvester sets a key to that it scales; undefined where it leaves it alone. */
export function wantedHard({ bases, stored }: QuotaFacts, key: ScaledKey): Quantity | undefined {
  const base = bases?.[key];
  if (base?.kind !== 'scaled') return undefined;
  const compensation = key === 'limits.memory' ? stored.compensation : Quantity.zero;
  return base.base.add(totalScaleUp(stored.scaleUps, key)).add(compensation);
}

/** Whether migrations raise a key of the quota. */
export function isScaled(bases: QuotaBase): boolean {
  return SCALED_KEYS.some((key) => bases[key].kind === 'scaled');
}

/** Whether some controller has not caught up with a default quota: what is seen then is a moment, not a state. */
export function isQuotaMoving({ namespace }: KnownGround): boolean {
  return namespace.quotas.some((facts) => {
    return facts.isDefault && (facts.stored.resyncNeeded || SCALED_KEYS.some((key) => isBehind(facts, key)));
  });
}

function isBehind(facts: QuotaFacts, key: ScaledKey): boolean {
  const spec = facts.specHard.get(key);
  const status = facts.statusHard.get(key);
  if (spec === undefined || status === undefined) return spec !== status;
  const wanted = wantedHard(facts, key);
  return !spec.equals(status) || (wanted !== undefined && !wanted.equals(spec));
}
