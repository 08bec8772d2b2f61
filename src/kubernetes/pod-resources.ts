import type { Container, PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { Quantity } from '../quantity/quantity.ts';
import { addInto, raiseInto } from './resource-arithmetic.ts';
import { isPodLevelResource } from './resource-names.ts';

export type ResourceSide = 'requests' | 'limits';

/**
 * What all containers of a pod ask for at its highest moment: containers and restartable init containers run together;
 * a plain init container runs alone beside the restartable ones declared before it
 * (component-helpers AggregateContainerRequests and AggregateContainerLimits, v0.34).
 */
export function containerTotal(pod: PodSpec, side: ResourceSide): Map<string, Quantity> {
  const total = new Map<string, Quantity>();
  for (const container of pod.containers ?? []) addInto(total, container.resources[side]);
  const initContainers = pod.initContainers ?? [];
  if (initContainers.length > 0) raiseToInitialPeak(total, initContainers, side);
  return total;
}

function raiseToInitialPeak(
  total: Map<string, Quantity>,
  initContainers: readonly Container[],
  side: ResourceSide,
): void {
  const restartable = new Map<string, Quantity>();
  const peak = new Map<string, Quantity>();
  for (const container of initContainers) {
    const own = container.resources[side];
    if (container.restartPolicy === 'Always') {
      addInto(total, own);
      addInto(restartable, own);
      raiseInto(peak, restartable);
    } else {
      const moment = new Map(own);
      addInto(moment, restartable);
      raiseInto(peak, moment);
    }
  }
  raiseInto(total, peak);
}

/** Requests as the scheduler and quotas count them (component-helpers PodRequests, v0.34). */
export function podRequests(pod: PodSpec): ResourceList {
  const total = containerTotal(pod, 'requests');
  if (pod.resources) replaceWithPodLevel(total, pod.resources.requests);
  addInto(total, pod.overhead);
  return total;
}

/** Limits as quotas count them; overhead is added only where there is a limit other than zero (PodLimits). */
export function podLimits(pod: PodSpec): ResourceList {
  const total = containerTotal(pod, 'limits');
  if (pod.resources) replaceWithPodLevel(total, pod.resources.limits);
  for (const [name, amount] of pod.overhead) {
    const limit = total.get(name);
    if (limit !== undefined && !limit.isZero()) total.set(name, limit.add(amount));
  }
  return total;
}

function replaceWithPodLevel(total: Map<string, Quantity>, podLevel: ResourceList): void {
  for (const [name, amount] of podLevel) {
    if (isPodLevelResource(name)) total.set(name, amount);
  }
}
