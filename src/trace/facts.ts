import { type KindName, POD_ROLES, tracedObject, tracedProblem, typeOf } from '../cluster/traced-object.ts';
import type { ForecastObjects } from '../forecast/apply-remedy.ts';
import type { ObjectProblem, ObjectsOfKind } from '../forecast/cluster-objects.ts';
import { isPromised } from '../forecast/reservations.ts';
import { isFinal } from '../kubevirt/migration-state.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { Metadata } from '../objects/metadata.ts';
import { objectJson } from './object-json.ts';
import type { FactLine, ProblemLine, UnreadLine } from './trace-line.ts';

type Item = { readonly metadata: Metadata };
type Kind = readonly [KindName, ObjectsOfKind<Item>];

/**
 * What was read of a namespace and its cluster, as far as a migration's forecast stands on it. Where not all of it can be
 * told, what is told first matters most: `vmi` and what is under way come before all other VMs.
 */
export function* factLines(objects: ForecastObjects, vmi: string): Generator<UnreadLine | ProblemLine | FactLine> {
  const kinds = kindsOf(objects);
  for (const [name, { unreadable }] of kinds) {
    if (unreadable !== undefined) yield { trace: 'unread', kind: typeOf(name).kind, message: unreadable };
  }
  for (const [name, { problems }] of kinds) for (const problem of problems) yield* problemLine(name, problem);
  for (const [name, items] of inOrder(objects, vmi)) for (const item of items) yield* factLine(name, item);
}

/** How many objects there are to tell of, or a few more: which of Harvester's Settings are told is not looked at. */
export function countOfFacts(objects: ForecastObjects): number {
  const problems = kindsOf(objects).reduce((sum, [, kind]) => sum + kind.problems.length, 0);
  return inOrder(objects, '').reduce((sum, [, items]) => sum + items.length, problems);
}

/** No migration's forecast reads a VirtualMachine. */
function kindsOf({ cluster, namespace }: ForecastObjects): readonly Kind[] {
  const { kubeVirts, settings, nodes } = cluster;
  const { namespaces, quotas, limitRanges, pods, virtualMachineInstances, migrations } = namespace;
  return Object.entries({
    kubeVirts,
    settings,
    nodes,
    namespaces,
    quotas,
    limitRanges,
    migrations,
    virtualMachineInstances,
    pods,
  }) as unknown as readonly Kind[];
}

function inOrder(
  { cluster, namespace }: ForecastObjects,
  vmi: string,
): readonly (readonly [KindName, readonly Item[]])[] {
  const underWay = namespace.migrations.items.filter((migration) => !isFinal(migration));
  const racing = new Set([vmi, ...underWay.map(({ spec }) => spec.vmiName)]);
  const vmis = namespace.virtualMachineInstances.items;
  const uids = new Set(vmis.filter(({ metadata }) => racing.has(metadata.name)).map(({ metadata }) => metadata.uid));
  const [ownVmis, otherVmis] = parted(vmis, ({ metadata }) => racing.has(metadata.name));
  const pods = namespace.pods.items.filter(({ metadata }) =>
    POD_ROLES.includes(metadata.labels.get('kubevirt.io') ?? ''),
  );
  const [ownPods, otherPods] = parted(pods, (pod) => isOfVmis(pod, uids));
  return [
    ['kubeVirts', cluster.kubeVirts.items],
    ['settings', cluster.settings.items],
    ['namespaces', namespace.namespaces.items],
    ['quotas', namespace.quotas.items],
    ['limitRanges', namespace.limitRanges.items],
    ['migrations', underWay],
    ['virtualMachineInstances', ownVmis],
    ['pods', ownPods],
    ['nodes', cluster.nodes.items],
    ['virtualMachineInstances', otherVmis],
    ['pods', otherPods],
    ['migrations', namespace.migrations.items.filter(isFinal)],
  ];
}

/** Attachment pods name no VM, and are few. */
function isOfVmis({ metadata: { labels } }: Pod, uids: ReadonlySet<string | null | undefined>): boolean {
  return labels.get('kubevirt.io') === 'hotplug-disk' || uids.has(labels.get('kubevirt.io/created-by'));
}

function parted<T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

function* factLine(kindName: KindName, item: Item): Generator<FactLine> {
  const object = tracedObject(kindName, objectJson(item) as Readonly<Record<string, unknown>>);
  if (object === undefined) return;
  const { name, namespace, resourceVersion } = item.metadata;
  yield {
    trace: 'fact',
    ...typeOf(kindName),
    ...(namespace && { namespace }),
    name,
    ...(resourceVersion && { resourceVersion }),
    ...(kindName === 'migrations' && isPromised(item as Parameters<typeof isPromised>[0]) && { promised: true }),
    object,
  };
}

function* problemLine(kindName: KindName, problem: ObjectProblem): Generator<ProblemLine> {
  const left = tracedProblem(problem);
  if (left.kind === 'unread') return;
  const { namespace, name, message } = problem;
  yield {
    trace: 'problem',
    ...typeOf(kindName),
    ...(namespace !== undefined && { namespace }),
    name,
    message,
    ...(left.kind === 'kept' && { object: left.object }),
    ...(left.kind === 'kept' && left.resourceVersion !== undefined && { resourceVersion: left.resourceVersion }),
  };
}
