import { type Json, merged, objectAt } from '../../builders/json.ts';
import { DEFAULT_QUOTA, defaultQuota, managedNamespace } from '../../builders/namespace.ts';
import { launcher } from '../../builders/pod.ts';
import { sizedVmi } from '../../builders/virtual-machine.ts';
import type { ClusterClient, Stored } from './cluster.ts';
import { createWithStatus, KUBEVIRT_NAMESPACE } from './fixtures.ts';
import { type Situation, situationOf, untilPodsCanBe } from './situation.ts';

const AT_A_TIME = 16;
const IMAGE = 'registry.suse.com/suse/sles/15.7/virt-launcher:1.6.3-150700.3.13.1';

export interface NamespaceDraft {
  readonly name: string;
  readonly limits: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A namespace with limits set on Rancher's page, and the default quota that Rancher makes of them. */
export async function createNamespace(cluster: ClusterClient, draft: NamespaceDraft): Promise<Situation> {
  const { name, limits, annotations = {} } = draft;
  await cluster.created(managedNamespace(limits, { metadata: { name, annotations } }));
  await untilPodsCanBe(cluster, name);
  await cluster.created(defaultQuota(limits, { metadata: { namespace: name } }));
  return situationOf(cluster, name, DEFAULT_QUOTA);
}

export interface VmDraft {
  readonly namespace: string;
  readonly name: string;
  readonly cpu?: number;
  readonly memoryMi?: number;
  readonly node?: string;
}

/** A VM that runs: its VMI, and the launcher pod that KubeVirt makes of it by the configuration at hand. */
export async function startVm(cluster: ClusterClient, draft: VmDraft): Promise<Stored> {
  return startVmUnder(cluster, await kubeVirtOf(cluster), draft);
}

/** Many at once, several at a time. */
export async function startVms(cluster: ClusterClient, drafts: readonly VmDraft[]): Promise<readonly Stored[]> {
  const kubeVirt = await kubeVirtOf(cluster);
  const waiting = drafts.entries();
  const started: Stored[] = [];
  const work = async (): Promise<void> => {
    for (const [index, draft] of waiting) started[index] = await startVmUnder(cluster, kubeVirt, draft);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return started;
}

async function startVmUnder(cluster: ClusterClient, kubeVirt: Stored, draft: VmDraft): Promise<Stored> {
  const { namespace, name, cpu = 2, memoryMi = 4096, node = 'harv1' } = draft;
  const changes = { metadata: { namespace, uid: undefined }, status: { nodeName: node } };
  const vmi = await cluster.created(sizedVmi(name, { cpu, memoryMi }, changes));
  const pod = merged(renderedPod(kubeVirt, vmi), { spec: { nodeName: node } });
  await createWithStatus(cluster, { ...pod, status: { phase: 'Running' } });
  return vmi;
}

function kubeVirtOf(cluster: ClusterClient): Promise<Stored> {
  return cluster.get({ kind: 'KubeVirt', name: 'kubevirt', namespace: KUBEVIRT_NAMESPACE });
}

/** The pod that KubeVirt asks the API server for. */
export async function launcherPod(cluster: ClusterClient, vmi: Stored, changes: Json = {}): Promise<Json> {
  return merged(renderedPod(await kubeVirtOf(cluster), vmi), changes);
}

function renderedPod(kubeVirt: Stored, vmi: Stored): Json {
  const { name, namespace, uid } = vmi.metadata;
  const rendered = launcher(vmi as unknown as Json, kubeVirt as unknown as Json);
  const { containers = [], initContainers = [] } = objectAt(rendered, 'spec') as { [list: string]: readonly Json[] };
  const withImage = (container: Json): Json => ({ ...container, image: IMAGE });
  const owner = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', name, uid };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `virt-launcher-${name}-`,
      namespace,
      labels: { 'kubevirt.io': 'virt-launcher', 'kubevirt.io/created-by': uid, 'vm.kubevirt.io/name': name },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      containers: containers.map(withImage),
      initContainers: initContainers.map(withImage),
    },
  };
}

/** The target pod of a migration. */
export function targetPod(cluster: ClusterClient, vmi: Stored, migrationUid: string): Promise<Json> {
  return launcherPod(cluster, vmi, { metadata: { labels: { 'kubevirt.io/migrationJobUID': migrationUid } } });
}

/** A migration as somebody asks for it. */
export function migrationOf(vmiName: string, namespace: string, changes: Json = {}): Json {
  const object = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstanceMigration',
    metadata: { generateName: `${vmiName}-`, namespace },
    spec: { vmiName },
  };
  return merged(object, changes);
}

/** What virt-controller writes on a migration. */
export function setPhase(cluster: ClusterClient, migration: Stored, phase: string): Promise<Stored> {
  const { name, namespace = '' } = migration.metadata;
  const reference = { kind: 'VirtualMachineInstanceMigration', name, namespace };
  return cluster.patch(reference, { status: { phase } }, { subresource: 'status' });
}
