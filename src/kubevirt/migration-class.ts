const EVACUATION = 'kubevirt.io/evacuationMigration';
const WORKLOAD_UPDATE = 'kubevirt.io/workloadUpdateMigration';

/** Where KubeVirt runs: as part of Harvester, or installed by itself. */
const DEFAULT_NAMESPACES: readonly string[] = ['harvester-system', 'kubevirt'];
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
const KUBEVIRT_ACCOUNTS: ReadonlySet<string> = new Set([
  'kubevirt-api',
  'kubevirt-controller',
  'kubevirt-exportproxy',
  'kubevirt-handler',
  'kubevirt-operator',
  'kubevirt-synchronization-controller',
]);

export type MigrationClass = 'user' | 'evacuation' | 'workload-update' | 'platform';

export interface MigrationRequester {
  readonly userName: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly kubeVirtNamespaces?: readonly string[];
}

/**
 * Who wants this migration. Only KubeVirt's own service accounts can speak for the platform: their annotations say for
 * which purpose, and the same annotations from anybody else, Harvester's UI included, say nothing.
 */
export function migrationClass({ userName, annotations, kubeVirtNamespaces }: MigrationRequester): MigrationClass {
  const [, namespace = '', account = ''] = SERVICE_ACCOUNT.exec(userName) ?? [];
  if (!KUBEVIRT_ACCOUNTS.has(account) || !(kubeVirtNamespaces ?? DEFAULT_NAMESPACES).includes(namespace)) return 'user';
  if (annotations.has(EVACUATION)) return 'evacuation';
  return annotations.has(WORKLOAD_UPDATE) ? 'workload-update' : 'platform';
}
