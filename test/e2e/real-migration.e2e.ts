import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { objectAt } from '../builders/json.ts';
import { type ClusterClient, runFolder, type Stored } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { createNamespace } from './harness/kubevirt.ts';
import { type KubeVirtCluster, startKubeVirt } from './harness/kubevirt-cluster.ts';
import { migrationAsStored, vmiAsStored } from './harness/virt-api.ts';

const REJECTED = 'migrationRejectedByResourceQuota';
const WITHIN = { withinSeconds: 30 };

/** 2 CPUs and 4Gi, which Harvester requests 125m and 2730Mi for: a pod of 4797464313 bytes at the ratio 1.5. */
const SPEC = {
  domain: {
    devices: { interfaces: [{ name: 'default', masquerade: {} }] },
    memory: { guest: '4Gi' },
    resources: { limits: { cpu: '2', memory: '4Gi' }, requests: { cpu: '125m', memory: '2730Mi' } },
  },
  networks: [{ name: 'default', pod: {} }],
};

let kubeVirt: KubeVirtCluster;
let cluster: ClusterClient;

beforeAll(async () => {
  kubeVirt = await startKubeVirt(`${runFolder()}/real-migration`);
  ({ cluster } = kubeVirt);
}, 120_000);

afterAll(() => kubeVirt?.stop());

async function startVm(namespace: string, name: string): Promise<void> {
  await cluster.created(vmiAsStored({ namespace, name, spec: SPEC }));
  await untilVmi(namespace, name, { phase: 'Running' });
}

function untilVmi(namespace: string, name: string, expected: Stored['status']): Promise<Stored> {
  return untilStatus({ kind: 'VirtualMachineInstance', name, namespace }, expected);
}

function untilStatus(reference: Parameters<ClusterClient['get']>[0], expected: Stored['status']): Promise<Stored> {
  return eventually(
    `${reference.kind} ${reference.name} says ${JSON.stringify(expected)}`,
    async () => {
      const object = await cluster.get(reference);
      expect(object.status).toMatchObject(expected as Record<string, unknown>);
      return object;
    },
    WITHIN,
  );
}

async function migrate(namespace: string, vmi: string) {
  const { metadata } = await cluster.created(migrationAsStored(vmi, namespace));
  const reference = { kind: 'VirtualMachineInstanceMigration', name: metadata.name, namespace };
  return {
    uid: metadata.uid,
    until: (expected: Stored['status']) => untilStatus(reference, expected),
    cancel: () => cluster.remove(reference),
  };
}

/** Launcher pods by what they are to a migration. */
async function podsOf(namespace: string, migrationUid = ''): Promise<Record<'source' | 'target', readonly string[]>> {
  const pods = await cluster.list('Pod', namespace);
  const isTarget = ({ metadata }: Stored) => metadata.labels?.['kubevirt.io/migrationJobUID'] === migrationUid;
  const text = ({ status, spec }: Stored) => {
    const { containers = [], initContainers = [] } = spec as { containers?: Container[]; initContainers?: Container[] };
    const memory = [...containers, ...initContainers].map((each) => objectAt(each, 'resources', 'limits').memory);
    return `${status?.phase} ${memory.join(' + ')}`;
  };
  return { source: pods.filter((pod) => !isTarget(pod)).map(text), target: pods.filter(isTarget).map(text) };
}

type Container = Readonly<Record<string, unknown>>;

describe("KubeVirt's own virt-controller, between the API server's quota admission and nodes that are played", () => {
  test('a VM moves to another node, and its target pod takes the place of the source pod', async () => {
    const namespace = 'real-moves';
    const limits = { 'limits.cpu': '10', 'limits.memory': '20Gi' };
    const { quotaStatus } = await createNamespace(cluster, { name: namespace, limits });
    await startVm(namespace, 'vm1');
    await quotaStatus({ used: { 'limits.cpu': '2015m', 'limits.memory': '4797464313' } });

    kubeVirt.nodes.hold('running', namespace);
    const migration = await migrate(namespace, 'vm1');
    await migration.until({ phase: 'Running' });
    await quotaStatus({ used: { 'limits.cpu': '4030m', 'limits.memory': '9594928626' } });

    kubeVirt.nodes.hold('source', namespace);
    kubeVirt.nodes.release('running', namespace);
    await migration.until({ phase: 'Succeeded' });
    await untilVmi(namespace, 'vm1', { migrationState: { completed: true } });
    const before = await podsOf(namespace, migration.uid);
    kubeVirt.nodes.release('source', namespace);
    await quotaStatus({ used: { 'limits.cpu': '2015m', 'limits.memory': '4797464313' } });

    expect(before).toEqual({ source: ['Running 4737464313 + 60M'], target: ['Running 4737464313 + 60M'] });
    expect(await podsOf(namespace, migration.uid)).toEqual({
      source: ['Succeeded 4737464313 + 60M'],
      target: ['Running 4737464313 + 60M'],
    });
  });

  test('a target pod that exceeds the quota is refused, and its migration pends with the condition until there is room', async () => {
    const namespace = 'real-pends';
    const limits = { 'limits.cpu': '10', 'limits.memory': '6000Mi' };
    const { quota, quotaStatus } = await createNamespace(cluster, { name: namespace, limits });
    await startVm(namespace, 'vm1');

    const migration = await migrate(namespace, 'vm1');
    const condition = { type: REJECTED, status: 'True' };
    const pending = await migration.until({ phase: 'Pending', conditions: [expect.objectContaining(condition)] });
    expect(await podsOf(namespace, migration.uid)).toEqual({ source: ['Running 4737464313 + 60M'], target: [] });

    await cluster.patch(
      { kind: 'ResourceQuota', name: quota, namespace },
      { spec: { hard: { 'limits.memory': '9594928626' } } },
    );
    const { status } = await migration.until({ phase: 'Succeeded' });
    await quotaStatus({ used: { 'limits.memory': '4797464313' } });
    expect(pending.status?.phase).toBe('Pending');
    expect(JSON.stringify(status)).not.toContain(REJECTED);
  });

  test('a migration that is cancelled while it runs gives the room of its target pod back', async () => {
    const namespace = 'real-cancelled';
    const limits = { 'limits.cpu': '10', 'limits.memory': '20Gi' };
    const { quotaStatus } = await createNamespace(cluster, { name: namespace, limits });
    await startVm(namespace, 'vm1');
    kubeVirt.nodes.hold('running', namespace);
    const migration = await migrate(namespace, 'vm1');
    await migration.until({ phase: 'Running' });
    await quotaStatus({ used: { 'limits.memory': '9594928626' } });

    await migration.cancel();
    await quotaStatus({ used: { 'limits.memory': '4797464313' } });

    expect(await podsOf(namespace, migration.uid)).toEqual({
      source: ['Running 4737464313 + 60M'],
      target: ['Succeeded 4737464313 + 60M'],
    });
    await untilVmi(namespace, 'vm1', { phase: 'Running', migrationState: { failed: true } });
  });

  test('a ratio that is raised after the start makes the target pod larger than the source pod', async () => {
    const namespace = 'real-ratio';
    await createNamespace(cluster, { name: namespace, limits: { 'limits.cpu': '10', 'limits.memory': '20Gi' } });
    await startVm(namespace, 'vm1');

    await kubeVirt.setRatio('4.5');
    const migration = await migrate(namespace, 'vm1');
    await migration.until({ phase: 'Succeeded' });
    await kubeVirt.setRatio('1.5');

    expect((await podsOf(namespace, migration.uid)).target).toEqual(['Running 5622461313 + 60M']);
  });
});
