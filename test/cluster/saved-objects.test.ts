import { describe, expect, test } from '@jest/globals';
import type { ApiAnswer, ApiCall } from '../../src/cluster/api.ts';
import type { KubernetesObject } from '../../src/cluster/kubernetes-objects.ts';
import type { Progress } from '../../src/cluster/reading-progress.ts';
import { type SavedKind, type SavingOptions, savedObjects } from '../../src/cluster/saved-objects.ts';
import { node } from '../builders/cluster.ts';
import { FakeApiServer } from '../builders/fake-api-server.ts';
import { type Json, nameOf } from '../builders/json.ts';
import { namespace } from '../builders/namespace.ts';
import { scene } from '../builders/scene.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';

const OTHER = { metadata: { namespace: 'other' } };

function serverOf(...more: readonly Json[]): FakeApiServer {
  return new FakeApiServer([...scene().json(), node('harv1'), ...more]);
}

async function saved(api: FakeApiServer, options: Partial<SavingOptions> = {}): Promise<readonly SavedKind[]> {
  const kinds: SavedKind[] = [];
  for await (const kind of savedObjects(api, { kubectlFlags: [], ...options })) kinds.push(kind);
  return kinds;
}

async function failure(api: FakeApiServer, options: Partial<SavingOptions> = {}): Promise<string> {
  const error: unknown = await saved(api, options).then(
    () => 'it was saved',
    (reason) => reason,
  );
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function namesOf(kinds: readonly SavedKind[], kind: string): readonly string[] {
  return kinds.find((one) => one.kind === kind)?.objects.map(nameOf) ?? [];
}

function refusing(...paths: readonly string[]) {
  return ({ path }: ApiCall): ApiAnswer | undefined =>
    paths.some((one) => path.endsWith(one))
      ? { kind: 'refused', code: 403, reason: 'Forbidden', message: `${path} is forbidden: User "jane"`, warnings: [] }
      : undefined;
}

describe('a cluster is saved', () => {
  test('a kind at a time, the quotas after the pods that they count', async () => {
    const kinds = await saved(serverOf());
    expect(kinds.map(({ kind, objects }) => [kind, objects.length])).toEqual([
      ['KubeVirt', 1],
      ['Setting', 2],
      ['Node', 1],
      ['Namespace', 1],
      ['LimitRange', 0],
      ['VirtualMachine', 0],
      ['VirtualMachineInstanceMigration', 0],
      ['VirtualMachineInstance', 1],
      ['Pod', 1],
      ['ResourceQuota', 1],
    ]);
  });

  test('without asking for Secrets, or for pods that belong to no VM', async () => {
    const api = serverOf();
    await saved(api);
    const asked = api.asked();
    expect(asked.filter((one) => /secret|configmap/i.test(one))).toEqual([]);
    expect(asked).toContain('GET /api/v1/pods kubevirt.io in (virt-launcher,hotplug-disk)');
  });

  test('with the type in each object, which lists leave out', async () => {
    const api = serverOf();
    api.intervene = ({ path, query }) =>
      path === '/api/v1/nodes' && query?.limit === '500'
        ? { kind: 'done', body: { items: [{ metadata: { name: 'harv1', managedFields: [] } }] }, warnings: [] }
        : undefined;
    const kinds = await saved(api);
    const expected: KubernetesObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'harv1' } };
    expect(kinds.find(({ kind }) => kind === 'Node')?.objects).toEqual([expected]);
  });

  test('page by page, and it is told how far that has come', async () => {
    const api = serverOf(sizedVmi('vm2', { cpu: 1, memoryMi: 64 }), sizedVmi('vm3', { cpu: 1, memoryMi: 64 }));
    api.largestPage = 2;
    const told: Progress[] = [];
    const kinds = await saved(api, { onProgress: (progress) => told.push(progress) });
    expect(namesOf(kinds, 'VirtualMachineInstance').toSorted()).toEqual(['vm1', 'vm2', 'vm3']);
    expect(told.filter(({ doing }) => doing === 'reading VirtualMachineInstances')).toEqual([
      { doing: 'reading VirtualMachineInstances', done: 2, unit: 'objects' },
      { doing: 'reading VirtualMachineInstances', done: 3, total: 3, unit: 'objects' },
    ]);
  });

  test('from the start of a list again when the API server has forgotten where it was', async () => {
    const api = serverOf(sizedVmi('vm2', { cpu: 1, memoryMi: 64 }));
    api.largestPage = 1;
    let isForgotten = false;
    api.intervene = ({ query }) => {
      if (query?.continue === undefined || isForgotten) return undefined;
      isForgotten = true;
      return { kind: 'refused', code: 410, reason: 'Expired', message: 'too old', warnings: [] };
    };
    expect(namesOf(await saved(api), 'VirtualMachineInstance')).toHaveLength(2);
  });

  test('of one namespace, with what holds for the whole cluster', async () => {
    const api = serverOf(namespace({ metadata: { name: 'other' } }), vmi('vm9', OTHER));
    const kinds = await saved(api, { namespace: 'quota-test' });
    expect(namesOf(kinds, 'VirtualMachineInstance')).toEqual(['vm1']);
    expect(namesOf(kinds, 'Namespace')).toEqual(['quota-test']);
    expect(namesOf(kinds, 'KubeVirt')).toEqual(['kubevirt']);
    expect(namesOf(kinds, 'Node')).toEqual(['harv1']);
    expect(api.asked().filter((one) => one.startsWith('GET /api/v1/pods'))).toEqual([]);
  });

  test('with kinds that the API server does not know', async () => {
    const api = new FakeApiServer([namespace()]);
    api.intervene = ({ path }) =>
      path.startsWith('/apis/')
        ? { kind: 'refused', code: 404, reason: 'NotFound', message: 'page not found', warnings: [] }
        : undefined;
    const kinds = await saved(api);
    expect(kinds.flatMap(({ kind, isKnown }) => (isKnown ? [] : [kind]))).toEqual([
      'KubeVirt',
      'Setting',
      'VirtualMachine',
      'VirtualMachineInstanceMigration',
      'VirtualMachineInstance',
    ]);
  });
});

