import { describe, expect, test } from '@jest/globals';
import { readObjects } from '../../src/cluster/kubernetes-objects.ts';
import { openText, pod, podNames, withFiles } from './open-text.ts';

const object = (apiVersion: string, kind: string, rest: object = {}) =>
  JSON.stringify({ apiVersion, kind, metadata: { name: 'x', namespace: 'team' }, spec: {}, ...rest });

describe('which objects are read', () => {
  test.each<{ apiVersion: string; kind: string; rest?: object; found: string }>([
    { apiVersion: 'v1', kind: 'Namespace', rest: { metadata: { name: 'team' } }, found: 'namespaces' },
    { apiVersion: 'v1', kind: 'ResourceQuota', found: 'quotas' },
    { apiVersion: 'v1', kind: 'LimitRange', found: 'limitRanges' },
    { apiVersion: 'v1', kind: 'Pod', found: 'pods' },
    { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', found: 'virtualMachines' },
    { apiVersion: 'kubevirt.io/v1alpha3', kind: 'VirtualMachine', found: 'virtualMachines' },
    {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachineInstance',
      rest: { spec: { domain: {} } },
      found: 'virtualMachineInstances',
    },
    {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachineInstanceMigration',
      rest: { spec: { vmiName: 'x' } },
      found: 'migrations',
    },
    { apiVersion: 'v1', kind: 'Node', found: 'nodes' },
    { apiVersion: 'harvesterhci.io/v1beta1', kind: 'Setting', found: 'settings' },
    { apiVersion: 'kubevirt.io/v1', kind: 'KubeVirt', found: 'kubeVirts' },
    { apiVersion: 'harvesterhci.io/v1beta1', kind: 'ResourceQuota', found: 'nothing' },
    { apiVersion: 'longhorn.io/v1beta2', kind: 'Setting', found: 'nothing' },
    { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'Pod', found: 'nothing' },
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', found: 'nothing' },
    { apiVersion: 'example.io/v1', kind: 'AllowList', found: 'nothing' },
  ])('$apiVersion $kind is found among $found', async ({ apiVersion, kind, rest, found }) => {
    const cluster = await openText(object(apiVersion, kind, rest));
    const { name, ...kinds } = await cluster.namespaceObjects('team');
    const filled = Object.entries({ ...kinds, ...(await cluster.clusterObjects()) }).filter(
      ([, read]) => read.items.length > 0,
    );
    expect(filled.map(([key]) => key)).toEqual(found === 'nothing' ? [] : [found]);
    expect(Object.values(kinds).flatMap((read) => read.problems)).toEqual([]);
  });
});

describe('objects of the same name', () => {
  test('a later file replaces them', async () => {
    const cluster = await openText(
      JSON.stringify(pod('a', 'team')),
      JSON.stringify({ ...pod('a', 'team'), status: { phase: 'Failed' } }),
    );
    const { pods } = await cluster.namespaceObjects('team');
    expect(pods.items.map((item) => item.status?.phase)).toEqual(['Failed']);
  });

  test('in other namespaces and of other kinds are left alone', async () => {
    const cluster = await openText(
      [pod('a', 'team'), pod('a', 'other')].map((item) => JSON.stringify(item)).join('\n'),
      object('v1', 'LimitRange', { metadata: { name: 'a', namespace: 'team' } }),
    );
    expect(await cluster.namespaceNames()).toEqual(['other', 'team']);
    const namespace = await cluster.namespaceObjects('team');
    expect(podNames(namespace)).toEqual(['a']);
    expect(namespace.limitRanges.items).toHaveLength(1);
  });

  test('one that can be read replaces one that cannot, and the other way round', async () => {
    const [good, bad] = [
      JSON.stringify(pod('a', 'team')),
      object('v1', 'Pod', { metadata: { name: 'a', namespace: 'team' }, spec: 1 }),
    ];
    const healed = await (await openText(bad, good)).namespaceObjects('team');
    expect([healed.pods.items.length, healed.pods.problems.length]).toEqual([1, 0]);
    const broken = await (await openText(good, bad)).namespaceObjects('team');
    expect([broken.pods.items.length, broken.pods.problems.length]).toEqual([0, 1]);
  });

  test('objects that are still to be named by generateName do not replace each other', async () => {
    const unnamed = object('kubevirt.io/v1', 'VirtualMachineInstanceMigration', {
      metadata: { generateName: 'vm1-', namespace: 'team' },
      spec: { vmiName: 'vm1' },
    });
    const { migrations } = await (await openText(`${unnamed}\n${unnamed}`)).namespaceObjects('team');
    expect(migrations.items.map((item) => item.metadata.generateName)).toEqual(['vm1-', 'vm1-']);
  });
});

test('an object without a namespace is in "default", as kubectl would create it', async () => {
  const cluster = await openText(`${JSON.stringify(pod('a'))}\n${JSON.stringify(pod('b', ''))}`);
  const { pods } = await cluster.namespaceObjects('default');
  expect(pods.items.map((item) => item.metadata.namespace)).toEqual(['default', 'default']);
});

test('a namespace that nothing is known of holds nothing', async () => {
  const namespace = await (await openText(JSON.stringify(pod('a', 'team')))).namespaceObjects('elsewhere');
  expect(namespace.name).toBe('elsewhere');
  expect([namespace.namespaces, namespace.pods]).toEqual([
    { items: [], problems: [] },
    { items: [], problems: [] },
  ]);
});

describe('an object that is not understood is a problem, never dropped', () => {
  test.each<{ title: string; line: string; problem: object }>([
    {
      title: 'a quota whose use is no quantity',
      line: object('v1', 'ResourceQuota', { status: { used: { 'limits.memory': '1GB' } } }),
      problem: {
        kind: 'ResourceQuota',
        namespace: 'team',
        name: 'x',
        message: 'status.used.limits.memory: expected a Kubernetes quantity such as 5000Mi, 1500m or 1e3, got "1GB"',
      },
    },
    {
      title: 'a quota whose limit is a truth value',
      line: object('v1', 'ResourceQuota', { spec: { hard: { pods: true } } }),
      problem: {
        kind: 'ResourceQuota',
        namespace: 'team',
        name: 'x',
        message: 'spec.hard.pods: expected a Kubernetes quantity, got true',
      },
    },
    {
      title: 'a quota whose limit is a list that nests deeper than it could be printed',
      line: object('v1', 'ResourceQuota', { spec: { hard: { pods: 'deep' } } }).replace(
        '"deep"',
        `${'['.repeat(9000)}${']'.repeat(9000)}`,
      ),
      problem: {
        kind: 'ResourceQuota',
        namespace: 'team',
        name: 'x',
        message: 'spec.hard.pods: expected a Kubernetes quantity, got a list',
      },
    },
    {
      title: 'a quota whose limit is an object',
      line: object('v1', 'ResourceQuota', { spec: { hard: { pods: { toString: 1 } } } }),
      problem: {
        kind: 'ResourceQuota',
        namespace: 'team',
        name: 'x',
        message: 'spec.hard.pods: expected a Kubernetes quantity, got an object',
      },
    },
    {
      title: 'a negative amount',
      line: object('v1', 'ResourceQuota', { spec: { hard: { pods: '-1' } } }),
      problem: {
        kind: 'ResourceQuota',
        namespace: 'team',
        name: 'x',
        message: 'spec.hard.pods: expected an amount from 0 to below 2^63-1, got -1',
      },
    },
    {
      title: 'a migration that names no VM',
      line: object('kubevirt.io/v1', 'VirtualMachineInstanceMigration'),
      problem: {
        kind: 'VirtualMachineInstanceMigration',
        namespace: 'team',
        name: 'x',
        message: 'spec.vmiName: expected string, received undefined',
      },
    },
    {
      title: 'a pod without metadata',
      line: object('v1', 'Pod', { metadata: null }),
      problem: { kind: 'Pod', namespace: 'default', name: '', message: 'metadata: expected object, received null' },
    },
    {
      title: 'a pod whose name is a number',
      line: object('v1', 'Pod', { metadata: { name: 7, namespace: 'team' } }),
      problem: { kind: 'Pod', namespace: 'team', name: '', message: 'metadata.name: expected string, received number' },
    },
    {
      title: 'many faults in one object are cut short',
      line: object('v1', 'Pod', {
        spec: { nodeName: 1, priorityClassName: 2, activeDeadlineSeconds: '3', containers: 4, overhead: 5 },
      }),
      problem: { message: expect.stringMatching(/^spec\.[^;]*; spec\.[^;]*; spec\.[^;]* \(and 2 more\)$/) },
    },
  ])('$title', async ({ line, problem }) => {
    const { name, ...kinds } = await (await openText(line)).namespaceObjects(
      line.includes('null') ? 'default' : 'team',
    );
    expect(Object.values(kinds).flatMap((read) => [...read.items, ...read.problems])).toEqual([
      expect.objectContaining(problem),
    ]);
  });

  test('a setting, which is in no namespace', async () => {
    const cluster = await openText(
      object('harvesterhci.io/v1beta1', 'Setting', { metadata: { name: 'server-version' }, value: 1.7 }),
    );
    expect((await cluster.clusterObjects()).settings).toEqual({
      items: [],
      problems: [
        {
          kind: 'Setting',
          namespace: undefined,
          name: 'server-version',
          message: 'value: expected string, received number',
        },
      ],
    });
  });

  test('a Namespace that is not understood is the problem of that namespace', async () => {
    const cluster = await openText(object('v1', 'Namespace', { metadata: { name: 'team', labels: [] } }));
    const { namespaces } = await cluster.namespaceObjects('team');
    expect(namespaces.problems.map(({ name, message }) => `${name} ${message}`)).toEqual([
      'team metadata.labels: expected record, received array',
    ]);
  });
});

test('objects are handed on in the order of the file, those in lists too', async () => {
  const list = (...names: string[]) => ({
    apiVersion: 'v1',
    kind: 'PodList',
    items: names.map((name) => ({ metadata: { name } })),
  });
  const content = [pod('a'), list('b', 'c'), { apiVersion: 'v1', kind: 'List', items: [list('d'), pod('e')] }];
  await withFiles([content.map((item) => JSON.stringify(item)).join('\n')], async ([file = '']) => {
    const seen: unknown[] = [];
    await readObjects(file, ({ kind, metadata }) => seen.push([kind, (metadata as { name: string }).name]));
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => ['Pod', name]));
  });
});
