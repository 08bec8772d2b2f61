import type { Pod, PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';
import { podLimits, podRequests } from './pod-resources.ts';
import { isExtendedResource, isHugePages } from './resource-names.ts';

const ONE = Quantity.of(1n);

const LIMIT_KEYS: ReadonlyMap<string, string> = new Map([
  ['cpu', 'limits.cpu'],
  ['memory', 'limits.memory'],
  ['ephemeral-storage', 'limits.ephemeral-storage'],
]);
/** The second names of requests; each is counted under its plain name too. */
const REQUEST_KEYS: ReadonlyMap<string, string> = new Map([
  ['cpu', 'requests.cpu'],
  ['memory', 'requests.memory'],
  ['ephemeral-storage', 'requests.ephemeral-storage'],
]);

/**
 * What a quota counts of a pod, by quota key; of a pod as stored, so `withApiDefaults` and LimitRanges come first
 * (PodUsageFunc and podComputeUsageHelper, kubernetes v1.34; without the resize state in `status.containerStatuses`).
 */
export function quotaUsage(pod: PodSpec): ResourceList {
  const usage = new Map<string, Quantity>([
    ['pods', ONE],
    ['count/pods', ONE],
  ]);
  for (const [name, amount] of podRequests(pod)) countRequest(usage, name, amount);
  for (const [name, amount] of podLimits(pod)) {
    const key = LIMIT_KEYS.get(name);
    if (key !== undefined) usage.set(key, amount);
  }
  return usage;
}

function countRequest(usage: Map<string, Quantity>, name: string, amount: Quantity): void {
  const key = REQUEST_KEYS.get(name);
  if (key !== undefined) {
    usage.set(name, amount);
    usage.set(key, amount);
  } else if (isHugePages(name)) {
    usage.set(name, amount);
    usage.set(`requests.${name}`, amount);
  } else if (isExtendedResource(name)) {
    usage.set(`requests.${name}`, amount);
  }
}

/**
 * True for a pod that has ended, or whose deletion is overdue (its node is lost, say): it counts as an object,
 * `count/pods`, and for nothing else (QuotaV1Pod). The server adds the grace period to a deletion timestamp
 * that already holds it, so an overdue pod is counted for twice its grace period.
 */
export function countsOnlyItsObject(pod: Pod, nowMillis: number): boolean {
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return true;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (!deletionTimestamp || typeof deletionGracePeriodSeconds !== 'number') return false;
  return nowMillis > Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}
