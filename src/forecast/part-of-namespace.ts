import { storedScaleUps } from '../harvester/quota-annotations.ts';
import { hasHotpluggedVolumes } from '../kubevirt/attachment-pod.ts';
import { isFinal } from '../kubevirt/migration-state.ts';
import type { ResourceQuota } from '../objects/kubernetes.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';

/**
 * The VMIs that a forecast for `asked` needs besides the quotas: they and those whose migrations are under way, which lend
 * each other room and compete for it.
 */
export function vmisInvolved(
  asked: readonly string[],
  migrations: readonly VirtualMachineInstanceMigration[],
): readonly string[] {
  const underWay = migrations.filter(isUnderWay).map(({ spec }) => spec.vmiName);
  return [...new Set([...asked, ...underWay])];
}

/** Whether a migration has neither succeeded nor failed. */
export function isUnderWay(migration: Pick<VirtualMachineInstanceMigration, 'status'>): boolean {
  return !isFinal(migration);
}

/**
 * Whether every scale-up on the quotas belongs to one of `vmis`. One of another VM is either leaked, and stays, or of a
 * migration that has just ended, and goes: which of the two only the other VMs tell.
 */
export function areScaleUpsOf(vmis: readonly VirtualMachineInstance[], quotas: readonly ResourceQuota[]): boolean {
  const known = new Set(vmis.flatMap(({ metadata }) => [metadata.uid ?? '', metadata.name]));
  return quotas.every((quota) => {
    const stored = storedScaleUps(quota);
    return stored.kind === 'read' && stored.scaleUps.every(({ vm }) => known.has('uid' in vm ? vm.uid : vm.name));
  });
}

/** Whether one of `vmis` has attachment pods, which quotas count beside its launcher. */
export function haveAttachments(vmis: readonly VirtualMachineInstance[]): boolean {
  return vmis.some(hasHotpluggedVolumes);
}
