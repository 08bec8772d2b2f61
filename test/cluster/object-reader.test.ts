import { describe, expect, test } from '@jest/globals';
import type { ApiAnswer } from '../../src/cluster/api.ts';
import { OBJECT_KINDS } from '../../src/cluster/object-kinds.ts';
import { ObjectReader, type Selection } from '../../src/cluster/object-reader.ts';
import { FakeApiServer, refused, UNANSWERED } from '../builders/fake-api-server.ts';
import { merged } from '../builders/json.ts';
import { otherPod } from '../builders/pod.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const selection: Selection = { namespace: 'quota-test' };
const { signal } = new AbortController();

function serverOfPods(): FakeApiServer {
  return new FakeApiServer(NAMES.map((name) => otherPod({}, name)));
}

function listPods(api: FakeApiServer, chosen: Selection = selection) {
  return new ObjectReader(api).list(OBJECT_KINDS.pods, chosen, signal);
}

function getPod(api: FakeApiServer, name = 'a') {
  return new ObjectReader(api).get(OBJECT_KINDS.pods, { namespace: 'quota-test', name }, signal);
}

function answer(body: unknown): ApiAnswer {
  return { kind: 'done', body, warnings: [] };
}

describe('a list', () => {
  test('is followed over its pages', async () => {
    const api = serverOfPods();
    api.largestPage = 2;
    const { items, problems } = await listPods(api);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(NAMES);
    expect(problems).toEqual([]);
    expect(api.calls.map(({ query }) => query)).toEqual([
      { limit: '500' },
      { limit: '500', continue: '2' },
      { limit: '500', continue: '4' },
    ]);
  });

  test('has pages as small as its reader wants them', async () => {
    const api = serverOfPods();
    const { items } = await new ObjectReader(api, { pageSize: 3 }).list(OBJECT_KINDS.pods, selection, signal);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(NAMES);
    expect(api.calls.map(({ query }) => query)).toEqual([{ limit: '3' }, { limit: '3', continue: '3' }]);
  });

  test('keeps to its selector on every page', async () => {
    const labelled = NAMES.map((name) => merged(otherPod({}, name), { metadata: { labels: { app: 'web' } } }));
    const api = new FakeApiServer([...labelled, otherPod({}, 'other')]);
    api.largestPage = 3;
    const { items } = await listPods(api, { ...selection, labelSelector: 'app=web' });
    expect(items).toHaveLength(NAMES.length);
    expect(api.calls.map(({ query }) => query?.labelSelector)).toEqual(['app=web', 'app=web']);
  });

  test("of the API server's cache comes whole", async () => {
    const api = serverOfPods();
    api.largestPage = 2;
    const { items } = await listPods(api, { ...selection, consistency: 'cached' });
    expect(items).toHaveLength(NAMES.length);
    expect(api.calls.map(({ query }) => query)).toEqual([{ resourceVersion: '0' }]);
  });

  test('of a kind that the API server does not know has no objects', async () => {
    const api = serverOfPods();
    api.intervene = () => refused(404, 'the server could not find the requested resource');
    expect(await listPods(api)).toEqual({ items: [], problems: [] });
  });

  test('that the API server has forgotten between two pages is read again from the start, once', async () => {
    const api = serverOfPods();
    api.largestPage = 2;
    let left = 1;
    api.intervene = ({ query }) => (query?.continue === '4' && left-- > 0 ? refused(410, 'too old') : undefined);
    expect((await listPods(api)).items.map(({ metadata }) => metadata.name)).toEqual(NAMES);
    expect(api.calls.map(({ query }) => query?.continue)).toEqual([undefined, '2', '4', undefined, '2', '4']);
  });

  test('that is forgotten twice could not be read', async () => {
    const api = serverOfPods();
    api.largestPage = 2;
    api.intervene = ({ query }) => (query?.continue === undefined ? undefined : refused(410, 'too old'));
    expect(await listPods(api)).toEqual({
      items: [],
      problems: [],
      unreadable:
        'kind Pod of namespace quota-test could not be read: the list has changed faster than it could be read (410)',
    });
    expect(api.calls).toHaveLength(4);
  });

  test.each([
    ['403', refused(403, 'pods is forbidden'), '403 pods is forbidden'],
    ['429', refused(429, 'too many requests'), '429 too many requests'],
    ['503', refused(503, 'not ready'), '503 not ready'],
    ['no answer', UNANSWERED, 'connect ECONNREFUSED'],
    ['no list', answer({ kind: 'Status' }), 'the API server answered with something that is no list'],
    ['null', answer(null), 'the API server answered with something that is no list'],
    ['items that are no list', answer({ items: {} }), 'the API server answered with something that is no list'],
  ])('that is answered with %s could not be read, and it is said why', async (_, given, why) => {
    const api = serverOfPods();
    api.intervene = () => given;
    const unreadable = `kind Pod of namespace quota-test could not be read: ${why}`;
    expect(await listPods(api)).toEqual({ items: [], problems: [], unreadable });
    const everywhere = await new ObjectReader(api).list(OBJECT_KINDS.nodes, {}, signal);
    expect(everywhere.unreadable).toBe(`kind Node could not be read: ${why}`);
  });

  test('that breaks off at a later page could not be read: half of it decides nothing', async () => {
    const api = serverOfPods();
    api.largestPage = 2;
    api.intervene = ({ query }) => (query?.continue === '2' ? refused(500, 'etcd leader changed') : undefined);
    const { items, unreadable } = await listPods(api);
    expect(items).toEqual([]);
    expect(unreadable).toContain('500 etcd leader changed');
  });

  test.each([
    ['an object of another shape', { metadata: { name: 'odd', namespace: 'quota-test' }, spec: 'none' }, 'odd'],
    ['a number', 7, ''],
    ['null', null, ''],
  ])('with %s names it as a problem and reads the others', async (_, odd, name) => {
    const api = serverOfPods();
    api.intervene = () => answer({ items: [otherPod({}, 'a'), odd, otherPod({}, 'b')] });
    const { items, problems, unreadable } = await listPods(api);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect(problems).toEqual([expect.objectContaining({ kind: 'Pod', name })]);
    expect(unreadable).toBeUndefined();
  });

  test('is not asked for any more when the time is over', async () => {
    const api = serverOfPods();
    api.largestPage = 2;
    const controller = new AbortController();
    api.pause = async ({ query }) => query?.continue === '2' && controller.abort();
    const read = await new ObjectReader(api).list(OBJECT_KINDS.pods, selection, controller.signal);
    expect(read.unreadable).toBe('kind Pod of namespace quota-test could not be read: no answer in time');
    expect(api.calls).toHaveLength(2);
  });
});

