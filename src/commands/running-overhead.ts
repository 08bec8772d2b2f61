import type { NamespaceObjects } from '../forecast/cluster-objects.ts';
import { type Launchers, podsOfVmi } from '../forecast/launchers.ts';
import { isFinal } from '../kubevirt/migration-state.ts';
import { isPresent } from '../kubevirt/vmi-facts.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';

/**
 * The overhead that a VM runs with: as KubeVirt reports it, or else what its pod has beyond what the VMI states.
 * Undefined where the pod does not tell: hugepages hide the guest's part, and a memory hotplug changes the VMI first.
 */
export function runningOverheadBytes(
  vmi: VirtualMachineInstance,
  { migrations }: NamespaceObjects,
  launchers: Launchers,
): bigint | undefined {
  const reported = vmi.status?.memory?.memoryOverhead;
  if (reported) return reported.value();
  if (isPresent(vmi.spec.domain.memory?.hugepages) || isMemoryChanging(vmi)) return undefined;
  const migration = migrations.items.find((one) => !isFinal(one) && one.spec.vmiName === vmi.metadata.name);
  const { source } = podsOfVmi(launchers, vmi, migration);
  const compute = source?.spec.containers?.find(({ name }) => name === 'compute');
  if (compute === undefined) return undefined;
  const { limits, requests, overcommitGuestOverhead } = vmi.spec.domain.resources;
  const byLimit = beyond(compute.resources.limits, limits);
  if (byLimit !== undefined || overcommitGuestOverhead) return byLimit;
  return beyond(compute.resources.requests, requests);
}

function beyond(ofPod: ResourceList, ofVmi: ResourceList): bigint | undefined {
  const whole = ofPod.get('memory');
  const own = ofVmi.get('memory');
  if (whole === undefined || own === undefined || !whole.exceeds(own)) return undefined;
  return whole.subtract(own).value();
}

function isMemoryChanging({ status }: VirtualMachineInstance): boolean {
  const { guestCurrent, guestRequested } = status?.memory ?? {};
  return guestCurrent && guestRequested ? !guestCurrent.equals(guestRequested) : false;
}
