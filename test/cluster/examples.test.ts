import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { snapshotLines } from '../../bench/make-snapshot.ts';
import { openSnapshot } from '../../src/cluster/snapshot.ts';
import type { NamespaceObjects, ObjectsOfKind } from '../../src/forecast/cluster-objects.ts';
import type { Pod } from '../../src/objects/kubernetes.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { everythingIn, openText } from './open-text.ts';

const examplePath = (name: string) => fileURLToPath(new URL(`../../examples/${name}.yaml`, import.meta.url));

/** What the quota counts of the pods that have not ended: their containers and the restartable init container. */
function limitsOf(pods: readonly Pod[], resource: string): Quantity {
  const running = pods.filter((pod) => pod.status?.phase === 'Running');
  const containers = running.flatMap(({ spec }) => [...(spec.containers ?? []), ...(spec.initContainers ?? [])]);
  return Quantity.sum(containers.map((container) => container.resources.limits.get(resource) ?? Quantity.zero));
}

function problemsIn(kinds: object): unknown[] {
  return Object.values(kinds).flatMap((read) =>
    typeof read === 'string' ? [] : (read as ObjectsOfKind<unknown>).problems,
  );
}

function expectUseToBeThePods({ quotas, pods }: NamespaceObjects): void {
  for (const resource of ['limits.cpu', 'limits.memory']) {
    const used = quotas.items[0]?.status?.used?.get(resource);
    expect(used?.value()).toBe(limitsOf(pods.items, resource.replace('limits.', '')).value());
  }
}

describe('the example clusters', () => {
  test.each([
    { example: 'quota-test', ratio: '1.5', used: '4797464313', hard: '5000Mi', status: 'Running' },
    { example: 'quota-test-ratio-4.5', ratio: '4.5', used: '4797464313', hard: '5000Mi', status: 'Running' },
    { example: 'quota-test-after-migration', ratio: '4.5', used: '5682461313', hard: '5000Mi', status: 'Running' },
    { example: 'quota-test-stopped', ratio: '4.5', used: '0', hard: '5000Mi', status: 'Stopped' },
    { example: 'quota-test-6000Mi', ratio: '4.5', used: '5682461313', hard: '6000Mi', status: 'Running' },
  ])('$example: at ratio $ratio the VM uses $used of $hard', async ({ example, ratio, used, hard, status }) => {
    const cluster = await openSnapshot([examplePath(example)]);
    const { settings, kubeVirts } = await cluster.clusterObjects();
    const namespace = await cluster.namespaceObjects('quota-test');
    const quota = namespace.quotas.items[0]?.status;
    expect(settings.items.map((setting) => setting.value)).toEqual([ratio, '', 'v1.7.0']);
    expect(kubeVirts.items.map((kubeVirt) => kubeVirt.spec?.configuration.additionalGuestMemoryOverheadRatio)).toEqual([
      ratio,
    ]);
    expect([quota?.used?.get('limits.memory')?.toString(), quota?.hard?.get('limits.memory')?.toString()]).toEqual([
      used,
      hard,
    ]);
    expect(namespace.virtualMachines.items.map((vm) => vm.status?.printableStatus)).toEqual([status]);
    expect(problemsIn(namespace)).toEqual([]);
    expectUseToBeThePods(namespace);
  });

  test.each([
    'quota-test',
    'quota-test-ratio-4.5',
    'quota-test-after-migration',
    'quota-test-stopped',
    'quota-test-6000Mi',
  ])('%s says at its top what it is, and holds no managed fields and no user data', async (example) => {
    const content = await readFile(examplePath(example), 'utf8');
    expect(content).toMatch(/^# /);
    expect(content).not.toMatch(/managedFields|userData:|userDataBase64/);
  });
});

describe('the snapshot that speed is measured on', () => {
  const size = { virtualMachines: 10, namespaces: 4 };
  const lines = [...snapshotLines(size)];

  test('is a cluster of running VMs whose quotas count their pods', async () => {
    const { cluster, namespaces } = await everythingIn(await openText(lines.join('\n')));
    const teams = namespaces.filter(({ name }) => name.startsWith('team-'));
    expect(teams.map(({ virtualMachineInstances }) => virtualMachineInstances.items.length)).toEqual([3, 3, 2, 2]);
    expect([cluster, ...namespaces].flatMap(problemsIn)).toEqual([]);
    teams.forEach(expectUseToBeThePods);
  });

  test('gives no two objects of a kind the same uid', async () => {
    const { namespaces } = await everythingIn(await openText(lines.join('\n')));
    for (const kind of ['pods', 'virtualMachines', 'virtualMachineInstances'] as const) {
      const uids = namespaces.flatMap((namespace) => namespace[kind].items.map((item) => item.metadata.uid));
      expect(new Set(uids).size).toBe(size.virtualMachines);
    }
  });

  test('is the same at every run and holds objects as large as stored ones', () => {
    expect([...snapshotLines(size)]).toEqual(lines);
    const bytes = lines
      .filter((line) => /"kind":"(VirtualMachine|VirtualMachineInstance|Pod)","metadata"/.test(line))
      .join('').length;
    expect(bytes / size.virtualMachines).toBeGreaterThan(20_000);
  });
});
