import type { Reference } from './cluster.ts';

/** Where each kind is found: API, plural, and whether it is in a namespace. */
const KINDS: ReadonlyMap<string, readonly [api: string, plural: string, scope: 'cluster' | 'namespace']> = new Map([
  ['Namespace', ['/api/v1', 'namespaces', 'cluster']],
  ['Node', ['/api/v1', 'nodes', 'cluster']],
  ['Pod', ['/api/v1', 'pods', 'namespace']],
  ['ResourceQuota', ['/api/v1', 'resourcequotas', 'namespace']],
  ['LimitRange', ['/api/v1', 'limitranges', 'namespace']],
  ['Secret', ['/api/v1', 'secrets', 'namespace']],
  ['Event', ['/api/v1', 'events', 'namespace']],
  ['ConfigMap', ['/api/v1', 'configmaps', 'namespace']],
  ['ServiceAccount', ['/api/v1', 'serviceaccounts', 'namespace']],
  ['Service', ['/api/v1', 'services', 'namespace']],
  ['Deployment', ['/apis/apps/v1', 'deployments', 'namespace']],
  ['Role', ['/apis/rbac.authorization.k8s.io/v1', 'roles', 'namespace']],
  ['RoleBinding', ['/apis/rbac.authorization.k8s.io/v1', 'rolebindings', 'namespace']],
  ['ClusterRole', ['/apis/rbac.authorization.k8s.io/v1', 'clusterroles', 'cluster']],
  ['ClusterRoleBinding', ['/apis/rbac.authorization.k8s.io/v1', 'clusterrolebindings', 'cluster']],
  ['CustomResourceDefinition', ['/apis/apiextensions.k8s.io/v1', 'customresourcedefinitions', 'cluster']],
  [
    'ValidatingWebhookConfiguration',
    ['/apis/admissionregistration.k8s.io/v1', 'validatingwebhookconfigurations', 'cluster'],
  ],
  [
    'MutatingWebhookConfiguration',
    ['/apis/admissionregistration.k8s.io/v1', 'mutatingwebhookconfigurations', 'cluster'],
  ],
  ['KubeVirt', ['/apis/kubevirt.io/v1', 'kubevirts', 'namespace']],
  ['VirtualMachine', ['/apis/kubevirt.io/v1', 'virtualmachines', 'namespace']],
  ['VirtualMachineInstance', ['/apis/kubevirt.io/v1', 'virtualmachineinstances', 'namespace']],
  ['VirtualMachineInstanceMigration', ['/apis/kubevirt.io/v1', 'virtualmachineinstancemigrations', 'namespace']],
  ['Setting', ['/apis/harvesterhci.io/v1beta1', 'settings', 'cluster']],
]);

/** Of an object, or of the collection where the name is empty; without a namespace, that of all of them. */
export function pathOf({ kind, name, namespace }: Reference): string {
  const found = KINDS.get(kind);
  if (found === undefined) throw new Error(`kinds.ts does not know ${kind}`);
  const [api, plural, scope] = found;
  const collection =
    scope === 'cluster' || namespace === undefined ? `${api}/${plural}` : `${api}/namespaces/${namespace}/${plural}`;
  return name === '' ? collection : `${collection}/${name}`;
}