describe('a cluster is not saved', () => {
  test('where rights are missing, all of which are told before anything is read', async () => {
    const api = serverOf();
    api.intervene = refusing('/pods', '/virtualmachineinstances', '/nodes');
    expect(await failure(api, { kubectlFlags: ['--context', 'main'] })).toBe(
      [
        'UnreadableCluster: the API server https://fake.example (of unknown origin) does not permit: list nodes, list virtualmachineinstances.kubevirt.io, list pods in all namespaces',
        'to check: kubectl --context main auth can-i list nodes',
        'to check: kubectl --context main auth can-i list virtualmachineinstances.kubevirt.io -A',
        'to check: kubectl --context main auth can-i list pods -A',
      ].join('\n'),
    );
    expect(api.calls.every(({ query }) => query?.limit === '1')).toBe(true);
  });

  test('where rights in the one namespace are missing', async () => {
    const api = serverOf();
    api.intervene = refusing('/resourcequotas', '/namespaces/quota-test');
    expect(await failure(api, { namespace: 'quota-test' })).toBe(
      [
        'UnreadableCluster: the API server https://fake.example (of unknown origin) does not permit: get namespaces, list resourcequotas',
        'to check: kubectl auth can-i get namespaces/quota-test',
        'to check: kubectl auth can-i list resourcequotas -n quota-test',
      ].join('\n'),
    );
  });

  test('where a right is taken away while it is read', async () => {
    const api = serverOf();
    api.intervene = (call) => (call.query?.limit === '500' ? refusing('/pods')(call) : undefined);
    expect(await failure(api)).toBe(
      'UnreadableCluster: kind Pod could not be read from https://fake.example: 403 /api/v1/pods is forbidden: User "jane" (kubectl auth can-i list pods -A)',
    );
  });

  test('where the namespace is not there', async () => {
    expect(await failure(serverOf(), { namespace: 'none' })).toBe(
      'UnreadableCluster: there is no namespace none on the API server https://fake.example',
    );
  });

  test.each([
    [
      'does not answer',
      { kind: 'unanswered', message: 'connect ECONNREFUSED 10.0.0.1:6443', code: 'ECONNREFUSED' },
      'the API server https://fake.example (of unknown origin) cannot be asked: connect ECONNREFUSED 10.0.0.1:6443: nothing listens there',
    ],
    [
      'does not accept the credentials',
      { kind: 'refused', code: 401, reason: 'Unauthorized', message: 'Unauthorized', warnings: [] },
      'the API server https://fake.example (of unknown origin) does not accept these credentials, which may be missing, expired or revoked: 401 Unauthorized',
    ],
    [
      'fails',
      { kind: 'refused', code: 500, reason: 'InternalError', message: 'etcd is not well', warnings: [] },
      'kind KubeVirt could not be read from https://fake.example: 500 etcd is not well',
    ],
    [
      'answers with no list',
      { kind: 'done', body: {}, warnings: [] },
      'kind KubeVirt could not be read from https://fake.example: the API server answered with something that is no list',
    ],
    [
      'forgets twice where a list was',
      { kind: 'refused', code: 410, reason: 'Expired', message: 'too old', warnings: [] },
      'kind KubeVirt could not be read from https://fake.example: the list has changed faster than it could be read (410)',
    ],
  ] as const)('where the API server %s', async (_, answer, sentence) => {
    const api = serverOf();
    api.intervene = () => answer;
    expect(await failure(api)).toBe(`UnreadableCluster: ${sentence}`);
  });
});
