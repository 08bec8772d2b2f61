import type { KnownGround } from '../forecast/forecast-set.ts';
import { podsOfVmi } from '../forecast/launchers.ts';
import type { QuotaFacts } from '../forecast/namespace-facts.ts';
import { quotaUsage } from '../kubernetes/pod-usage.ts';
import { quotaMatches } from '../kubernetes/quota-scope.ts';
import { isPodQuotaKey } from '../kubernetes/resource-names.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { NamespaceDiagnosis } from './diagnosis.ts';

/**
 * Why what a quota counts is not what it will count in a moment, if that is plain: the API server charges a pod before it
 * stores it, and the quota controller takes an ended one off only after a while. Quotas and pods are read one after the
 * other, so both are seen, and a forecast then reckons with one pod too many.
 */
export function usageMoment(diagnosis: NamespaceDiagnosis): string | undefined {
  const { ground, objects } = diagnosis;
  if (ground === undefined) return undefined;
  const coming = comingPods(diagnosis, ground);
  const ended = objects.pods.items.filter(isEndedLauncher);
  for (const facts of ground.namespace.quotas) {
    const surplus = surplusOf(facts, objects.pods.items);
    if ([...surplus.values()].every((amount) => amount.isZero())) continue;
    const { name } = facts.quota.metadata;
    const counted = coming.find(({ target }) => isSameUsage(surplus, target));
    if (counted !== undefined) {
      return `ResourceQuota ${name} counts the target pod of migration ${counted.migration} already, which is not among the pods yet.`;
    }
    const gone = ended.find((pod) => isSameUsage(surplus, quotaUsage(pod.spec)));
    if (gone !== undefined) return `ResourceQuota ${name} still counts pod ${gone.metadata.name}, which has ended.`;
  }
  return undefined;
}

interface ComingPod {
  readonly migration: string;
  readonly target: ResourceList;
}

function comingPods({ forecasts }: NamespaceDiagnosis, { namespace }: KnownGround): ComingPod[] {
  return namespace.underWay.flatMap((migration) => {
    const vmi = namespace.vmis.get(migration.spec.vmiName);
    const forecast = forecasts.get(migration.spec.vmiName);
    if (vmi === undefined || forecast === undefined) return [];
    const { source, target } = podsOfVmi(namespace.launchers, vmi, migration);
    // Without the VM's own pod the surplus may be that one.
    return source === undefined || target !== undefined
      ? []
      : [{ migration: migration.metadata.name, target: forecast.target }];
  });
}

function isEndedLauncher({ metadata, status }: Pod): boolean {
  return metadata.labels.get('kubevirt.io') === 'virt-launcher' && hasEnded(status?.phase);
}

function hasEnded(phase: string | null | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** An ended pod is still counted there, as an object. */
const OBJECT_COUNT = 'count/pods';

/** What a quota counts beyond the pods that are known, by key. */
function surplusOf({ quota, statusHard, used }: QuotaFacts, pods: readonly Pod[]): ResourceList {
  const keys = [...statusHard.keys()].filter((key) => isPodQuotaKey(key) && key !== OBJECT_COUNT);
  const usages = pods
    .filter(({ spec, status }) => !hasEnded(status?.phase) && quotaMatches(quota, spec))
    .map(({ spec }) => quotaUsage(spec));
  return new Map(
    keys.map((key) => {
      const known = Quantity.sum(usages.map((usage) => usage.get(key) ?? Quantity.zero));
      return [key, (used.get(key) ?? Quantity.zero).subtract(known)];
    }),
  );
}

function isSameUsage(surplus: ResourceList, usage: ResourceList): boolean {
  return [...surplus].every(([key, amount]) => amount.equals(usage.get(key) ?? Quantity.zero));
}
