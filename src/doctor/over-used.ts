import type { ClusterFacts } from '../forecast/cluster-facts.ts';
import type { KnownGround } from '../forecast/forecast-set.ts';
import { chargedPods, podsOfVmi } from '../forecast/launchers.ts';
import type { QuotaFacts } from '../forecast/namespace-facts.ts';
import { roundedUp } from '../forecast/quota-raise.ts';
import type { ChargedPod } from '../forecast/target-pod.ts';
import { baseOfKey } from '../harvester/managed-quota.ts';
import { totalScaleUp } from '../harvester/quota-annotations.ts';
import { quotaEditPlace } from '../harvester/quota-edit.ts';
import { quotaMatches } from '../kubernetes/quota-scope.ts';
import { isPodQuotaKey } from '../kubernetes/resource-names.ts';
import { Quantity } from '../quantity/quantity.ts';
import { type NamespaceDiagnosis, objectIn } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { listed } from './words.ts';

/** Quotas of which more is used than they allow when nothing migrates. */
export function overUsedQuotas(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { ground } = diagnosis;
  if (ground === undefined) return [];
  const going = goingPods(ground);
  return ground.namespace.quotas.flatMap((facts) => {
    const over = [...facts.statusHard.keys()].flatMap((key) => overrun(facts, key, going));
    return over.length === 0 ? [] : [finding(diagnosis, ground, { facts, over })];
  });
}

/** Pods that still count and will be gone once the migrations under way are over. */
function goingPods({ namespace }: KnownGround): readonly ChargedPod[] {
  const sources = namespace.underWay.flatMap((migration) => {
    const vmi = namespace.vmis.get(migration.spec.vmiName);
    if (vmi === undefined) return [];
    const { source, target } = podsOfVmi(namespace.launchers, vmi, migration);
    return source === undefined || target === undefined ? [] : chargedPods(namespace.launchers, source);
  });
  return [...namespace.leaving, ...sources];
}

interface Overrun {
  readonly key: string;
  readonly used: Quantity;
  readonly going: Quantity;
  readonly limit: Quantity;
  readonly isScaled: boolean;
}

function overrun(facts: QuotaFacts, key: string, pods: readonly ChargedPod[]): Overrun[] {
  const used = facts.used.get(key) ?? Quantity.zero;
  const base = facts.bases === undefined ? undefined : baseOfKey(facts.bases, facts.quota, key);
  const limit = base?.kind === 'scaled' ? base.base : facts.statusHard.get(key);
  if (limit === undefined || !used.exceeds(limit)) return [];
  const counted = pods.filter(({ spec }) => quotaMatches(facts.quota, spec));
  const going = Quantity.sum(counted.map(({ usage }) => usage.get(key) ?? Quantity.zero));
  if (!used.subtract(going).exceeds(limit)) return [];
  return [{ key, used, going, limit, isScaled: base?.kind === 'scaled' }];
}

interface OverUsed {
  readonly facts: QuotaFacts;
  readonly over: readonly Overrun[];
}

function finding(diagnosis: NamespaceDiagnosis, { cluster }: KnownGround, { facts, over }: OverUsed): Observation {
  const { quota } = facts;
  const { name } = quota.metadata;
  const keys = listed(over.map(({ key }) => key));
  const effect = over.some(({ key }) => isPodQuotaKey(key))
    ? 'no other pod that needs it is admitted, nor any VM started'
    : 'nothing more that counts against it is admitted';
  return {
    severity: 'warning',
    subject: objectIn(diagnosis, 'ResourceQuota', name),
    summary: over.every(({ going }) => going.isZero())
      ? `More ${keys} is used than quota ${name} allows: ${effect}.`
      : `Once the migrations under way are over, more ${keys} will be used than quota ${name} allows: ${effect}.`,
    evidence: over.map((one) => overrunText(one, name)),
    remedy: over.map((one) => raiseText(one, { facts, cluster, namespace: diagnosis.objects.name })),
  };
}

interface Place {
  readonly facts: QuotaFacts;
  readonly cluster: ClusterFacts;
  readonly namespace: string;
}

function raiseText({ key, used, going }: Overrun, { facts, cluster, namespace }: Place): string {
  const { quota, bases } = facts;
  const base = bases === undefined ? undefined : baseOfKey(bases, quota, key);
  const place = base === undefined ? 'resource-quota' : quotaEditPlace(cluster.harvester?.release, base);
  // Before 1.4.2 spec.hard has the scale-ups in it, and Harvester takes them off again.
  const held =
    base?.kind === 'scaled' && place === 'resource-quota' ? totalScaleUp(facts.stored.scaleUps, key) : Quantity.zero;
  const needed = used.subtract(going).add(held);
  const raised =
    place === 'namespace-annotation'
      ? `the limit of namespace ${namespace} for ${key}, on Rancher's project or namespace page, to at least ${roundedUp(key, needed)}`
      : `${key} of ResourceQuota ${quota.metadata.name} to at least ${needed}`;
  if (!isPodQuotaKey(key)) return `Raise ${raised}, or remove what is too much.`;
  return `Raise ${raised} (migrations may need more than that), or stop or shrink VMs and other pods of the namespace.`;
}

function overrunText({ key, used, going, limit, isScaled }: Overrun, quota: string): string {
  const what = isScaled ? 'the limit that it is made of, without scale-ups,' : 'status.hard';
  const pods = going.isZero() ? '' : `, ${going} of it by pods that are about to go`;
  const over = used.subtract(going).subtract(limit);
  return `ResourceQuota ${quota} ${key}: status.used is ${used}${pods}; ${what} is ${limit}, so ${over} too much.`;
}
