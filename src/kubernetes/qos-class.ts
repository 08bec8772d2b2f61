import type { PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList, Resources } from '../objects/quantity-shape.ts';

export type QosClass = 'BestEffort' | 'Burstable' | 'Guaranteed';

/**
 * The class that the server writes into a new pod's status (qos.ComputePodQOS, kubernetes v1.34). Only cpu and memory
 * above zero matter. Pod-level resources that are present, even empty, hide those of the containers.
 */
export function qosClass(pod: PodSpec): QosClass {
  const stated = pod.resources ? [pod.resources] : containerResources(pod);
  if (stated.every(statesNothing)) return 'BestEffort';
  if (!stated.every(({ limits }) => isPositive(limits, 'cpu') && isPositive(limits, 'memory'))) return 'Burstable';
  return isBalanced(stated, 'cpu') && isBalanced(stated, 'memory') ? 'Guaranteed' : 'Burstable';
}

function containerResources(pod: PodSpec): readonly Resources[] {
  const resources = (pod.containers ?? []).map((container) => container.resources);
  for (const container of pod.initContainers ?? []) resources.push(container.resources);
  return resources;
}

function statesNothing({ limits, requests }: Resources): boolean {
  return !(
    isPositive(limits, 'memory') ||
    isPositive(limits, 'cpu') ||
    isPositive(requests, 'memory') ||
    isPositive(requests, 'cpu')
  );
}

/** Compares the sums over all containers, as the server does, not container by container. */
function isBalanced(stated: readonly Resources[], name: 'cpu' | 'memory'): boolean {
  let excess = 0n;
  for (const { limits, requests } of stated) {
    excess += (limits.get(name)?.nanos ?? 0n) - (requests.get(name)?.nanos ?? 0n);
  }
  return excess === 0n;
}

function isPositive(list: ResourceList, name: string): boolean {
  return list.get(name)?.isPositive() ?? false;
}
