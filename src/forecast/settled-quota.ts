import { COMPENSATION_ANNOTATION, LIMITS_CPU, LIMITS_MEMORY, RESYNC_ANNOTATION } from '../harvester/names.ts';
import { type StoredScaleUp, storedScaleUpsOf, totalScaleUp } from '../harvester/quota-annotations.ts';
import type { Pod, ResourceQuota } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';
import { charged } from './arena-of.ts';
import type { QuotaFacts } from './namespace-facts.ts';
import type { Replacement } from './settled-pods.ts';
import type { ChargedPod } from './target-pod.ts';

/** A quota that counts the new pods in place of the old ones, and from which Harvester has taken the scale-ups. */
export function settledQuota(
  facts: QuotaFacts,
  charges: (pod: Pod) => ChargedPod,
  replacements: readonly Replacement[],
): ResourceQuota {
  const { quota } = facts;
  const created = replacements.flatMap((one) => one.created).map(charges);
  const ended = replacements.flatMap((one) => one.ended).map(charges);
  const used = new Map<string, Quantity>();
  for (const [resource, amount] of facts.used) {
    const key = { resource, facts };
    const difference = charged(key, created, 'created') - charged(key, ended, 'settled');
    used.set(resource, amount.add(Quantity.ofNanos(difference)));
  }
  const counted: ResourceQuota = { ...quota, status: { ...quota.status, used } };
  return scaledDown(facts, counted, replacements);
}

/** When one migration ends Harvester deletes the compensation, whichever migration it was written for. */
function scaledDown(facts: QuotaFacts, counted: ResourceQuota, replacements: readonly Replacement[]): ResourceQuota {
  const { scaleUps, compensation } = facts.stored;
  const gone = new Set(replacements.flatMap(({ vmi }) => storedScaleUpsOf(facts.stored, vmi)));
  if (gone.size === 0 && compensation.isZero()) return counted;
  const annotations = new Map(counted.metadata.annotations);
  for (const { key } of gone) annotations.delete(key);
  if (annotations.delete(COMPENSATION_ANNOTATION)) annotations.set(RESYNC_ANNOTATION, 'false');
  const remaining = scaleUps.filter((one) => !gone.has(one));
  return {
    ...counted,
    metadata: { ...counted.metadata, annotations },
    spec: { ...counted.spec, hard: withoutScaleUps(facts, facts.specHard, remaining) },
    status: { ...counted.status, hard: withoutScaleUps(facts, facts.statusHard, remaining) },
  };
}

function withoutScaleUps({ bases }: QuotaFacts, hard: ResourceList, remaining: readonly StoredScaleUp[]): ResourceList {
  const lowered = new Map(hard);
  for (const key of [LIMITS_CPU, LIMITS_MEMORY] as const) {
    const base = bases?.[key];
    if (base?.kind === 'scaled') lowered.set(key, base.base.add(totalScaleUp(remaining, key)));
  }
  return lowered;
}
