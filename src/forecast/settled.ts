import type { ResourceQuota } from '../objects/kubernetes.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { ForecastObjects } from './apply-remedy.ts';
import type { NamespaceObjects } from './cluster-objects.ts';
import type { Prepared } from './forecast-migrations.ts';
import type { KnownGround } from './forecast-set.ts';
import { type Replacement, replacementOf } from './settled-pods.ts';
import { settledQuota } from './settled-quota.ts';

/** The objects after some migrations have ended well, and the VMIs for which nobody can say what that leaves. */
export interface Settled {
  readonly objects: ForecastObjects;
  /** Left as they were, with the reason. */
  readonly left: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The namespace once each of the named VMIs has been migrated and its old pod is gone: its running pod replaced by the
 * target pod that `prepared` says, that in every quota's use, nothing of Harvester's left for it. A migration of theirs
 * that is under way counts as this one. Whether the quota lets the target pods in is not asked.
 *
 * VMIs keep their node, for nobody knows which one the scheduler takes. What is prepared of the objects with `prepared` as
 * the second argument has the rendered pods from there.
 */
export function withSettled(prepared: Prepared, names: Iterable<string>): Settled {
  const { objects, ground } = prepared;
  const asked = [...new Set(names)];
  if (ground.kind === 'unknown') return { objects, left: asked.map((name) => ({ name, reason: ground.reason })) };
  const found = asked.map((name) => replacementOf(ground, name));
  const left = found.flatMap((one) => (one.kind === 'left' ? [{ name: one.name, reason: one.reason }] : []));
  const replacements = found.filter((one) => one.kind === 'replacement');
  if (replacements.length === 0) return { objects, left };
  return { objects: { ...objects, namespace: settledNamespace(objects.namespace, ground, replacements) }, left };
}

function settledNamespace(
  objects: NamespaceObjects,
  { namespace }: KnownGround,
  replacements: readonly Replacement[],
): NamespaceObjects {
  const { pods, migrations } = objects;
  const ended = new Set(replacements.flatMap(({ ended }) => ended));
  const kept = pods.items.map((pod) => (ended.has(pod) ? { ...pod, status: { phase: 'Succeeded' } } : pod));
  const moved = new Set(replacements.map(({ vmi }) => vmi.metadata.name));
  const quotas = new Map<ResourceQuota, ResourceQuota>(
    namespace.quotas.map((facts) => [facts.quota, settledQuota(facts, namespace.launchers.charges, replacements)]),
  );
  return {
    ...objects,
    pods: { ...pods, items: [...kept, ...replacements.flatMap(({ created }) => created)] },
    migrations: { ...migrations, items: migrations.items.map((one) => settledMigration(one, moved)) },
    quotas: { ...objects.quotas, items: objects.quotas.items.map((quota) => quotas.get(quota) ?? quota) },
  };
}

function settledMigration(
  migration: VirtualMachineInstanceMigration,
  moved: ReadonlySet<string>,
): VirtualMachineInstanceMigration {
  if (!moved.has(migration.spec.vmiName)) return migration;
  return { ...migration, status: { ...migration.status, phase: 'Succeeded' } };
}
