import type { ZodType } from 'zod';
import { settingShape } from '../objects/harvester.ts';
import { limitRangeShape, namespaceShape, nodeShape, podShape, resourceQuotaShape } from '../objects/kubernetes.ts';
import { kubeVirtShape, migrationShape, virtualMachineShape } from '../objects/kubevirt.ts';
import type { Metadata } from '../objects/metadata.ts';
import { virtualMachineInstanceShape } from '../objects/virtual-machine-instance.ts';

/** kubectl's own: what an object of a namespaced kind without a namespace is created in. */
export const DEFAULT_NAMESPACE = 'default';

/** One kind that headroom reads. The group tells Kubernetes' ResourceQuota from Harvester's, which is another thing. */
export interface ObjectKind<T extends { readonly metadata: Metadata }> {
  readonly kind: string;
  readonly group: '' | 'kubevirt.io' | 'harvesterhci.io';
  /** As the API's paths have it. */
  readonly plural: string;
  readonly scope: 'cluster' | 'namespace';
  readonly shape: ZodType<T>;
}

function kindOf<T extends { readonly metadata: Metadata }>(
  group: ObjectKind<T>['group'],
  kind: string,
  scope: ObjectKind<T>['scope'],
  shape: ZodType<T>,
): ObjectKind<T> {
  return { group, kind, plural: `${kind.toLowerCase()}s`, scope, shape };
}

/** Every kind read; the keys are those of ClusterObjects and NamespaceObjects. */
export const OBJECT_KINDS = {
  kubeVirts: kindOf('kubevirt.io', 'KubeVirt', 'namespace', kubeVirtShape),
  settings: kindOf('harvesterhci.io', 'Setting', 'cluster', settingShape),
  nodes: kindOf('', 'Node', 'cluster', nodeShape),
  namespaces: kindOf('', 'Namespace', 'cluster', namespaceShape),
  quotas: kindOf('', 'ResourceQuota', 'namespace', resourceQuotaShape),
  limitRanges: kindOf('', 'LimitRange', 'namespace', limitRangeShape),
  pods: kindOf('', 'Pod', 'namespace', podShape),
  virtualMachines: kindOf('kubevirt.io', 'VirtualMachine', 'namespace', virtualMachineShape),
  virtualMachineInstances: kindOf('kubevirt.io', 'VirtualMachineInstance', 'namespace', virtualMachineInstanceShape),
  migrations: kindOf('kubevirt.io', 'VirtualMachineInstanceMigration', 'namespace', migrationShape),
};

/** Where the API server has the kinds of a group, at the version whose shape is read. */
export const GROUP_PATHS: Readonly<Record<ObjectKind<never>['group'], string>> = {
  '': '/api/v1',
  'kubevirt.io': '/apis/kubevirt.io/v1',
  'harvesterhci.io': '/apis/harvesterhci.io/v1beta1',
};

export function apiVersionOf(group: ObjectKind<never>['group']): string {
  return GROUP_PATHS[group].replace(/^\/apis?\//, '');
}

/** The group of `kubevirt.io/v1`; the core group, of `v1`, is empty. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
