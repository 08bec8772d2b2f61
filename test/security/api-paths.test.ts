import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import type { Api } from '../../src/cluster/api.ts';
import { isPlainPath } from '../../src/cluster/api-path.ts';
import { LiveCluster } from '../../src/cluster/live-cluster.ts';
import { OBJECT_KINDS } from '../../src/cluster/object-kinds.ts';
import { ObjectReader, pathOf } from '../../src/cluster/object-reader.ts';
import { configMapReservations } from '../../src/cluster/reservation-config-map.ts';
import { createSelfSigned } from '../../src/server/self-signed.ts';
import { FakeApiServer } from '../builders/fake-api-server.ts';
import { HttpsApiServer } from '../builders/https-api-server.ts';
import { answersOf } from '../builders/https-cluster.ts';
import { scene } from '../builders/scene.ts';
import { migrationReview, podReview, type SentReview } from '../reviews/load-reviews.ts';
import { paths, webhookApp } from '../server/webhook-app.ts';
import { HOSTILE_TEXTS, hostileText, isName } from './hostile-texts.ts';

const PLURALS = Object.values(OBJECT_KINDS).map(({ plural }) => plural);
const ROOTS = ['/api/v1', '/apis/kubevirt.io/v1', '/apis/harvesterhci.io/v1beta1'];

let server: HttpsApiServer;
let api: Api;

beforeAll(async () => {
  server = await HttpsApiServer.start(await createSelfSigned(undefined, new Date()));
  server.answers = [answersOf(new FakeApiServer(scene().json()))];
  api = server.open();
});
afterAll(() => server.stop());

/** The names in a request line as it came over the wire; undefined where the line is not of the form that headroom asks in. */
function namesIn(url: string): readonly string[] | undefined {
  const [path = '', query = '', ...more] = url.split('?');
  const root = ROOTS.find((one) => path.startsWith(`${one}/`));
  if (root === undefined || more.length > 0 || /[^A-Za-z0-9=&.,+%_-]/.test(query)) return undefined;
  const segments = path.slice(root.length + 1).split('/');
  const [first, namespace, ...rest] = segments;
  const isIn = first === 'namespaces' && rest.length > 0;
  const [plural = '', ...name] = isIn ? rest : segments;
  return PLURALS.includes(plural) && name.length <= 1 ? [...(isIn ? [namespace ?? ''] : []), ...name] : undefined;
}

/** Of all that has been asked since the last time. */
function namesAsked(): readonly string[] {
  return server.sent.splice(0).flatMap(({ url }) => {
    const names = namesIn(url);
    if (names === undefined) throw new Error(`no path of headroom's: ${url}`);
    return names;
  });
}

const signal = () => AbortSignal.timeout(10_000);

describe('names of anybody, over the wire', () => {
  test('a reader asks for what is a name, under this very name, and for nothing else', async () => {
    const reader = new ObjectReader(api);
    const kind = OBJECT_KINDS.virtualMachineInstances;
    await fc.assert(
      fc.asyncProperty(hostileText, fc.oneof(hostileText, fc.constant('vm1')), async (namespace, name) => {
        const [got, listed] = await Promise.all([
          reader.get(kind, { namespace, name }, signal()),
          reader.list(kind, { namespace }, signal()),
        ]);
        const expected = [
          ...(isName(namespace) && isName(name) ? [namespace, name] : []),
          ...(isName(namespace) ? [namespace] : []),
        ];
        expect([...namesAsked()].sort()).toEqual(expected.sort());
        expect(got.unreadable === undefined).toBe(isName(namespace) && isName(name));
        expect(listed.unreadable === undefined).toBe(isName(namespace));
      }),
      { numRuns: 200 },
    );
  });

  test.each(HOSTILE_TEXTS.map((text) => [JSON.stringify(text).slice(0, 40), text] as const))(
    'a client sends nothing where %s stands in a path, encoded or not',
    async (_shown, text) => {
      for (const segment of [text, encodeURIComponent(text.toWellFormed())]) {
        // Two names are a longer path, and nobody could tell.
        if (segment.split('/').every(isName)) continue;
        const path = `/api/v1/namespaces/${segment}/pods`;
        expect(await api.call({ method: 'GET', path }, signal())).toMatchObject({ kind: 'unanswered' });
        expect(await api.call({ method: 'PUT', path, body: {} }, signal())).toMatchObject({ kind: 'unanswered' });
      }
      expect(server.sent.splice(0)).toEqual([]);
    },
  );

  test('what is taken for a plain path is the same path to every reader of URLs', () => {
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 4 }), (segments) => {
        const path = `/${segments.join('/')}`;
        if (!isPlainPath(path)) return;
        const { pathname, search, hash, host } = new URL(path, 'https://server.example');
        expect([pathname, search, hash, host]).toEqual([path, '', '', 'server.example']);
      }),
    );
  });

  test("every path that headroom makes of names is plain, of the webhooks' configurations too", () => {
    for (const kind of Object.values(OBJECT_KINDS)) {
      expect(isPlainPath(`${pathOf(kind, 'team-a')}/vm.1`)).toBe(true);
    }
    expect(isPlainPath('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/headroom')).toBe(true);
  });

  test('reservations in a ConfigMap of such a name are neither read nor written', async () => {
    const store = configMapReservations(api, { namespace: '..', name: '../secrets/x' });
    expect(await store.read(signal())).toMatchObject({ kind: 'unreadable' });
    expect(server.sent.splice(0)).toEqual([]);
  });
});

describe('names of anybody, in a review', () => {
  const forecaster = () =>
    clusterForecaster(new LiveCluster(api, { recentSeconds: 0, now: () => 0 }), { readMilliseconds: 10_000 });

  /** Everything in it that could become a part of a path. */
  function withNames(review: SentReview, namespace: string, name: string): SentReview {
    const object = review.request.object;
    if (object === null) return review;
    const ownerReferences = [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', name, uid: name }];
    const metadata = { ...object.metadata, namespace, name, ownerReferences };
    const spec = 'vmiName' in object.spec ? { ...object.spec, vmiName: name } : object.spec;
    return { ...review, request: { ...review.request, namespace, name, object: { ...object, metadata, spec } } };
  }

  test.each(paths)('at %s lead to well-formed questions about this very name, or to none', async (path) => {
    const { ask } = webhookApp(forecaster());
    const original = path === '/mutate/pods' ? podReview() : migrationReview();
    const isNamespace = (text: string) => isName(text) && !text.includes('.') && text.length <= 63;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(hostileText, fc.constant('quota-test')),
        fc.oneof(hostileText, fc.constant('vm1')),
        async (namespace, name) => {
          const review = withNames(original, namespace, name);
          const { response } = await ask(path, review);
          const asked = namesAsked();
          const known = ['default-z4g94', namespace, name];
          expect(asked.filter((one) => !known.includes(one) || !isName(one))).toEqual([]);
          if (!isNamespace(namespace) || !isName(name)) expect(asked).toEqual([]);
          if (namespace !== 'quota-test' || name !== 'vm1') expect(response.allowed).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a review that names what is there is asked about: the server above would have told', async () => {
    const { ask } = webhookApp(forecaster());
    await ask('/validate/migrations', withNames(migrationReview(), 'quota-test', 'vm1'));
    expect(namesAsked()).toEqual(expect.arrayContaining(['quota-test', 'vm1']));
  });
});
