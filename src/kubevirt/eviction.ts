import type { KubeVirtConfiguration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';

/**
 * Why a drain leaves a VMI where it is; undefined for one that KubeVirt migrates away (1.1 to 1.9: evacuation.go
 * filterRunningNonMigratingVMIs, migrations.go VMIMigratableOnEviction). Where neither the VMI nor the KubeVirt CR names
 * a strategy, one that migrates is assumed: Harvester gives it to every VM.
 */
export function whyNotEvacuated(
  { spec, status }: VirtualMachineInstance,
  configuration: KubeVirtConfiguration,
): string | undefined {
  const strategy = spec.evictionStrategy || configuration.evictionStrategy || 'LiveMigrateIfPossible';
  if (!strategy.startsWith('LiveMigrate')) return `its eviction strategy is ${strategy}`;
  const condition = status?.conditions?.find(({ type }) => type === 'LiveMigratable');
  if (condition === undefined || condition.status === 'True') return undefined;
  const why = [condition.reason, condition.message].filter((part) => part).join(': ');
  return `it is not live-migratable${why === '' ? '' : ` (${why})`}`;
}
