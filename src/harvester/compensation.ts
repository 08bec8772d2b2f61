import type { Namespace, ResourceQuota } from '../objects/kubernetes.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { Quantity } from '../quantity/quantity.ts';
import { LIMITS_MEMORY } from './names.ts';
import { namespaceLimits } from './namespace-quota.ts';
import { skipsScaling } from './quota-annotations.ts';
import type { HarvesterRelease } from './release-table.ts';

/** 128Mi on top of what is missing: it has to cover all that the pod has beyond limit and overhead. */
export const COMPENSATION_MARGIN = Quantity.of(128n * 1024n * 1024n, 'BinarySI');

interface Room {
  /** `status.used` of limits.memory. */
  readonly used: Quantity;
  /** As harvesterMemoryNeed gives it: without sidecars. */
  readonly need: Quantity;
  /** `spec.hard` of limits.memory: with every scale-up and with a compensation that is there already. */
  readonly hard: Quantity;
}

/**
 * The compensation that Harvester writes, in place of any earlier one, for a migration whose pod the quota has refused.
 * Undefined where it finds room enough and writes nothing, although the sidecars may need more
 * (Harvester v1.9.0-rc6 calculator.go CalculateCompensationResourceQuotaWithVMI).
 */
export function compensationAmount({ used, need, hard }: Room): Quantity | undefined {
  const wanted = used.add(need);
  return wanted.exceeds(hard) ? wanted.subtract(hard).add(COMPENSATION_MARGIN) : undefined;
}

interface CompensationFacts {
  readonly release: HarvesterRelease;
  readonly quota: ResourceQuota;
  readonly namespace: Namespace;
  readonly vmi: Pick<VirtualMachineInstance, 'spec'>;
}

/** Whether Harvester reckons a compensation at all: for memory of a VM with a memory limit, in a quota it scales. */
export function compensationApplies({ release, quota, namespace, vmi }: CompensationFacts): boolean {
  if (release.scaling !== 'base-plus-deltas-and-compensation' || skipsScaling(quota)) return false;
  if (isZero(vmi.spec.domain.resources.limits.get('memory')) || isZero(quota.spec?.hard.get(LIMITS_MEMORY)))
    return false;
  const limits = namespaceLimits(namespace);
  return limits.kind === 'read' && !limits.limitsMemory.isZero();
}

function isZero(amount: Quantity | undefined): boolean {
  return amount === undefined || amount.isZero();
}
