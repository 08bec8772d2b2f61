import type { ClusterFacts } from '../forecast/cluster-facts.ts';
import { isPresent } from '../kubevirt/vmi-facts.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { Quantity } from '../quantity/quantity.ts';

/**
 * What a running pod's compute container has beyond what its VMI states. Undefined where the difference may be made of
 * something else: hugepages, a hotplug that the pod has not seen yet, requests that KubeVirt reckons itself.
 */
export function runningOverhead(
  vmi: VirtualMachineInstance,
  pod: Pod,
  { configuration }: Pick<ClusterFacts, 'configuration'>,
): Quantity | undefined {
  const { domain } = vmi.spec;
  if (isPresent(domain.memory?.hugepages) || isChanging(vmi)) return undefined;
  const compute = pod.spec.containers?.find(({ name }) => name === 'compute');
  if (compute === undefined) return undefined;
  const { limits, requests, overcommitGuestOverhead } = domain.resources;
  // A dedicated VM's limit is its request, whatever limit it states.
  const isPinned = domain.cpu?.dedicatedCpuPlacement === true;
  if (limits.has('memory') && !isPinned) return beyond(compute.resources.limits, limits);
  const { memoryOvercommit } = configuration.developerConfiguration ?? {};
  const isReckoned = (memoryOvercommit ?? 100) !== 100;
  return overcommitGuestOverhead || isReckoned ? undefined : beyond(compute.resources.requests, requests);
}

function beyond(ofPod: ResourceList, ofVmi: ResourceList): Quantity | undefined {
  const whole = ofPod.get('memory');
  const own = ofVmi.get('memory');
  return whole === undefined || own === undefined || own.isZero() ? undefined : whole.subtract(own);
}

const HOTPLUG_CONDITIONS: ReadonlySet<string> = new Set(['HotMemoryChange', 'HotVCPUChange']);

function isChanging({ spec, status }: VirtualMachineInstance): boolean {
  const { guestCurrent, guestRequested } = status?.memory ?? {};
  if (guestCurrent && guestRequested && !guestCurrent.equals(guestRequested)) return true;
  if (guestCurrent && spec.domain.memory?.guest?.equals(guestCurrent) === false) return true;
  const sockets = status?.currentCPUTopology?.sockets;
  if (typeof sockets === 'number' && sockets !== (spec.domain.cpu?.sockets ?? sockets)) return true;
  return (status?.conditions ?? []).some(({ type, status: value }) => HOTPLUG_CONDITIONS.has(type) && value === 'True');
}
