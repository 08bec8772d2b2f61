import type { KubeVirtConfiguration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';

/**
 * Why a drain does not migrate a VMI; undefined for one that KubeVirt migrates away (1.1 to 1.9: evacuation.go
 * filterRunningNonMigratingVMIs, migrations.go VMIMigratableOnEviction), and for one without a strategy, which is for its
 * owner to move. Where nobody has said yet whether a VMI is live-migratable, it is taken as one that is.
 */
export function whyNotEvacuated(
  { metadata, spec, status }: VirtualMachineInstance,
  configuration: KubeVirtConfiguration,
): string | undefined {
  if (typeof metadata.deletionTimestamp === 'string') return 'it is being deleted';
  const strategy = spec.evictionStrategy || configuration.evictionStrategy;
  if (strategy && !strategy.startsWith('LiveMigrate')) {
    return `its eviction strategy is ${strategy}, so that a drain stops it`;
  }
  const condition = status?.conditions?.find(({ type }) => type === 'LiveMigratable');
  if (condition === undefined || condition.status === 'True') return undefined;
  const why = [condition.reason, condition.message].filter((part) => part).join(': ');
  return `it is not live-migratable${why === '' ? '' : ` (${why})`}`;
}

/**
 * Whether neither the VMI nor the KubeVirt CR names an eviction strategy. KubeVirt's own default is None (1.1 to 1.9:
 * configuration.go defaultEvictionStrategy): an eviction then ends the VM, unless somebody has migrated it before.
 */
export function hasNoEvictionStrategy({ spec }: VirtualMachineInstance, configuration: KubeVirtConfiguration): boolean {
  return !spec.evictionStrategy && !configuration.evictionStrategy;
}
