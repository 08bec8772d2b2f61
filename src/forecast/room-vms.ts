import type { ForecastObjects } from './apply-remedy.ts';
import { type Prepared, prepare } from './forecast-migrations.ts';
import { checkedVmi, type KnownGround, underWayObstacle } from './forecast-set.ts';
import { chargedPods, podsOfVmi } from './launchers.ts';
import { type Likeness, likenessesAlone } from './likeness.ts';
import type { RoomPods, Shaped } from './room-pods.ts';
import { withSettled } from './settled.ts';
import type { ChargedPod } from './target-pod.ts';
import { runningVms } from './vm-names.ts';

/** A VM whose next pods can be told. */
export interface RoomVm extends Shaped {
  readonly name: string;
  /** Of one that is stopped only its start is asked. */
  readonly state: 'running' | 'stopped';
  /** VMs of one kind need the same. Their `vmi` is one that stands for all of them. */
  readonly kind: Likeness;
  readonly sources: readonly ChargedPod[];
}

/** A namespace when its migrations under way have settled: what does not change with the ratio. */
export interface QuietNamespace {
  readonly prepared: Prepared;
  readonly vms: readonly RoomVm[];
  /** Running VMs of which nobody can say what they need. */
  readonly unknown: readonly string[];
}

/** No forecast: the reason is for reading alone. */
type FoundQuiet =
  | { readonly kind: 'known'; readonly quiet: QuietNamespace }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The namespace without migrations, and its VMs; unknown where a migration under way leaves its end open. */
export function quietNamespace(prepared: Prepared, pods: RoomPods): FoundQuiet {
  const { ground } = prepared;
  if (ground.kind === 'unknown') return ground;
  const obstacle = underWayObstacle(ground);
  if (obstacle !== undefined) return obstacle;
  const moving = ground.namespace.underWay
    .map(({ spec }) => spec.vmiName)
    .filter((name) => ground.namespace.vmis.has(name));
  if (moving.length === 0) return { kind: 'known', quiet: { prepared, ...vmsOf(prepared.objects, ground, pods) } };
  const { objects, left } = withSettled(prepared, moving);
  const [open] = left;
  if (open !== undefined)
    return { kind: 'unknown', reason: `a migration of ${open.name} is under way: ${open.reason}` };
  const settled = prepare(objects, prepared);
  if (settled.ground.kind === 'unknown') return settled.ground;
  return { kind: 'known', quiet: { prepared: settled, ...vmsOf(objects, settled.ground, pods) } };
}

function vmsOf(
  { namespace }: ForecastObjects,
  ground: KnownGround,
  pods: RoomPods,
): Pick<QuietNamespace, 'vms' | 'unknown'> {
  const vms: RoomVm[] = [];
  const unknown: string[] = [];
  const known = new Map<Likeness, RoomVm>();
  const names = runningVms(namespace);
  const likenesses = likenessesAlone(ground.namespace, names);
  for (const [index, name] of names.entries()) {
    const kind = likenesses[index] ?? `${name} alone`;
    const alike = known.get(kind);
    const vm = alike === undefined ? roomVm(ground, name, kind, pods) : { ...alike, name };
    if (vm === undefined) unknown.push(name);
    else vms.push(vm);
    if (vm !== undefined) known.set(kind, vm);
  }
  return { vms, unknown };
}

function roomVm(ground: KnownGround, name: string, kind: Likeness, pods: RoomPods): RoomVm | undefined {
  if (checkedVmi(ground, name).kind === 'unknown') return undefined;
  const { vmis, launchers } = ground.namespace;
  const vmi = vmis.get(name);
  const source = vmi === undefined ? undefined : podsOfVmi(launchers, vmi, undefined).source;
  if (vmi === undefined || source === undefined) return undefined;
  return { name, state: 'running', kind, sources: chargedPods(launchers, source), ...pods.shaped(vmi, source.spec) };
}
