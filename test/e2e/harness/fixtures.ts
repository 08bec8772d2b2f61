import { parseAllDocuments } from 'yaml';
import type { Json } from '../../builders/json.ts';
import { loadObserved } from '../../observed/load-observed.ts';
import type { ClusterClient, Stored } from './cluster.ts';
import { customResourceDefinitions } from './crds.ts';
import { eventually } from './eventually.ts';

export const KUBEVIRT_NAMESPACE = 'harvester-system';
export const KUBEVIRT_CONTROLLER = `system:serviceaccount:${KUBEVIRT_NAMESPACE}:kubevirt-controller`;

const NODES = ['harv1', 'harv2', 'harv3'];
const KUBEVIRT = { kind: 'KubeVirt', name: 'kubevirt', namespace: KUBEVIRT_NAMESPACE };
const RATIO_SETTING = { kind: 'Setting', name: 'additional-guest-memory-overhead-ratio' };

/** Objects of one observed step, as the API server gave them then. */
export function observedObjects(step: string): readonly Stored[] {
  return parseAllDocuments(loadObserved(step)).map((document) => document.toJS() as Stored);
}

/** What only a server writes, and a new object must not have. */
function asNew(object: Json): Json {
  const { resourceVersion, uid, creationTimestamp, generation, managedFields, ...metadata } = object.metadata as Json;
  return { ...object, metadata };
}

/** What is the same for every suite: a cluster with Harvester 1.7 and KubeVirt in it. */
export async function prepareCluster(cluster: ClusterClient): Promise<void> {
  for (const definition of customResourceDefinitions) await cluster.created(definition);
  await cluster.created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: KUBEVIRT_NAMESPACE } });
  for (const object of kubeVirtRights()) await cluster.created(object);
  await Promise.all(NODES.map((name, index) => createNode(cluster, name, index + 1)));
  const objects = observedObjects('test1-step1-vm-running');
  for (const object of objects.filter(({ kind }) => kind === 'KubeVirt' || kind === 'Setting')) {
    // A definition is served a moment after it is stored.
    await eventually(`${object.kind} is served`, () => createWithStatus(cluster, object));
  }
}

/** Creates a copy of an object with the status that it has. */
export async function createWithStatus(cluster: ClusterClient, object: Json): Promise<Stored> {
  const stored = await cluster.created(asNew(object));
  const { status } = object;
  if (status === undefined || object.kind === 'VirtualMachineInstance') return stored;
  const { name, namespace } = stored.metadata;
  const reference = { kind: stored.kind, name, ...(namespace !== undefined && { namespace }) };
  return cluster.patch(reference, { status }, { subresource: 'status' });
}

/** KubeVirt's own controller may do what it does here: create migrations and launcher pods. */
function kubeVirtRights(): readonly Json[] {
  const name = 'kubevirt-controller';
  const apiGroup = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: KUBEVIRT_NAMESPACE } },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [{ apiGroups: ['', 'kubevirt.io'], resources: ['*'], verbs: ['*'] }],
    },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: KUBEVIRT_NAMESPACE }],
    },
  ];
}

async function createNode(cluster: ClusterClient, name: string, index: number): Promise<void> {
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/os': 'linux',
    'kubevirt.io/schedulable': 'true',
    'topology.kubernetes.io/zone': `zone${index}`,
  };
  const capacity = { cpu: '64', memory: '512Gi', pods: '500', 'devices.kubevirt.io/kvm': '1k' };
  const nodeInfo = {
    machineID: name,
    systemUUID: name,
    bootID: name,
    kernelVersion: '6.4.0',
    osImage: 'Harvester v1.7.0',
    containerRuntimeVersion: 'containerd://2.0.5',
    kubeletVersion: 'v1.34.2+rke2r1',
    kubeProxyVersion: 'v1.34.2+rke2r1',
    operatingSystem: 'linux',
    architecture: 'amd64',
  };
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }];
  await createWithStatus(cluster, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    status: { capacity, allocatable: capacity, nodeInfo, conditions },
  });
}

/** What Harvester does when somebody changes its setting: KubeVirt's CR gets the same ratio. */
export async function setRatio(cluster: ClusterClient, ratio: string): Promise<void> {
  await cluster.patch(RATIO_SETTING, { value: ratio });
  const configuration = { additionalGuestMemoryOverheadRatio: ratio };
  await cluster.patch(KUBEVIRT, { spec: { configuration } });
}
