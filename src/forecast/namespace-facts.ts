import { isDefaultQuota, type QuotaBase, quotaBase } from '../harvester/managed-quota.ts';
import { type NamespaceLimits, namespaceLimits } from '../harvester/namespace-quota.ts';
import { type StoredScaleUps, storedScaleUps } from '../harvester/quota-annotations.ts';
import { isUsageUnknown } from '../kubernetes/quota-admission.ts';
import { isPodQuotaKey } from '../kubernetes/resource-names.ts';
import { isAbortRequested, isFinal } from '../kubevirt/migration-state.ts';
import type { LimitRange, Namespace, ResourceQuota } from '../objects/kubernetes.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import { noResources, type ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { Quantity } from '../quantity/quantity.ts';
import { type ClusterFacts, type Known, obstacleIn } from './cluster-facts.ts';
import type { NamespaceObjects } from './cluster-objects.ts';
import { chargedPods, type Launchers, launchersOf, podsOfVmi } from './launchers.ts';
import type { ChargedPod } from './target-pod.ts';
import { type Unknown, unknownBecause } from './unknown-reasons.ts';
import { type VmKinds, vmKindsIn } from './vm-kinds.ts';

/** A quota with what Harvester keeps on it. */
export interface QuotaFacts {
  readonly quota: ResourceQuota;
  readonly specHard: ResourceList;
  readonly statusHard: ResourceList;
  readonly used: ResourceList;
  /** Labelled as the namespace's default quota, the only one that Harvester scales. */
  readonly isDefault: boolean;
  readonly stored: Extract<StoredScaleUps, { kind: 'read' }>;
  /** What Harvester makes of its two keys; undefined for a quota that it never looks at. */
  readonly bases: QuotaBase | undefined;
}

/** What holds for every migration of one namespace. */
export interface NamespaceFacts {
  readonly namespace: Namespace;
  /** The limits that Rancher's page has set for it. */
  readonly limits: NamespaceLimits;
  readonly quotas: readonly QuotaFacts[];
  readonly limitRanges: readonly LimitRange[];
  readonly launchers: Launchers;
  readonly vmis: ReadonlyMap<string, VirtualMachineInstance>;
  /** Why a VMI that is there cannot be used, by its name. */
  readonly vmiProblems: ReadonlyMap<string, string>;
  /** Migrations that have neither succeeded nor failed, oldest first. */
  readonly underWay: readonly VirtualMachineInstanceMigration[];
  /** The oldest of them, by name of its VMI. */
  readonly migrationOf: ReadonlyMap<string, VirtualMachineInstanceMigration>;
  readonly kinds: VmKinds;
  /** Uids and names of VMIs whose migration is being aborted or is over: what they have on a quota is about to go. */
  readonly ending: ReadonlySet<string>;
  /** Pods that still count and will end by themselves: sources of migrations that are over, targets of failed ones. */
  readonly leaving: readonly ChargedPod[];
}

const NOTHING_STORED: QuotaFacts['stored'] = {
  kind: 'read',
  scaleUps: [],
  byVm: new Map(),
  compensation: Quantity.zero,
  resyncNeeded: false,
};

/**
 * Reads the facts of a namespace; what is missing or not understood makes every forecast in it `unknown`. `indexed` are
 * the VMIs and pods of the same namespace where they have been sorted before: a what-if leaves them as they are.
 */
export function namespaceFacts(
  cluster: ClusterFacts,
  objects: NamespaceObjects,
  indexed: WorkloadIndex,
): Known<{ readonly facts: NamespaceFacts }> {
  const { namespaces, quotas, limitRanges, migrations } = objects;
  const obstacle = obstacleIn([namespaces, quotas, limitRanges, migrations]);
  if (obstacle !== undefined) return obstacle;
  const unreadable = objects.virtualMachineInstances.unreadable ?? objects.pods.unreadable;
  if (unreadable !== undefined) return unknownBecause('cluster-unreadable', unreadable);
  const namespace = namespaces.items[0];
  if (namespace === undefined) return unknownBecause('namespace-not-found', `Namespace ${objects.name} was not found`);
  const limits = namespaceLimits(namespace);
  const read: QuotaFacts[] = [];
  for (const quota of quotas.items) {
    const facts = quotaFacts(cluster, { namespace, limits }, quota);
    if (facts.kind === 'unknown') return facts;
    read.push(facts.facts);
  }
  return { kind: 'known', facts: { ...indexed, namespace, limits, quotas: read, limitRanges: limitRanges.items } };
}

