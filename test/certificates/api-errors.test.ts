import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiAnswer } from '../../src/cluster/api.ts';
import { refused, unanswered } from '../builders/in-memory-api.ts';
import { lastPair, MUTATING, Namespace, SECRET } from './replicas.ts';

let namespace: Namespace;

beforeEach(() => {
  namespace = new Namespace();
});

afterEach(() => namespace.stopAll());

const ANSWERS: [what: string, answer: ApiAnswer][] = [
  ['forbids it', refused(403, 'Forbidden')],
  ['is overloaded', refused(429, 'TooManyRequests')],
  ['has an internal error', refused(500, 'InternalError')],
  ['is not available', refused(503, 'ServiceUnavailable')],
  ['does not answer', unanswered],
  ['answers with something else', { kind: 'done', body: 'hello', warnings: [] }],
];

describe.each(ANSWERS)('an API server that %s', (_, answer) => {
  test('changes nothing of the certificate in hand, and is logged once', async () => {
    const [replica] = await namespace.start(1);
    const bundles = namespace.caBundles();
    const lines = replica!.lines.length;
    namespace.api.failure = () => answer;
    await namespace.clock.advance(300);
    expect(replica!.pairs).toHaveLength(1);
    // One of each object.
    expect(replica!.lines.slice(lines).map(({ level }) => level)).toHaveLength(3);
    namespace.api.failure = undefined;
    await namespace.clock.advance(21);
    expect(replica!.lines.slice(lines + 3).map(({ text }) => text)).toEqual(Array(3).fill('as it should be again'));
    expect(namespace.caBundles()).toEqual(bundles);
  });

  test('delays the first certificate until it does better', async () => {
    namespace.api.failure = () => answer;
    const [replica] = await namespace.start(1);
    await namespace.clock.advance(100);
    expect(replica!.pairs).toEqual([]);
    expect(replica!.keeper.notAfter()).toBeUndefined();
    namespace.api.failure = undefined;
    await namespace.clock.advance(21);
    expect(await replica!.first).toEqual(lastPair(replica!));
  });

  test('for the webhook configurations alone, does not keep a replica from its certificate', async () => {
    namespace.api.failure = ({ path }) => (path.includes('webhookconfigurations') ? answer : undefined);
    const [replica] = await namespace.start(1);
    expect(replica!.pairs).toHaveLength(1);
    expect(replica!.lines.filter(({ level }) => level !== 'info')).toHaveLength(2);
  });
});

test('a first try that fails is repeated within a second, then more and more slowly up to the usual pace', async () => {
  namespace.api.failure = () => unanswered;
  const [replica] = await namespace.start(1);
  const times: number[] = [];
  await namespace.clock.advance(90, () => void times.push(namespace.clock.elapsed() / 1000));
  expect(times).toEqual([0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 51.5, 71.5].map((time) => expect.closeTo(time, 0)));
  await namespace.stop(replica!);
  expect(await replica!.first).toBeUndefined();
});

describe('a Secret that cannot be written', () => {
  test('is read and served, also when its certificate is due', async () => {
    const [first] = await namespace.start(1);
    namespace.api.failure = ({ method }) => (method === 'PUT' ? refused(403, 'Forbidden') : undefined);
    await namespace.clock.advance(450);
    const [second] = await namespace.start(1);
    expect(lastPair(second!)).toEqual(lastPair(first!));
    expect(first!.lines.filter(({ text }) => text === 'cannot update it: 403 Forbidden')).toHaveLength(1);
    namespace.api.failure = undefined;
    await namespace.clock.advance(21);
    expect(first!.pairs).toHaveLength(2);
  });

  test('because it was deleted between reading and writing, is made anew', async () => {
    let isDeleted = false;
    namespace.api.failure = ({ method }) => {
      if (method === 'PUT' && !isDeleted) {
        isDeleted = true;
        namespace.api.delete(SECRET);
      }
      return undefined;
    };
    const [replica] = await namespace.start(1);
    expect(isDeleted).toBe(true);
    expect(namespace.data('tls.crt')).toBe(lastPair(replica!).cert);
  });

  test('because the namespace is gone, is tried again at leisure', async () => {
    namespace.api.delete(SECRET);
    namespace.api.failure = ({ method }) => (method === 'POST' ? refused(404, 'NotFound') : undefined);
    const [replica] = await namespace.start(1);
    const calls = namespace.api.calls.length;
    await namespace.clock.advance(100);
    expect(namespace.api.calls.length - calls).toBeLessThan(60);
    expect(replica!.pairs).toEqual([]);
  });

  test('because others are faster each time, leaves them time', async () => {
    namespace.api.failure = ({ method }) => (method === 'PUT' ? refused(409, 'Conflict') : undefined);
    const [replica] = await namespace.start(1);
    expect(namespace.api.calls.filter(({ method }) => method === 'PUT').length).toBeLessThan(10);
    expect(replica!.lines.map(({ text }) => text)).toEqual([expect.stringMatching(/^others have changed/)]);
    namespace.api.failure = undefined;
    await namespace.clock.advance(2);
    expect(replica!.pairs).toHaveLength(1);
  });
});

test('without a webhook configuration to keep up, the CA is followed all the same', async () => {
  namespace.api.delete(MUTATING);
  const [replica] = await namespace.start(1);
  const bundle = namespace.data('ca.crt');
  await namespace.clock.advance(2400);
  expect(namespace.data('ca.crt')).not.toContain(bundle);
  expect(lastPair(replica!).cert).toBe(namespace.data('tls.crt'));
});

test('a replica that was stopped calls nobody any more', async () => {
  const [replica] = await namespace.start(1);
  await namespace.stop(replica!);
  const calls = namespace.api.calls.length;
  await namespace.clock.advance(1000);
  expect(namespace.api.calls).toHaveLength(calls);
});

test('no log line holds a key or a certificate', async () => {
  const replicas = await namespace.start(2);
  namespace.changeData((data) => ({ ...data, 'tls.key': Buffer.from('PRIVATE KEY oops').toString('base64') }));
  await namespace.clock.advance(2400);
  const text = JSON.stringify(replicas.map(({ lines }) => lines));
  expect(text).toContain('its content is not usable');
  expect(text).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE/);
});

test.each([[[]], [['not a host']], [['fe80::1%eth0']], [['*.example.com']]])(
  'no certificate is made out to %j',
  (hosts) => {
    expect(() => namespace.startReplica({ hosts })).toThrow(/no certificate can be made out to these hosts/);
  },
);
