import type { Container, PodSpec, ResourceQuota } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { ResourceSide } from './pod-resources.ts';
import { isPodLevelResource, isPodQuotaKey } from './resource-names.ts';

/** The keys of a quota's `status.hard` that pods are counted by, sorted; a quota without any does not concern pods. */
export function podQuotaKeys(quota: ResourceQuota): readonly string[] {
  return [...(quota.status?.hard?.keys() ?? [])].filter(isPodQuotaKey).sort();
}

/** The keys of `status.hard` of which the pod uses something, sorted. Use of zero is never refused. */
export function limitedKeys(quota: ResourceQuota, usage: ResourceList): string[] {
  const keys: string[] = [];
  for (const key of quota.status?.hard?.keys() ?? []) {
    const amount = usage.get(key);
    if (amount !== undefined && !amount.isZero()) keys.push(key);
  }
  return keys.sort();
}

/**
 * True where a key of pods is limited and its use not known yet: then the server refuses every matching pod, even one
 * that uses nothing of that key (hasUsageStats, apiserver v0.34). With `status.hard` empty it refuses none.
 */
export function isUsageUnknown(quota: ResourceQuota): boolean {
  const used = quota.status?.used;
  for (const key of quota.status?.hard?.keys() ?? []) {
    if (isPodQuotaKey(key) && !used?.has(key)) return true;
  }
  return false;
}

/** A key that a quota limits and the containers, init containers included, that do not state it; both sorted. */
export interface MissingSpecification {
  readonly resource: string;
  readonly containers: readonly string[];
}

interface ContainerField {
  readonly key: string;
  readonly side: ResourceSide;
  readonly resource: string;
}

/** The only keys with this rule, sorted (validationSet in pkg/quota/v1/evaluator/core/pods.go, kubernetes v1.34). */
const MUST_SPECIFY: readonly ContainerField[] = [
  { key: 'cpu', side: 'requests', resource: 'cpu' },
  { key: 'limits.cpu', side: 'limits', resource: 'cpu' },
  { key: 'limits.memory', side: 'limits', resource: 'memory' },
  { key: 'memory', side: 'requests', resource: 'memory' },
  { key: 'requests.cpu', side: 'requests', resource: 'cpu' },
  { key: 'requests.memory', side: 'requests', resource: 'memory' },
];

const NOTHING_MISSING: readonly MissingSpecification[] = [];

/**
 * What a matching quota obliges the containers of a pod to state and they do not; zero counts as stated
 * (podEvaluator.Constraints). Pod-level resources lift the obligation. Of a pod as stored: `withApiDefaults` first.
 */
export function missingSpecifications(quota: ResourceQuota, pod: PodSpec): readonly MissingSpecification[] {
  const hard = quota.status?.hard;
  if (hard === undefined || hasPodLevelResources(pod)) return NOTHING_MISSING;
  let missing: MissingSpecification[] | undefined;
  for (const field of MUST_SPECIFY) {
    if (!hard.has(field.key)) continue;
    const containers = namesLacking(pod, field);
    if (containers.length === 0) continue;
    missing ??= [];
    missing.push({ resource: field.key, containers });
  }
  return missing ?? NOTHING_MISSING;
}

function namesLacking(pod: PodSpec, field: ContainerField): readonly string[] {
  const names: string[] = [];
  addNamesLacking(names, pod.containers ?? [], field);
  addNamesLacking(names, pod.initContainers ?? [], field);
  return names.sort();
}

function addNamesLacking(names: string[], containers: readonly Container[], { side, resource }: ContainerField): void {
  for (const { name, resources } of containers) {
    if (!resources[side].has(resource)) names.push(name);
  }
}

function hasPodLevelResources({ resources }: PodSpec): boolean {
  if (!resources) return false;
  return [...resources.requests.keys(), ...resources.limits.keys()].some(isPodLevelResource);
}

// The sentences of the ResourceQuota admission plugin, letter for letter: virt-controller and Harvester act on them
// (CheckRequest in apiserver v0.34, podEvaluator.Constraints in kubernetes v1.34).

export interface ExceededQuota {
  readonly quota: string;
  /** All three hold the short keys alone. */
  readonly requested: ResourceList;
  readonly used: ResourceList;
  readonly limited: ResourceList;
}

export function exceededQuotaSentence({ quota, requested, used, limited }: ExceededQuota): string {
  return `exceeded quota: ${quota}, requested: ${printed(requested)}, used: ${printed(used)}, limited: ${printed(limited)}`;
}

export function mustSpecifySentence(quotaName: string, missing: readonly MissingSpecification[]): string {
  const parts = missing.map(({ resource, containers }) => `${resource} for: ${containers.join(',')}`);
  return `failed quota: ${quotaName}: must specify ${parts.join('; ')}`;
}

/** `resources` are all keys of pods that the quota limits (`podQuotaKeys`), known or not. */
export function statusUnknownSentence(quotaName: string, resources: readonly string[]): string {
  return `status unknown for quota: ${quotaName}, resources: ${resources.toSorted().join(',')}`;
}

/** The 403 around any of these sentences and around LimitRanger's. */
export function podCreationRefusal(podName: string, sentence: string): string {
  return `pods ${JSON.stringify(podName)} is forbidden: ${sentence}`;
}

function printed(resources: ResourceList): string {
  return [...resources.keys()]
    .sort()
    .map((key) => `${key}=${resources.get(key)}`)
    .join(',');
}
