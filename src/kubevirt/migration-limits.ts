import type { KubeVirtConfiguration } from '../objects/kubevirt.ts';

/** How many migrations KubeVirt lets run at a time. */
export interface MigrationLimits {
  readonly perCluster: number;
  /** Out of one node. */
  readonly perNode: number;
}

/**
 * The limits of the KubeVirt CR, or KubeVirt's own (1.1 to 1.9: virt-config.go ParallelMigrationsPerClusterDefault and
 * ParallelOutboundMigrationsPerNodeDefault). A migration takes a place from the moment its target pod exists until it has
 * ended; one that waits in Pending for its quota takes none (migration.go findRunningMigrations).
 */
export function migrationLimits({ migrations }: KubeVirtConfiguration): MigrationLimits {
  return {
    perCluster: migrations?.parallelMigrationsPerCluster ?? 5,
    perNode: migrations?.parallelOutboundMigrationsPerNode ?? 2,
  };
}
