import { Quantity } from '../quantity/quantity.ts';
import type { ComputeDraft } from './compute-draft.ts';
import { isGateOn } from './feature-gates.ts';
import { int64Value, parseGoFloat, truncateToInt64 } from './go-number.ts';
import { matchesSelector } from './label-selector.ts';
import type { RenderRequest } from './render-request.ts';
import { amountOf } from './vmi-facts.ts';

const MEMORY_RATIO_LABEL = 'alpha.kubevirt.io/auto-memory-limits-ratio';
const DEFAULT_MEMORY_RATIO = 2;

/** Whether a VMI without a CPU limit gets one, because of a quota or of the namespace's labels. */
export function getsAutoCpuLimit(request: RenderRequest): boolean {
  if (isLimitedByQuota(request, 'cpu')) return true;
  const selector = request.configuration.autoCPULimitNamespaceLabelSelector;
  if (selector === null || selector === undefined || hasOwnLimit(request, 'cpu')) return false;
  return matchesSelector(request.namespaceLabels, selector);
}

/**
 * Works out a memory limit for a VMI that has none, where a quota limits memory. It multiplies the request with the
 * overhead in it (WithAutoMemoryLimits), by a float as KubeVirt does.
 */
export function addAutoMemoryLimit(draft: ComputeDraft, request: RenderRequest): void {
  if (!isLimitedByQuota(request, 'memory')) return;
  const requestBytes = int64Value(amountOf(draft.requests, 'memory'));
  const limitBytes = truncateToInt64(Number(requestBytes) * memoryRatio(request.namespaceLabels));
  draft.calculatedLimits.set('memory', Quantity.of(limitBytes));
}

function isLimitedByQuota(request: RenderRequest, resource: 'cpu' | 'memory'): boolean {
  if (!isGateOn('AutoResourceLimitsGate', request.release, request.configuration)) return false;
  if (hasOwnLimit(request, resource)) return false;
  return request.quotas.some((quota) => quota.spec?.hard.has(`limits.${resource}`) === true);
}

function hasOwnLimit({ vmi }: RenderRequest, resource: string): boolean {
  return vmi.spec.domain.resources.limits.has(resource);
}

function memoryRatio(namespaceLabels: ReadonlyMap<string, string>): number {
  const ratio = parseGoFloat(namespaceLabels.get(MEMORY_RATIO_LABEL) ?? '');
  return ratio === undefined || ratio < 1 ? DEFAULT_MEMORY_RATIO : ratio;
}
