import type { KnownGround } from '../forecast/forecast-set.ts';
import type { QuotaFacts } from '../forecast/namespace-facts.ts';
import { totalScaleUp } from '../harvester/quota-annotations.ts';
import type { Quantity } from '../quantity/quantity.ts';
import { type NamespaceDiagnosis, objectIn } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { SCALED_KEYS, type ScaledKey, wantedHard } from './moving-quota.ts';
import { listed } from './words.ts';

/**
 * Default quotas whose hard limit is not what the namespace's limits and the scale-ups in them make it. Before 1.4.2
 * Harvester adds and subtracts in place, so when Rancher resets the quota in between, the limit stays too low for good;
 * from 1.4.2 on Harvester sets it again at the next event of the quota.
 */
export function resetQuotas(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { ground } = diagnosis;
  if (ground === undefined) return [];
  return ground.namespace.quotas.flatMap((facts) => {
    const differing = SCALED_KEYS.flatMap((key) => difference(facts, key, ground));
    return differing.length === 0 ? [] : [finding(diagnosis, facts, { differing, ground })];
  });
}

interface Difference {
  readonly key: ScaledKey;
  readonly is: Quantity;
  readonly wanted: Quantity;
  /** What it is to be once no scale-up is in it. */
  readonly atRest: Quantity;
}

function difference(facts: QuotaFacts, key: ScaledKey, ground: KnownGround): Difference[] {
  const is = facts.specHard.get(key);
  const wanted = isInPlace(ground) ? inPlaceHard(facts, key, ground) : wantedHard(facts, key);
  if (!facts.isDefault || is === undefined || wanted === undefined || is.equals(wanted)) return [];
  if (isInPlace(ground) && is.exceeds(wanted)) return [];
  return [{ key, is, wanted, atRest: wanted.subtract(totalScaleUp(facts.stored.scaleUps, key)) }];
}

function isInPlace({ cluster }: KnownGround): boolean {
  return cluster.harvester?.release.scaling === 'in-place';
}

function inPlaceHard({ stored }: QuotaFacts, key: ScaledKey, { namespace }: KnownGround): Quantity | undefined {
  if (namespace.limits.kind !== 'read') return undefined;
  const base = { 'limits.cpu': namespace.limits.limitsCpu, 'limits.memory': namespace.limits.limitsMemory }[key];
  return base.isZero() ? undefined : base.add(totalScaleUp(stored.scaleUps, key));
}

interface Found {
  readonly differing: readonly Difference[];
  readonly ground: KnownGround;
}

function finding(diagnosis: NamespaceDiagnosis, { quota }: QuotaFacts, { differing, ground }: Found): Observation {
  const { name } = quota.metadata;
  const figures = differing.map(({ key, is, wanted }) => {
    return `ResourceQuota ${name}, spec.hard ${key}: ${is}, where the namespace's limit and the scale-ups in its annotations make ${wanted}.`;
  });
  const keys = listed(differing.map(({ key }) => key));
  const subject = objectIn(diagnosis, 'ResourceQuota', name);
  if (!isInPlace(ground)) {
    return {
      severity: 'info',
      subject,
      summary: `Default quota ${name} does not have the ${keys} that Harvester sets it to; it will at the next event of the quota.`,
      evidence: figures,
      remedy: ["Look again in a minute. If it lasts, Harvester's controller is not running, or not the leader."],
    };
  }
  return {
    severity: 'warning',
    subject,
    summary: `Default quota ${name} was reset to less ${keys} than it should have: migrations and new pods are refused that there is room for.`,
    evidence: [
      ...figures,
      "Rancher sets the quota to the namespace's limits when its agent starts, and this Harvester then still takes off scale-ups that are no longer in it.",
    ],
    remedy: [
      `Once no migration is under way in the namespace, set ${listed(differing.map(({ key, atRest }) => `${key} of ResourceQuota ${name} to ${atRest}`))}.`,
      'Harvester 1.4.2 and later reckon the limit anew each time, and cannot get into this state.',
    ],
  };
}
