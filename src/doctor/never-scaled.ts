import type { Forecast } from '../forecast/forecast.ts';
import type { KnownGround } from '../forecast/forecast-set.ts';
import { vmiNameOfPod } from '../forecast/launchers.ts';
import type { QuotaFacts } from '../forecast/namespace-facts.ts';
import { isHopeless } from '../forecast/verdict-of.ts';
import { baseOfKey } from '../harvester/managed-quota.ts';
import { quotaMatches } from '../kubernetes/quota-scope.ts';
import { isPodQuotaKey } from '../kubernetes/resource-names.ts';
import type { Pod } from '../objects/kubernetes.ts';
import { Quantity } from '../quantity/quantity.ts';
import { restingForecasts } from './cannot-migrate.ts';
import { isLiveMigratable, type NamespaceDiagnosis, objectIn } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { counted, listed } from './words.ts';

/**
 * Keys that nothing ever scales: `requests.*`, `pods` and the like, and all of a quota that is not the default one. The
 * second pod of a migration must fit into what is free of them.
 */
export function neverScaledQuotas(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { ground } = diagnosis;
  if (ground === undefined) return [];
  const told = toldElsewhere(diagnosis, ground);
  const migratable = [...diagnosis.forecasts.values()].filter(({ vmi }) => {
    const found = ground.namespace.vmis.get(vmi);
    return found !== undefined && isLiveMigratable(found);
  });
  return ground.namespace.quotas.flatMap((facts) => {
    if (!countsLaunchers(facts, diagnosis.objects.pods.items)) return [];
    const rooms = unscaledKeys(facts).map((key) => roomOf({ facts, key }, migratable, told));
    const keys = rooms.filter(({ vms, isTold }) => vms.length > 0 || !isTold);
    return keys.length === 0 ? [] : finding(diagnosis, ground, { facts, keys });
  });
}

/** VMs of which another rule says that they cannot migrate, and for want of what. */
function toldElsewhere(diagnosis: NamespaceDiagnosis, ground: KnownGround): ReadonlySet<string> {
  const resting = restingForecasts(diagnosis, ground).filter(isHopeless);
  const stuck = ground.namespace.underWay.filter(({ spec }) => {
    return diagnosis.forecasts.get(spec.vmiName)?.verdict === 'exceeds';
  });
  return new Set([...resting.map(({ vmi }) => vmi), ...stuck.map(({ spec }) => spec.vmiName)]);
}

function unscaledKeys({ statusHard, bases, quota }: QuotaFacts): string[] {
  return [...statusHard.keys()].filter((key) => {
    if (!isPodQuotaKey(key)) return false;
    const base = bases === undefined ? undefined : baseOfKey(bases, quota, key);
    // What is not scaled for want of a base, or because somebody switched it off, is another finding.
    return base === undefined || (base.kind === 'fixed' && OF_THE_KEY_ITSELF.has(base.why));
  });
}

/** A quota of other pods, by its scopes, and one of a namespace in which no VM runs, is no obstacle to any migration. */
function countsLaunchers({ quota }: QuotaFacts, pods: readonly Pod[]): boolean {
  return pods.some((pod) => vmiNameOfPod(pod) !== undefined && quotaMatches(quota, pod.spec));
}

const OF_THE_KEY_ITSELF: ReadonlySet<string> = new Set(['other-key', 'no-harvester-scaling']);

interface Room {
  readonly key: string;
  readonly free: Quantity;
  readonly used: Quantity;
  readonly hard: Quantity;
  /** Whether it is too little for VMs that another rule tells of. */
  readonly isTold: boolean;
  /** The other VMs whose pod the room does not hold, and the largest of their needs. */
  readonly vms: readonly string[];
  readonly most: Quantity;
}

interface KeyOfQuota {
  readonly facts: QuotaFacts;
  readonly key: string;
}

function roomOf(
  { facts: { quota, statusHard, used: uses }, key }: KeyOfQuota,
  forecasts: readonly Forecast[],
  told: ReadonlySet<string>,
): Room {
  const hard = statusHard.get(key) ?? Quantity.zero;
  const used = uses.get(key) ?? Quantity.zero;
  const free = hard.subtract(used);
  const short = forecasts.flatMap(({ vmi, quotas }) => {
    const line = quotas.find((one) => one.quota === quota.metadata.name && one.resource === key);
    return line?.requested.exceeds(free) === true ? [{ vmi, requested: line.requested }] : [];
  });
  const needs = short.filter(({ vmi }) => !told.has(vmi));
  const most = needs.reduce((largest, { requested }) => largest.max(requested), Quantity.zero);
  return { key, free, used, hard, isTold: needs.length < short.length, vms: needs.map(({ vmi }) => vmi), most };
}

interface Unscaled {
  readonly facts: QuotaFacts;
  readonly keys: readonly Room[];
}

/** On a cluster without Harvester nothing is scaled, which is no news where there is room. */
function finding(diagnosis: NamespaceDiagnosis, { cluster }: KnownGround, { facts, keys }: Unscaled): Observation[] {
  const { name } = facts.quota.metadata;
  const subject = objectIn(diagnosis, 'ResourceQuota', name);
  const full = keys.filter(({ vms }) => vms.length > 0);
  const shown = full.length > 0 ? full : keys;
  const names = listed(shown.map(({ key }) => key));
  const evidence = shown.map((room) => roomText(room, name));
  const why = facts.isDefault
    ? 'Of a default quota Harvester scales limits.cpu and limits.memory alone.'
    : 'It is not the default quota of the namespace, and Harvester scales no other.';
  if (full.length === 0) {
    if (cluster.harvester === undefined) return [];
    return [
      {
        severity: 'info',
        subject,
        summary: `Harvester never scales ${names} of quota ${name}: the second pod of a migration must fit into what is free.`,
        evidence: [...evidence, why],
        remedy: ['Keep room for one more launcher pod free there, or take the key out of the quota.'],
      },
    ];
  }
  const vms = new Set(full.flatMap((room) => room.vms));
  return [
    {
      severity: 'warning',
      subject,
      summary: `Quota ${name} has no room for one more launcher pod of ${counted(vms.size, 'VM')}: not enough is free of ${names}, which nothing scales for a migration.`,
      evidence: [...evidence, cluster.harvester === undefined ? 'Nothing scales a quota without Harvester.' : why],
      remedy: full.map(({ key, used, most }) => {
        return `Raise ${key} of ResourceQuota ${name} to at least ${used.add(most)}, or free as much, or take the key out of the quota.`;
      }),
      affected: [...vms].map((vm) => `VM ${vm}`),
    },
  ];
}

function roomText({ key, free, used, hard, most }: Room, quota: string): string {
  const need = most.isZero() ? '' : `; the largest of these pods needs ${most}`;
  return `ResourceQuota ${quota} ${key}: status.used ${used} of status.hard ${hard}, so ${free} is free${need}.`;
}
