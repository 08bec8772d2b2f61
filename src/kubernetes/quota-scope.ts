import type { PodSpec, ResourceQuota, ScopeRequirement } from '../objects/kubernetes.ts';
import { qosClass } from './qos-class.ts';

/**
 * Whether all scopes of a quota hold for a pod (generic.Matches and podMatchesScopeFunc, kubernetes v1.34). The server
 * also passes over a quota that has no key of pods in `status.hard`: `podQuotaKeys` tells.
 */
export function quotaMatches(quota: ResourceQuota, pod: PodSpec): boolean {
  for (const scope of quota.spec?.scopes ?? []) {
    if (!matchesScope({ scopeName: scope, operator: 'Exists' }, pod)) return false;
  }
  for (const requirement of quota.spec?.scopeSelector?.matchExpressions ?? []) {
    if (!matchesScope(requirement, pod)) return false;
  }
  return true;
}

/** Of all scopes only PriorityClass looks at its operator; any other name holds for no pod (VolumeAttributesClass). */
function matchesScope(requirement: ScopeRequirement, pod: PodSpec): boolean {
  return SCOPES.get(requirement.scopeName)?.(pod, requirement) ?? false;
}

const SCOPES: ReadonlyMap<string, (pod: PodSpec, requirement: ScopeRequirement) => boolean> = new Map([
  ['Terminating', isTerminating],
  ['NotTerminating', (pod) => !isTerminating(pod)],
  ['BestEffort', (pod) => qosClass(pod) === 'BestEffort'],
  ['NotBestEffort', (pod) => qosClass(pod) !== 'BestEffort'],
  ['PriorityClass', hasPriorityClass],
  ['CrossNamespacePodAffinity', looksIntoOtherNamespaces],
]);

function isTerminating(pod: PodSpec): boolean {
  const deadline = pod.activeDeadlineSeconds;
  return typeof deadline === 'number' && deadline >= 0;
}

function hasPriorityClass(pod: PodSpec, { operator, values }: ScopeRequirement): boolean {
  const name = pod.priorityClassName || undefined;
  switch (operator) {
    case 'Exists':
      return name !== undefined;
    case 'DoesNotExist':
      return name === undefined;
    case 'In':
      return name !== undefined && (values ?? []).includes(name);
    case 'NotIn':
      return name === undefined || !(values ?? []).includes(name);
    default:
      // The API server stores no other operator.
      return false;
  }
}

type PodAffinity = NonNullable<NonNullable<PodSpec['affinity']>['podAffinity']>;
type PodAffinityTerm = NonNullable<PodAffinity['requiredDuringSchedulingIgnoredDuringExecution']>[number];

function looksIntoOtherNamespaces(pod: PodSpec): boolean {
  return [pod.affinity?.podAffinity, pod.affinity?.podAntiAffinity].some(
    (affinity) =>
      affinity?.requiredDuringSchedulingIgnoredDuringExecution?.some(namesNamespaces) ||
      affinity?.preferredDuringSchedulingIgnoredDuringExecution?.some((term) => namesNamespaces(term.podAffinityTerm)),
  );
}

/** An empty selector means all namespaces; only an absent one means the pod's own. */
function namesNamespaces({ namespaces, namespaceSelector }: PodAffinityTerm): boolean {
  return (namespaces ?? []).length > 0 || (namespaceSelector !== undefined && namespaceSelector !== null);
}
