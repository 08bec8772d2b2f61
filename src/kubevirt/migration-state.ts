import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';

const FINAL_PHASES: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

/** A migration that has ended: Harvester takes its scale-up back at once. */
export function isFinal(migration: Pick<VirtualMachineInstanceMigration, 'status'>): boolean {
  return FINAL_PHASES.has(migration.status?.phase ?? '');
}

/** A VM that has ended: nothing of it can be migrated. */
export function isFinalVmi(vmi: Pick<VirtualMachineInstance, 'status'>): boolean {
  return FINAL_PHASES.has(vmi.status?.phase ?? '');
}

/** Whether somebody has asked for the migration to be given up; Harvester then scales nothing up for it any more. */
export function isAbortRequested(migration: Pick<VirtualMachineInstanceMigration, 'status'>): boolean {
  return hasCondition(migration, 'migrationAbortRequested');
}

/** Whether virt-controller has met `exceeded quota` while creating the target pod and has not got past it since. */
export function isRejectedByQuota(migration: Pick<VirtualMachineInstanceMigration, 'status'>): boolean {
  return hasCondition(migration, 'migrationRejectedByResourceQuota');
}

function hasCondition({ status }: Pick<VirtualMachineInstanceMigration, 'status'>, type: string): boolean {
  return (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');
}
