import { describe, expect, test } from '@jest/globals';
import { configMapReservations } from '../../src/cluster/reservation-config-map.ts';
import type { Ledger, ReadLedger, Reservation } from '../../src/forecast/reservations.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { FakeApiServer, refused, UNANSWERED } from '../builders/fake-api-server.ts';
import { type Json, objectAt } from '../builders/json.ts';
import { ownObjects } from '../security/hostile-texts.ts';

const PATH = '/api/v1/namespaces/headroom-system/configmaps/promises';
const { signal } = new AbortController();
const AT = Date.parse('2026-11-22T12:00:00Z');
const first: Reservation = { namespace: 'a', vmi: 'vm1', atMilliseconds: AT };
const second: Reservation = { namespace: 'b', vmi: 'vm2', atMilliseconds: AT + 1000 };

function configMap(changes: Json = {}): Json {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'headroom-system', name: 'promises' },
    ...changes,
  };
}

function storeOver(...objects: readonly Json[]) {
  const api = new FakeApiServer(objects);
  api.clock = () => new Date(AT);
  return { api, store: configMapReservations(api, { namespace: 'headroom-system', name: 'promises' }) };
}

function readable(ledger: Ledger): ReadLedger {
  if (ledger.kind === 'unreadable') throw new Error(ledger.why);
  return ledger;
}

