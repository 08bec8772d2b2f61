import { describe, expect, test } from '@jest/globals';
import type { Api, ApiAnswer } from '../../src/cluster/api.ts';
import { countedApi } from '../../src/cluster/counted-api.ts';
import { LiveCluster } from '../../src/cluster/live-cluster.ts';
import { FakeApiServer, refused, UNANSWERED } from '../builders/fake-api-server.ts';
import { scene } from '../builders/scene.ts';

const DONE: ApiAnswer = { kind: 'done', body: {}, warnings: [] };

function counting(answer: ApiAnswer) {
  const reads: string[] = [];
  const api: Api = { server: 'https://a', namespace: 'team', call: async () => answer, close: async () => undefined };
  return { reads, api, counted: countedApi(api, (kind, outcome) => reads.push(`${kind} ${outcome}`)) };
}

const { signal } = new AbortController();

describe('reads of an API server', () => {
  test.each([
    ['/api/v1/namespaces/a/pods', 'pods'],
    ['/api/v1/namespaces/a/pods/b', 'pods'],
    ['/api/v1/pods', 'pods'],
    ['/api/v1/nodes/n', 'nodes'],
    ['/api/v1/namespaces', 'namespaces'],
    ['/api/v1/namespaces/pods', 'namespaces'],
    ['/apis/kubevirt.io/v1/namespaces/a/virtualmachineinstances/b', 'virtualmachineinstances'],
    ['/apis/harvesterhci.io/v1beta1/settings', 'settings'],
    ['/version', 'version'],
  ])('%s is one of %s, whatever the names in it are', async (path, kind) => {
    const { reads, counted } = counting(DONE);
    await counted.call({ method: 'GET', path }, signal);
    expect(reads).toEqual([`${kind} ok`]);
  });

  test.each([
    ['is ok', DONE, 'ok'],
    ['is not found', refused(404), 'not_found'],
    ['is refused', refused(403), 'refused'],
    ['is refused by a server in trouble', refused(503), 'refused'],
    ['is not answered', UNANSWERED, 'unanswered'],
  ] as const)('what %s is told so, and handed on', async (_, answer, outcome) => {
    const { reads, counted } = counting(answer);
    expect(await counted.call({ method: 'GET', path: '/api/v1/pods' }, signal)).toBe(answer);
    expect(reads).toEqual([`pods ${outcome}`]);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('what is written by %s is none', async (method) => {
    const { reads, counted } = counting(DONE);
    await counted.call({ method, path: '/api/v1/namespaces/a/configmaps' }, signal);
    expect(reads).toEqual([]);
  });

  test('are each page of a list', async () => {
    const api = new FakeApiServer(scene().json());
    api.largestPage = 1;
    const reads: string[] = [];
    const cluster = new LiveCluster(
      countedApi(api, (kind, outcome) => reads.push(`${kind} ${outcome}`)),
      { recentSeconds: 0, now: () => 0 },
    );
    await cluster.clusterObjects();
    expect(reads.sort()).toEqual(['kubevirts ok', 'nodes ok', 'settings ok', 'settings ok']);
  });

  test('leave the API what it is', async () => {
    const { counted } = counting(DONE);
    expect(counted).toMatchObject({ server: 'https://a', namespace: 'team' });
    expect('origin' in counted).toBe(false);
    const closed: string[] = [];
    const origin = 'context main';
    const api = { ...counting(DONE).api, origin, close: async () => void closed.push('closed') };
    const named = countedApi(api, () => undefined);
    await named.close();
    expect([named.origin, closed]).toEqual([origin, ['closed']]);
  });
});