describe('a single object', () => {
  test('is asked for by its name', async () => {
    const api = serverOfPods();
    expect((await getPod(api, 'b')).items.map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(api.asked()).toEqual(['GET /api/v1/namespaces/quota-test/pods/b']);
  });

  test('that is not there is no object, and no failure', async () => {
    expect(await getPod(serverOfPods(), 'z')).toEqual({ items: [], problems: [] });
  });

  test('that cannot be read is named', async () => {
    const api = serverOfPods();
    api.intervene = () => refused(403, 'forbidden');
    expect((await getPod(api)).unreadable).toBe('Pod quota-test/a could not be read: 403 forbidden');
    const namespace = await new ObjectReader(api).get(OBJECT_KINDS.namespaces, { name: 'quota-test' }, signal);
    expect(namespace.unreadable).toBe('Namespace quota-test could not be read: 403 forbidden');
  });

  test.each([[null], ['text'], [[]]])('answered with %j could not be read', async (body) => {
    const api = serverOfPods();
    api.intervene = () => answer(body);
    const why = 'the API server answered with something that is no object';
    expect((await getPod(api)).unreadable).toBe(`Pod quota-test/a could not be read: ${why}`);
  });

  test('of another shape is a problem', async () => {
    const api = serverOfPods();
    api.intervene = () => answer({ metadata: { name: 'a', namespace: 'quota-test' }, spec: 'none' });
    const { items, problems } = await getPod(api);
    expect(items).toEqual([]);
    expect(problems).toEqual([expect.objectContaining({ kind: 'Pod', namespace: 'quota-test', name: 'a' })]);
  });
});