describe('reservations in a ConfigMap', () => {
  test('are read as they were written, in their order', async () => {
    const { api, store } = storeOver(configMap());
    const ledger = readable(await store.read(signal));
    expect(ledger.reservations).toEqual([]);
    expect(await store.write(ledger, [second, first], signal)).toEqual({ kind: 'written' });
    expect(readable(await store.read(signal)).reservations).toEqual([second, first]);
    expect(objectAt(api.at(PATH) ?? {}, 'data').reservations).toBe(
      '[{"namespace":"b","vmi":"vm2","at":"2026-11-22T12:00:01.000Z"},{"namespace":"a","vmi":"vm1","at":"2026-11-22T12:00:00.000Z"}]',
    );
  });

  test('tell what each of them takes, to the last byte', async () => {
    const { store } = storeOver(configMap());
    const needs = [
      { quota: 'one', resource: 'limits.memory', amount: Quantity.parse('5682461313') },
      { quota: 'one', resource: 'limits.cpu', amount: Quantity.parse('2015m') },
      { quota: 'two', resource: 'pods', amount: Quantity.parse('2') },
    ];
    await store.write(readable(await store.read(signal)), [{ ...first, needs }], signal);
    expect(readable(await store.read(signal)).reservations).toEqual([{ ...first, needs }]);
  });

  test('tell what is taken of a quota called constructor, and leave JavaScript its own', async () => {
    const { store } = storeOver(configMap());
    const before = ownObjects();
    const needs = [
      { quota: 'constructor', resource: 'limits.memory', amount: Quantity.parse('1Gi') },
      { quota: '__proto__', resource: 'polluted', amount: Quantity.parse('1') },
    ];
    await store.write(readable(await store.read(signal)), [{ ...first, needs }], signal);
    expect(ownObjects()).toEqual(before);
    // The second is no name that Kubernetes takes.
    expect(readable(await store.read(signal)).reservations).toEqual([{ ...first, needs: needs.slice(0, 1) }]);
  });

  test.each([
    ['no JSON', '{['],
    ['another type', '"vm1"'],
    ['null', 'null'],
    ['names of no kind', '[{"namespace":7,"vmi":null,"at":"now"}]'],
    [
      'needs of a prototype',
      '[{"namespace":"a","vmi":"b","at":"2026-11-22T12:00:00Z","needs":{"__proto__":{"polluted":"1"}}}]',
    ],
    ['nesting of 100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('that somebody has garbled promise nothing and harm nobody: %s', async (_title, text) => {
    const { store } = storeOver(configMap({ data: { reservations: text } }));
    const before = ownObjects();
    const { reservations } = readable(await store.read(signal));
    expect(reservations.flatMap(({ needs = [] }) => needs)).toEqual([]);
    expect(ownObjects()).toEqual(before);
  });

  test('are not written over what somebody else has written since', async () => {
    const { store } = storeOver(configMap());
    const ledger = readable(await store.read(signal));
    const same = readable(await store.read(signal));
    expect(await store.write(ledger, [first], signal)).toEqual({ kind: 'written' });
    expect(await store.write(same, [second], signal)).toEqual({ kind: 'conflict' });
    expect(readable(await store.read(signal)).reservations).toEqual([first]);
  });

  test('make the ConfigMap anew where it is gone', async () => {
    const { api, store } = storeOver();
    const ledger = readable(await store.read(signal));
    expect(ledger.reservations).toEqual([]);
    expect(await store.write(ledger, [first], signal)).toEqual({ kind: 'written' });
    expect(api.asked()).toEqual([`GET ${PATH}`, 'POST /api/v1/namespaces/headroom-system/configmaps']);
    expect(readable(await store.read(signal)).reservations).toEqual([first]);
  });

  test('conflict where two replicas make it anew', async () => {
    const { store } = storeOver();
    const [one, other] = await Promise.all([store.read(signal), store.read(signal)]);
    expect(await store.write(readable(one), [first], signal)).toEqual({ kind: 'written' });
    expect(await store.write(readable(other), [second], signal)).toEqual({ kind: 'conflict' });
  });

  test('conflict where it was deleted, or deleted and made anew, since it was read', async () => {
    const { api, store } = storeOver(configMap());
    const ledger = readable(await store.read(signal));
    api.delete(PATH);
    expect(await store.write(ledger, [first], signal)).toEqual({ kind: 'conflict' });
    api.put(configMap());
    expect(await store.write(ledger, [first], signal)).toEqual({ kind: 'conflict' });
  });

  test.each([
    ['the namespace is not there', refused(404, 'namespaces "headroom-system" not found'), '404 namespaces'],
    ['the rights are missing', refused(403, 'configmaps is forbidden'), '403 configmaps is forbidden'],
    ['nobody answers', UNANSWERED, 'connect ECONNREFUSED'],
  ])('cannot be written where %s, and it is said why', async (_, answer, why) => {
    const { api, store } = storeOver();
    const ledger = readable(await store.read(signal));
    api.intervene = () => answer;
    const written = await store.write(ledger, [first], signal);
    expect(written.kind).toBe('failed');
    expect(written).toHaveProperty(
      'why',
      expect.stringContaining(`ConfigMap headroom-system/promises could not be written: ${why}`),
    );
  });

  test.each([
    ['403', refused(403, 'forbidden'), 'could not be read: 403 forbidden'],
    ['503', refused(503, 'not ready'), 'could not be read: 503 not ready'],
    ['no answer', UNANSWERED, 'could not be read: connect ECONNREFUSED'],
    ['no object', { kind: 'done', body: null, warnings: [] } as const, 'is not understood'],
    ['something else', { kind: 'done', body: { kind: 'Status' }, warnings: [] } as const, 'is not understood'],
  ])('cannot be read where %s is the answer, and it is said why', async (_, answer, why) => {
    const { api, store } = storeOver(configMap());
    api.intervene = () => answer;
    expect(await store.read(signal)).toEqual({ kind: 'unreadable', why: `ConfigMap headroom-system/promises ${why}` });
  });

  test.each([
    ['no JSON', '[{'],
    ['another type', '{"a":1}'],
    ['an entry without a time', '[{"namespace":"a","vmi":"vm1"}]'],
    ['an entry whose time is none', '[{"namespace":"a","vmi":"vm1","at":"soon"}]'],
    [
      'needs that are no amounts',
      '[{"namespace":"a","vmi":"vm1","at":"2026-11-22T12:00:00Z","needs":{"q":{"pods":"x"}}}]',
    ],
    ['nothing', ''],
  ])('that somebody has garbled are none, and the next write puts them right: %s', async (_, text) => {
    const { store } = storeOver(configMap({ data: { reservations: text } }));
    const ledger = readable(await store.read(signal));
    expect(ledger.reservations).toEqual([]);
    expect(await store.write(ledger, [first], signal)).toEqual({ kind: 'written' });
    expect(readable(await store.read(signal)).reservations).toEqual([first]);
  });

  test('leave what others keep on the ConfigMap', async () => {
    const metadata = {
      namespace: 'headroom-system',
      name: 'promises',
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'headroom' },
      ownerReferences: [{ kind: 'Deployment', name: 'headroom', uid: 'u' }],
    };
    const { api, store } = storeOver(configMap({ metadata, data: { note: 'ours' }, binaryData: { blob: 'AA==' } }));
    await store.write(readable(await store.read(signal)), [first], signal);
    const stored = api.at(PATH) ?? {};
    expect(stored).toMatchObject({ metadata, data: { note: 'ours' }, binaryData: { blob: 'AA==' } });
    expect(Object.keys(objectAt(stored, 'data'))).toEqual(['note', 'reservations']);
  });
});

describe('the time of reservations', () => {
  test.each([
    ['is there', [configMap()]],
    ['is not there', []],
  ])("is the API server's, whatever the clock here says, where the ConfigMap %s", async (_, objects) => {
    const { store } = storeOver(...objects);
    expect(readable(await store.read(signal)).nowMilliseconds).toBe(AT);
  });

  test('is that of the clock here where the API server tells none', async () => {
    const { api, store } = storeOver(configMap());
    api.clock = undefined;
    const before = Date.now();
    const { nowMilliseconds } = readable(await store.read(signal));
    expect(nowMilliseconds).toBeGreaterThanOrEqual(before);
    expect(nowMilliseconds).toBeLessThanOrEqual(Date.now());
  });
});
