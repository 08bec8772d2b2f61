import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { refused } from '../builders/in-memory-api.ts';
import { HOST, lastPair, MUTATING, Namespace, SECRET, VALIDATING } from './replicas.ts';

let namespace: Namespace;

beforeEach(() => {
  namespace = new Namespace();
});

afterEach(() => namespace.stopAll());

const KEYS = ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'];

function withAnotherLetter(text: string, at: number): string {
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
}

const GARBAGE: [what: string, text: (former: string) => string][] = [
  ['nothing', () => ''],
  ['no PEM', () => 'correct horse battery staple'],
  ['half of it', (former) => former.slice(0, former.length / 2)],
  ['another letter near its beginning', (former) => withAnotherLetter(former, 100)],
  ['another letter near its end', (former) => withAnotherLetter(former, 150)],
  ['two megabytes', () => 'A'.repeat(2_000_000)],
];

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('the first set', () => {
  test('fills the empty Secret of the chart and is served and trusted', async () => {
    const [replica] = await namespace.start(1);
    const pair = lastPair(replica!);
    expect(await replica!.first).toBe(pair);
    expect(pair).toEqual({ cert: namespace.data('tls.crt'), key: namespace.data('tls.key') });
    expect(namespace.caBundles()).toEqual(Array(3).fill(namespace.data('ca.crt')));
    const leaf = new X509Certificate(pair.cert);
    expect(leaf.verify(new X509Certificate(namespace.data('ca.crt')).publicKey)).toBe(true);
    expect(leaf.checkHost(HOST)).toBe(HOST);
    expect(replica!.keeper.notAfter()).toEqual(leaf.validToDate);
  });

  test('is valid from an hour ago for as long as is set, its CA for four times that', async () => {
    await namespace.start(1);
    const [leaf, authority] = [namespace.data('tls.crt'), namespace.data('ca.crt')].map(
      (pem) => new X509Certificate(pem),
    );
    expect(leaf!.validFromDate).toEqual(new Date('2026-11-22T11:00:00Z'));
    expect(leaf!.validToDate).toEqual(new Date('2026-11-22T12:10:00Z'));
    expect(authority!.validToDate).toEqual(new Date('2026-11-22T12:40:00Z'));
  });

  test('is put into a Secret of its own where there is none', async () => {
    namespace.api.delete(SECRET);
    const [replica] = await namespace.start(1);
    expect(namespace.api.get(SECRET)).toMatchObject({ type: 'Opaque', metadata: { name: 'headroom-certificates' } });
    expect(lastPair(replica!).cert).toBe(namespace.data('tls.crt'));
  });

  test.each([1, 2, 3, 4, 5])('is one and the same for three replicas that start together (%i)', async (seed) => {
    let state = seed;
    namespace.api.pause = async () => {
      state = (state * 16_807) % 2_147_483_647;
      for (let turn = 0; turn < state % 7; turn++) await new Promise(setImmediate);
    };
    if (seed % 2 === 0) namespace.api.delete(SECRET);
    const replicas = await namespace.start(3);
    expect(new Set(replicas.map((replica) => lastPair(replica).cert)).size).toBe(1);
    expect(replicas.map(({ pairs }) => pairs.length)).toEqual([1, 1, 1]);
    expect(namespace.caBundles()).toEqual(Array(3).fill(namespace.data('ca.crt')));
  });

  test('is found by a replica that comes later, which writes nothing', async () => {
    const [first] = await namespace.start(1);
    const calls = namespace.api.calls.length;
    const [second] = await namespace.start(1);
    expect(lastPair(second!)).toEqual(lastPair(first!));
    expect(namespace.api.calls.slice(calls).map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
  });
});

describe('a Secret that has come to harm', () => {
  test('and is deleted is put back as it was, with the labels of others', async () => {
    const secret = namespace.api.get(SECRET)!;
    namespace.api.set(SECRET, {
      ...secret,
      metadata: { ...secret.metadata, labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
    });
    const replicas = await namespace.start(3);
    const before = namespace.api.get(SECRET)!;
    namespace.api.delete(SECRET);
    await namespace.clock.advance(30);
    const after = namespace.api.get(SECRET)!;
    expect({ ...after, metadata: { ...after.metadata, resourceVersion: '' } }).toMatchObject({
      data: before.data,
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: before.metadata.annotations },
    });
    expect(replicas.map(({ pairs }) => pairs.length)).toEqual([1, 1, 1]);
  });

  test('is not put back by a replica that is told to end soon after', async () => {
    const [replica] = await namespace.start(1);
    namespace.api.delete(SECRET);
    await namespace.clock.advance(22);
    await namespace.stop(replica!);
    await namespace.clock.advance(600);
    expect(namespace.api.get(SECRET)).toBeUndefined();
  });

  describe.each(KEYS)('at %s', (key) => {
    test.each(GARBAGE)('with %s, heals without a change for anybody', async (_, garble) => {
      const replicas = await namespace.start(3);
      const before = namespace.api.get(SECRET)!.data;
      namespace.changeData((data) => ({ ...data, [key]: encode(garble(namespace.data(key))) }));
      await namespace.clock.advance(21);
      expect(namespace.api.get(SECRET)!.data).toEqual(before);
      expect(replicas.map(({ pairs }) => pairs.length)).toEqual([1, 1, 1]);
      expect(
        replicas.flatMap(({ lines }) => lines).some(({ text }) => text.startsWith('its content is not usable')),
      ).toBe(true);
    });

    test('missing, heals without a change for anybody', async () => {
      const replicas = await namespace.start(2);
      const before = namespace.api.get(SECRET)!.data;
      namespace.changeData(({ [key]: _, ...rest }) => rest);
      await namespace.clock.advance(21);
      expect(namespace.api.get(SECRET)!.data).toEqual(before);
      expect(replicas.map(({ pairs }) => pairs.length)).toEqual([1, 1]);
    });

    test('while every replica was down, makes a new set, which trusts the CA of the lost one for a while', async () => {
      const [lost] = await namespace.start(1);
      await namespace.stop(lost!);
      const trusted = namespace.caBundles()[0]!;
      namespace.changeData((data) => ({ ...data, [key]: encode('garbled') }));
      const replicas = await namespace.start(3);
      expect(new Set(replicas.map((replica) => lastPair(replica).cert)).size).toBe(1);
      expect(lastPair(replicas[0]!).cert).not.toBe(lastPair(lost!).cert);
      const authorities = namespace.caBundles()[0]!;
      expect(authorities).toContain(trusted);
      await namespace.clock.advance(1300);
      expect(namespace.caBundles()[0]).not.toContain(trusted);
      expect(namespace.caBundles()[0]).toBe(namespace.data('ca.crt'));
    });
  });

  test('keeps what others have put on it', async () => {
    const secret = namespace.api.get(SECRET)!;
    const metadata = { ...secret.metadata, labels: { team: 'storage' }, annotations: { note: 'kept' } };
    namespace.api.set(SECRET, { ...secret, metadata });
    await namespace.start(1);
    namespace.changeData((data) => ({ ...data, extra: encode('of another'), 'ca.key': '' }));
    await namespace.clock.advance(21);
    expect(namespace.api.get(SECRET)).toMatchObject({
      metadata: { labels: { team: 'storage' }, annotations: { note: 'kept' } },
      data: { extra: encode('of another') },
    });
    expect(namespace.data('ca.key')).toContain('PRIVATE KEY');
  });
});

describe("somebody else's Secret is not touched and not used", () => {
  test.each([
    ['of type kubernetes.io/tls', { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } }],
    ['of a serving certificate without the key of its CA', { data: { 'ca.crt': '', 'tls.crt': '', 'tls.key': '' } }],
    ['of a password', { data: { password: encode('hunter2') } }],
  ])('%s', async (_, foreign) => {
    namespace.api.set(SECRET, { type: 'Opaque', metadata: { name: 'headroom-certificates' }, ...foreign });
    const before = namespace.api.get(SECRET);
    const [replica] = await namespace.start(1);
    await namespace.clock.advance(120);
    expect(namespace.api.get(SECRET)).toEqual(before);
    expect(replica!.pairs).toEqual([]);
    expect(replica!.lines.map(({ level }) => level)).toEqual(['error']);
    expect(replica!.lines[0]!.text).toMatch(/^it is not touched, nor used, for its (type|keys)/);
  });

  test('also when it takes the place of our own, whose certificate stays in use', async () => {
    const [replica] = await namespace.start(1);
    namespace.api.set(SECRET, { type: 'kubernetes.io/tls', metadata: { name: 'headroom-certificates' } });
    const bundles = namespace.caBundles();
    await namespace.clock.advance(120);
    expect(replica!.pairs).toHaveLength(1);
    expect(namespace.caBundles()).toEqual(bundles);
    namespace.api.delete(SECRET);
    await namespace.clock.advance(40);
    expect(namespace.data('tls.crt')).toBe(lastPair(replica!).cert);
  });
});

