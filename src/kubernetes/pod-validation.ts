import type { PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList, Resources } from '../objects/quantity-shape.ts';
import type { Quantity } from '../quantity/quantity.ts';
import { containerTotal } from './pod-resources.ts';
import { allowsOvercommit, isHugePages } from './resource-names.ts';

/**
 * What pod validation refuses about requests and limits, in its own words: what the defaults of a LimitRange can bring
 * about (validateResourceRequirements and validatePodResourceConsistency in pkg/apis/core/validation, kubernetes v1.34).
 */
export function podValidationRefusals(pod: PodSpec): string[] {
  const refusals: string[] = [];
  for (const [index, container] of (pod.containers ?? []).entries()) {
    refusals.push(...resourcesRefusals(`spec.containers[${index}].resources`, container.resources));
  }
  for (const [index, container] of (pod.initContainers ?? []).entries()) {
    refusals.push(...resourcesRefusals(`spec.initContainers[${index}].resources`, container.resources));
  }
  if (pod.resources) refusals.push(...resourcesRefusals('spec.resources', pod.resources));
  if (pod.resources) refusals.push(...consistencyRefusals(pod, pod.resources));
  return [...new Set(refusals)];
}

function resourcesRefusals(path: string, { limits, requests }: Resources): string[] {
  const refusals: string[] = [];
  for (const [name, request] of sorted(requests)) {
    const refusal = requestRefusal(path, { name, request, limit: limits.get(name) });
    if (refusal !== undefined) refusals.push(refusal);
  }
  const names = [...limits.keys(), ...requests.keys()];
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    refusals.push(`${path}: Forbidden: HugePages require cpu or memory`);
  }
  return refusals;
}

interface StatedAmounts {
  readonly name: string;
  readonly request: Quantity;
  readonly limit: Quantity | undefined;
}

function requestRefusal(path: string, { name, request, limit }: StatedAmounts): string | undefined {
  if (limit === undefined) {
    if (allowsOvercommit(name)) return undefined;
    return `${path}.limits: Required value: Limit must be set for non overcommitable resources`;
  }
  if (!allowsOvercommit(name) && !request.equals(limit)) {
    return `${path}.requests: Invalid value: "${request}": must be equal to ${name} limit of ${limit}`;
  }
  if (!request.exceeds(limit)) return undefined;
  return `${path}.requests: Invalid value: "${request}": must be less than or equal to ${name} limit of ${limit}`;
}

/** Pod-level amounts must cover those of the containers. */
function consistencyRefusals(pod: PodSpec, podLevel: Resources): string[] {
  const refusals: string[] = [];
  for (const [name, total] of sorted(containerTotal(pod, 'requests'))) {
    const amount = podLevel.requests.get(name);
    if (amount === undefined || !total.exceeds(amount)) continue;
    const rule = `must be greater than or equal to aggregate container requests of ${total}`;
    refusals.push(`spec.resources.requests[${name}]: Invalid value: "${amount}": ${rule}`);
  }
  for (const [name, total] of sorted(containerTotal(pod, 'limits'))) {
    const amount = podLevel.limits.get(name);
    if (!isHugePages(name) || amount === undefined || !total.exceeds(amount)) continue;
    const rule = `must be greater than or equal to aggregate container limits of ${total}`;
    refusals.push(`spec.resources.limits[${name}]: Invalid value: "${amount}": ${rule}`);
  }
  for (const [index, { resources }] of (pod.containers ?? []).entries()) {
    refusals.push(...containerLimitRefusals(`spec.resources.containers[${index}]`, resources.limits, podLevel.limits));
  }
  return refusals;
}

function containerLimitRefusals(path: string, limits: ResourceList, podLevel: ResourceList): string[] {
  const refusals: string[] = [];
  for (const [name, limit] of sorted(limits)) {
    const most = podLevel.get(name);
    if (most === undefined || !limit.exceeds(most)) continue;
    refusals.push(
      `${path}[${name}].limits: Invalid value: "${limit}": must be less than or equal to pod limits of ${most}`,
    );
  }
  return refusals;
}

function sorted(list: ResourceList): [string, Quantity][] {
  return [...list].sort(([left], [right]) => (left < right ? -1 : 1));
}
