import type { LimitRange, LimitRangeItem, PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { Quantity } from '../quantity/quantity.ts';
import { constraintRefusals, type Subject } from './limit-range-constraint.ts';
import { withMilliPrecision } from './milli-precision.ts';
import { withContainerResources, withMissing } from './pod-defaults.ts';
import { containerTotal, type ResourceSide } from './pod-resources.ts';
import { podValidationRefusals } from './pod-validation.ts';

export interface LimitedPod {
  readonly pod: PodSpec;
  /** In the server's own words; none where the pod is admitted. */
  readonly refusals: readonly string[];
}

const NO_REFUSALS: readonly string[] = [];

/**
 * What the LimitRanges of a namespace make of a pod that `withApiDefaults` has been over: their defaults, then pod
 * validation, then their bounds (plugin/pkg/admission/limitranger, kubernetes v1.34). As on the server, validation that
 * fails hides the bounds. Of several LimitRanges the first to have a default sets it; the server's order is undefined.
 */
export function applyLimitRanges(pod: PodSpec, limitRanges: readonly LimitRange[]): LimitedPod {
  if (limitRanges.length === 0) return { pod, refusals: NO_REFUSALS };
  const ranges = limitRanges.map((limitRange) => (limitRange.spec?.limits ?? []).map(withItemDefaults));
  const defaulted = ranges.reduce(withRangeDefaults, pod);
  const invalid = podValidationRefusals(defaulted);
  if (invalid.length > 0) return { pod: defaulted, refusals: invalid };
  const refusals = new Set(ranges.flat().flatMap((item) => itemRefusals(item, defaulted)));
  return { pod: defaulted, refusals: [...refusals] };
}

/** Max stands in for a missing default limit, that for a missing default request, then min (SetDefaults_LimitRangeItem). */
function withItemDefaults(stored: LimitRangeItem): LimitRangeItem {
  const item = {
    type: stored.type,
    max: withMilliPrecision(stored.max),
    min: withMilliPrecision(stored.min),
    default: withMilliPrecision(stored.default),
    defaultRequest: withMilliPrecision(stored.defaultRequest),
    maxLimitRequestRatio: withMilliPrecision(stored.maxLimitRequestRatio),
  };
  if (item.type !== 'Container') return item;
  const defaultLimit = withMissing(item.default, item.max);
  const defaultRequest = withMissing(withMissing(item.defaultRequest, defaultLimit), item.min);
  return { ...item, default: defaultLimit, defaultRequest };
}

/** Within one LimitRange the last item to name a resource sets its default (defaultContainerResourceRequirements). */
function withRangeDefaults(pod: PodSpec, items: readonly LimitRangeItem[]): PodSpec {
  const defaults = { limits: new Map<string, Quantity>(), requests: new Map<string, Quantity>() };
  for (const item of items) {
    if (item.type !== 'Container') continue;
    for (const [name, amount] of item.default) defaults.limits.set(name, amount);
    for (const [name, amount] of item.defaultRequest) defaults.requests.set(name, amount);
  }
  return withContainerResources(pod, (resources) => {
    const limits = withMissing(resources.limits, defaults.limits);
    const requests = withMissing(resources.requests, defaults.requests);
    return limits === resources.limits && requests === resources.requests ? resources : { limits, requests };
  });
}

function itemRefusals(item: LimitRangeItem, pod: PodSpec): readonly string[] {
  return subjectsOf(item, pod).flatMap((subject) => constraintRefusals(item, subject));
}

function subjectsOf({ type }: LimitRangeItem, pod: PodSpec): readonly Subject[] {
  if (type === 'Container') {
    const containers = [...(pod.containers ?? []), ...(pod.initContainers ?? [])];
    return containers.map(({ resources }) => ({ type, ...resources }));
  }
  if (type === 'Pod')
    return [{ type, limits: limitRangeTotal(pod, 'limits'), requests: limitRangeTotal(pod, 'requests') }];
  return [];
}

/** LimitRanger has a sum of its own: no overhead, and of pod-level resources not the huge pages (podRequests there). */
function limitRangeTotal(pod: PodSpec, side: ResourceSide): ResourceList {
  const total = containerTotal(pod, side);
  for (const name of ['cpu', 'memory']) {
    const podLevel = pod.resources?.[side].get(name);
    if (podLevel !== undefined) total.set(name, podLevel);
  }
  return total;
}