describe('what callers trust', () => {
  test.each([
    ['validating', VALIDATING],
    ['mutating', MUTATING],
  ])('in the %s configuration is put right after somebody has overwritten it', async (_, path) => {
    await namespace.start(2);
    const bundles = namespace.caBundles();
    namespace.setCaBundles(path, 'nonsense');
    await namespace.clock.advance(21);
    expect(namespace.caBundles()).toEqual(bundles);
  });

  test('is left alone while it is right', async () => {
    await namespace.start(2);
    const calls = namespace.api.calls.length;
    await namespace.clock.advance(100);
    expect(new Set(namespace.api.calls.slice(calls).map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  test('is told to a configuration that comes later; that it was absent is logged once', async () => {
    const configuration = namespace.api.get(VALIDATING)!;
    namespace.api.delete(VALIDATING);
    const [replica] = await namespace.start(1);
    await namespace.clock.advance(100);
    expect(replica!.lines.filter(({ text }) => text.startsWith('it is not there'))).toHaveLength(1);
    expect(replica!.pairs).toHaveLength(1);
    namespace.api.set(VALIDATING, configuration);
    await namespace.clock.advance(21);
    expect(namespace.caBundles()).toEqual(Array(3).fill(namespace.data('ca.crt')));
  });

  test('is patched for what differs alone, at the version that was read', async () => {
    await namespace.start(1);
    const before = namespace.api.get(MUTATING)!;
    const webhooks = before.webhooks as { name: string; clientConfig: { caBundle?: string } }[];
    delete webhooks[1]!.clientConfig.caBundle;
    namespace.api.set(MUTATING, before);
    const calls = namespace.api.calls.length;
    await namespace.clock.advance(21);
    const patches = namespace.api.calls.slice(calls).filter(({ method }) => method === 'PATCH');
    expect(patches).toHaveLength(1);
    expect(patches[0]).toMatchObject({
      path: MUTATING,
      contentType: 'application/strategic-merge-patch+json',
      body: { metadata: { resourceVersion: expect.any(String) }, webhooks: [{ name: 'mutate-pods' }] },
    });
  });

  test('is not overwritten with an older bundle by a replica that was slow', async () => {
    await namespace.start(1);
    namespace.setCaBundles(VALIDATING, 'overwritten');
    let isLost = false;
    namespace.api.failure = ({ method, path }) => {
      if (method !== 'PATCH' || path !== VALIDATING || isLost) return undefined;
      isLost = true;
      return refused(409, 'Conflict');
    };
    await namespace.clock.advance(21);
    expect(isLost).toBe(true);
    expect(namespace.caBundles()).toEqual(Array(3).fill(namespace.data('ca.crt')));
  });
});
