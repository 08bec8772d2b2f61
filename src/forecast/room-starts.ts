import { vmiOfVm } from '../kubevirt/vmi-of-vm.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { launcherReleases } from './cluster-facts.ts';
import type { Prepared } from './forecast-migrations.ts';
import type { KnownGround } from './forecast-set.ts';
import type { RoomPods } from './room-pods.ts';
import type { RoomVm } from './room-vms.ts';

/** Stopped VMs by what the start of each would ask for, and those of which nobody can say. */
export function roomStarts(
  { objects, ground }: Prepared,
  names: readonly string[],
  pods: RoomPods,
): { readonly vms: readonly RoomVm[]; readonly unknown: readonly string[] } {
  const byName = new Map(objects.namespace.virtualMachines.items.map((vm) => [vm.metadata.name, vm]));
  const vms: RoomVm[] = [];
  const unknown: string[] = [];
  for (const name of names) {
    const vm = byName.get(name);
    const vmi = ground.kind === 'known' && vm !== undefined ? startedVmi(ground, vm) : undefined;
    if (vmi === undefined) unknown.push(name);
    else vms.push({ name, state: 'stopped', kind: vms.length, sources: [], ...pods.shaped(vmi, undefined) });
  }
  return { vms, unknown };
}

/** Undefined where its size is not in the objects read, or depends on which KubeVirt of an upgrade starts it. */
function startedVmi({ cluster }: KnownGround, vm: Parameters<typeof vmiOfVm>[0]): VirtualMachineInstance | undefined {
  if (vm.spec.instancetype !== undefined && vm.spec.instancetype !== null) return undefined;
  const reading = launcherReleases(cluster, undefined);
  const [release, ...others] = reading.kind === 'known' ? reading.releases : [];
  return release === undefined || others.length > 0 ? undefined : vmiOfVm(vm, release, cluster.configuration);
}
