import type { Container, PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList, Resources } from '../objects/quantity-shape.ts';
import type { Quantity } from '../quantity/quantity.ts';
import { resourcesWithMilliPrecision, withMilliPrecision } from './milli-precision.ts';
import { containerTotal } from './pod-resources.ts';
import { allowsOvercommit, isHugePages, isPodLevelResource } from './resource-names.ts';

/**
 * The pod as the API server decodes it, before any admission plugin: requests that are missing become the limits
 * (SetDefaults_Pod, SetDefaults_ResourceList, kubernetes v1.34). The same object where nothing changes.
 */
export function withApiDefaults(pod: PodSpec): PodSpec {
  return withPodMilliPrecision(withPodLevelDefaults(withContainerResources(pod, withRequestsFromLimits)));
}

/** The pod with each container's resources replaced by what `change` makes of them; the same object if nothing changed. */
export function withContainerResources(pod: PodSpec, change: (resources: Resources) => Resources): PodSpec {
  const containers = changedContainers(pod.containers, change);
  const initContainers = changedContainers(pod.initContainers, change);
  if (containers === pod.containers && initContainers === pod.initContainers) return pod;
  return { ...pod, containers, initContainers };
}

function changedContainers(
  containers: Container[] | null | undefined,
  change: (resources: Resources) => Resources,
): Container[] | null | undefined {
  let changed: Container[] | undefined;
  for (const [index, container] of (containers ?? []).entries()) {
    const resources = change(container.resources);
    if (resources === container.resources) continue;
    changed ??= [...(containers ?? [])];
    changed[index] = { ...container, resources };
  }
  return changed ?? containers;
}

function withRequestsFromLimits(resources: Resources): Resources {
  const requests = withMissing(resources.requests, resources.limits);
  return requests === resources.requests ? resources : { limits: resources.limits, requests };
}

/** `list` with what it lacks taken from `defaults`; the same list if it lacks nothing. */
export function withMissing(list: ResourceList, defaults: ResourceList): ResourceList {
  let filled: Map<string, Quantity> | undefined;
  for (const [name, amount] of defaults) {
    if (list.has(name)) continue;
    filled ??= new Map(list);
    filled.set(name, amount);
  }
  return filled ?? list;
}

function withPodLevelDefaults(pod: PodSpec): PodSpec {
  if (!pod.resources) return pod;
  const limits = podLevelLimits(pod, pod.resources);
  const requests = limits.size === 0 ? pod.resources.requests : podLevelRequests(pod, limits, pod.resources.requests);
  return { ...pod, resources: { limits, requests } };
}

/** Limits of huge pages that only containers state are taken over (defaultHugePagePodLimits). */
function podLevelLimits(pod: PodSpec, { limits, requests }: Resources): ResourceList {
  if (limits.size === 0 && requests.size === 0) return limits;
  const filled = new Map(limits);
  for (const [name, amount] of containerTotal(pod, 'limits')) {
    if (isHugePages(name) && !requests.has(name) && !filled.has(name)) filled.set(name, amount);
  }
  return filled;
}

/** Requests that are missing become the containers' sum, or else the limit (defaultPodRequests). */
function podLevelRequests(pod: PodSpec, limits: ResourceList, requests: ResourceList): ResourceList {
  const filled = new Map(requests);
  for (const [name, amount] of containerTotal(pod, 'requests')) {
    if (!filled.has(name) && isPodLevelResource(name) && allowsOvercommit(name)) filled.set(name, amount);
  }
  for (const [name, amount] of limits) {
    if (!filled.has(name) && isPodLevelResource(name)) filled.set(name, amount);
  }
  return filled;
}

function withPodMilliPrecision(given: PodSpec): PodSpec {
  const pod = withContainerResources(given, resourcesWithMilliPrecision);
  const overhead = withMilliPrecision(pod.overhead);
  const resources = pod.resources ? resourcesWithMilliPrecision(pod.resources) : pod.resources;
  return overhead === pod.overhead && resources === pod.resources ? pod : { ...pod, overhead, resources };
}