/** The VMIs of a namespace with their pods and migrations. */
export type WorkloadIndex = Pick<
  NamespaceFacts,
  'launchers' | 'vmis' | 'vmiProblems' | 'underWay' | 'migrationOf' | 'kinds' | 'ending' | 'leaving'
>;

export function workloadIndex({ virtualMachineInstances, pods, migrations }: NamespaceObjects): WorkloadIndex {
  const launchers = launchersOf(pods.items);
  const vmis = new Map(virtualMachineInstances.items.map((vmi) => [vmi.metadata.name, vmi]));
  const unfinished = migrations.items.filter((migration) => !isFinal(migration)).sort(byAge);
  const underWay = unfinished.filter((migration) => !isAborting(migration));
  const migrationOf = new Map(underWay.toReversed().map((migration) => [migration.spec.vmiName, migration]));
  const names = migrations.items.map(({ spec }) => spec.vmiName);
  const ending = names.filter((name) => vmis.has(name) && !migrationOf.has(name));
  return {
    launchers,
    vmis,
    ending: new Set(ending.flatMap((name) => [name, vmis.get(name)?.metadata.uid ?? name])),
    vmiProblems: new Map(virtualMachineInstances.problems.map(({ name, message }) => [name, message])),
    underWay,
    migrationOf,
    kinds: vmKindsIn({ launchers, migrationOf }),
    leaving: [
      ...virtualMachineInstances.items.flatMap((vmi) => {
        const { leaving } = podsOfVmi(launchers, vmi, migrationOf.get(vmi.metadata.name));
        return leaving.flatMap((pod) => chargedPods(launchers, pod));
      }),
      ...abandonedPods(launchers, virtualMachineInstances),
    ],
  };
}

function isAborting(migration: VirtualMachineInstanceMigration): boolean {
  return isAbortRequested(migration) || typeof migration.metadata.deletionTimestamp === 'string';
}

/** Launchers of VMIs that are gone: the garbage collector is about to end them. */
function abandonedPods(
  launchers: Launchers,
  { items, problems }: NamespaceObjects['virtualMachineInstances'],
): ChargedPod[] {
  if (problems.length > 0) return [];
  const uids = new Set(items.map((vmi) => vmi.metadata.uid ?? ''));
  const abandoned = [...launchers.byVmiUid].filter(([uid]) => !uids.has(uid)).flatMap(([, pods]) => pods);
  return abandoned.flatMap((pod) => chargedPods(launchers, pod));
}

function byAge(one: VirtualMachineInstanceMigration, other: VirtualMachineInstanceMigration): number {
  return (one.metadata.creationTimestamp ?? '').localeCompare(other.metadata.creationTimestamp ?? '');
}

function quotaFacts(
  { harvester }: ClusterFacts,
  { namespace, limits }: Pick<NamespaceFacts, 'namespace' | 'limits'>,
  quota: ResourceQuota,
): Known<{ readonly facts: QuotaFacts }> {
  const specHard = quota.spec?.hard ?? noResources;
  const statusHard = quota.status?.hard ?? noResources;
  const used = quota.status?.used ?? noResources;
  const isBehind = [...specHard.keys()].some((key) => isPodQuotaKey(key) && !used.has(key));
  if ((specHard.size > 0 && statusHard.size === 0) || isUsageUnknown(quota) || isBehind) {
    const reason = `ResourceQuota ${quota.metadata.name}: its status has not been filled yet`;
    return unknownBecause('quota-status-empty', reason);
  }
  const isDefault = harvester !== undefined && isDefaultQuota(quota);
  const stored = isDefault ? keptByHarvester(namespace, limits, quota) : NOTHING_STORED;
  if (stored.kind === 'unknown') return stored;
  const { scaleUps } = stored;
  const bases = isDefault ? quotaBase({ release: harvester.release, namespace, limits, quota, scaleUps }) : undefined;
  return { kind: 'known', facts: { quota, specHard, statusHard, used, isDefault, stored, bases } };
}

/** What Harvester keeps on a default quota; where it, or the namespace's limits, is garbled, Harvester stops scaling. */
function keptByHarvester(
  namespace: Namespace,
  limits: NamespaceLimits,
  quota: ResourceQuota,
): QuotaFacts['stored'] | Unknown {
  const stored = storedScaleUps(quota);
  if (stored.kind === 'garbled') {
    const reason = `ResourceQuota ${quota.metadata.name}: annotation ${stored.key}: ${stored.message}`;
    return unknownBecause('garbled-annotation', reason);
  }
  if (limits.kind === 'none' || limits.kind === 'read') return stored;
  return unknownBecause('garbled-annotation', `Namespace ${namespace.metadata.name}: ${limits.message}`);
}
