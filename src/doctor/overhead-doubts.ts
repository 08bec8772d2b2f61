import { isPresent } from '../kubevirt/vmi-facts.ts';
import type { KubeVirtConfiguration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';

/** Whether an overhead that nothing explains may be made of something else than a formula. */
export function isOpenToDoubt(vmi: VirtualMachineInstance, configuration: KubeVirtConfiguration): boolean {
  return isChanging(vmi) || hasAddedInterfaces(vmi) || isRequestReckoned(vmi, configuration);
}

const HOTPLUG_CONDITIONS: ReadonlySet<string> = new Set(['HotMemoryChange', 'HotVCPUChange']);

/** A hotplug that the pod has not seen yet. */
function isChanging({ spec, status }: VirtualMachineInstance): boolean {
  const { guestCurrent, guestRequested } = status?.memory ?? {};
  if (guestCurrent && guestRequested && !guestCurrent.equals(guestRequested)) return true;
  if (guestCurrent && spec.domain.memory?.guest?.equals(guestCurrent) === false) return true;
  const sockets = status?.currentCPUTopology?.sockets;
  if (typeof sockets === 'number' && sockets !== (spec.domain.cpu?.sockets ?? sockets)) return true;
  return (status?.conditions ?? []).some(({ type, status: value }) => HOTPLUG_CONDITIONS.has(type) && value === 'True');
}

/** What bindings add comes from a configuration that may have changed, and an interface may have been plugged in since. */
function hasAddedInterfaces({ spec }: VirtualMachineInstance): boolean {
  return (spec.domain.devices.interfaces ?? []).some(({ binding, passt, passtBinding, sriov }) => {
    return [binding, passt, passtBinding, sriov].some((member) => isPresent(member));
  });
}

/** A request that the VMI does not state, or that KubeVirt overcommits, follows a configuration that may have changed. */
function isRequestReckoned(
  { spec }: VirtualMachineInstance,
  { developerConfiguration }: KubeVirtConfiguration,
): boolean {
  const { limits, requests } = spec.domain.resources;
  if (limits.has('memory')) return false;
  return requests.get('memory')?.isPositive() !== true || (developerConfiguration?.memoryOvercommit ?? 100) !== 100;
}
