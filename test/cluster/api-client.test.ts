import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiCall } from '../../src/cluster/api.ts';
import { createSelfSigned, type SelfSigned } from '../../src/server/self-signed.ts';
import { answerJson, HttpsApiServer } from '../builders/https-api-server.ts';

const GET: ApiCall = { method: 'GET', path: '/api/v1/nodes' };
const POST: ApiCall = { method: 'POST', path: '/api/v1/namespaces/a/configmaps', body: { metadata: { name: 'b' } } };
const { signal } = new AbortController();

let pair: SelfSigned;
let other: SelfSigned;
let server: HttpsApiServer;

beforeAll(async () => {
  pair = await createSelfSigned(undefined, new Date());
  other = await createSelfSigned(undefined, new Date());
});

beforeEach(async () => {
  server = await HttpsApiServer.start(pair);
});

afterEach(() => server.stop());

describe('a call', () => {
  test('says who calls, and what for', async () => {
    await server.open().call(GET, signal);
    expect(server.sent).toEqual([expect.objectContaining({ method: 'GET', url: '/api/v1/nodes', body: '' })]);
    expect(server.sent[0]?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'user-agent': 'headroom',
      accept: 'application/json',
    });
    expect(server.sent[0]?.headers).not.toHaveProperty('content-type');
  });

  test('carries its body as JSON, of the type given', async () => {
    const api = server.open();
    await api.call(POST, signal);
    const patch = { ...POST, method: 'PATCH', contentType: 'application/merge-patch+json' } as const;
    await api.call(patch, signal);
    expect(server.sent.map(({ method, body, headers }) => [method, body, headers['content-type']])).toEqual([
      ['POST', '{"metadata":{"name":"b"}}', 'application/json'],
      ['PATCH', '{"metadata":{"name":"b"}}', 'application/merge-patch+json'],
    ]);
  });

  test('has its query in a form that is read as it was meant', async () => {
    const query = { labelSelector: 'kubevirt.io=virt-launcher,kubevirt.io/created-by in (a,b)', resourceVersion: '0' };
    await server.open().call({ ...GET, query }, signal);
    const { pathname, searchParams } = new URL(server.sent[0]?.url ?? '', server.url);
    expect(pathname).toBe('/api/v1/nodes');
    expect(Object.fromEntries(searchParams)).toEqual(query);
  });

  test('reaches an API server that is behind a path, as behind Rancher', async () => {
    await server.open(undefined, { server: `${server.url}/k8s/clusters/local/` }).call(GET, signal);
    expect(server.sent[0]?.url).toBe('/k8s/clusters/local/api/v1/nodes');
  });

  test('knows the server and the namespace of its context', () => {
    const { server: url, namespace } = server.open();
    expect({ url, namespace }).toEqual({ url: server.url, namespace: 'team' });
  });
});

describe('an answer', () => {
  const STATUS = { kind: 'Status', reason: 'NotFound', message: 'nodes "x" not found' };

  test('is its JSON, with the time of the API server', async () => {
    server.answers = [answerJson({ items: [] }, 200, { date: 'Sun, 22 Nov 2026 02:43:10 GMT' })];
    expect(await server.open().call(GET, signal)).toEqual({
      kind: 'done',
      body: { items: [] },
      warnings: [],
      answeredAt: new Date('2026-11-22T02:43:10Z'),
    });
  });

  test.each([
    ['none', undefined],
    ['one that is not understood', 'yesterday'],
  ])('has no time where the API server tells %s', async (_, date) => {
    server.answers = [
      (response) => {
        response.sendDate = false;
        if (date !== undefined) response.setHeader('date', date);
        response.end('{}');
      },
    ];
    expect(await server.open().call(GET, signal)).toEqual({ kind: 'done', body: {}, warnings: [] });
  });

  test('that refuses says so in the words of its Status', async () => {
    server.answers = [answerJson(STATUS, 404, { date: 'Sun, 22 Nov 2026 02:43:10 GMT' })];
    expect(await server.open().call(GET, signal)).toEqual({
      kind: 'refused',
      code: 404,
      reason: 'NotFound',
      message: 'nodes "x" not found',
      warnings: [],
      answeredAt: new Date('2026-11-22T02:43:10Z'),
    });
  });

  test.each([
    ['HTML', '<html>Bad Gateway</html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a Status without words', '{"message":7}'],
  ])('that refuses with %s is told by its code', async (_, text) => {
    server.answers = [(response) => response.writeHead(502).end(text)];
    expect(await server.open().call(GET, signal)).toMatchObject({
      kind: 'refused',
      code: 502,
      reason: '',
      message: 'HTTP status 502',
    });
  });

  test('that leads elsewhere is not followed with our token', async () => {
    server.answers = [answerJson({}, 302, { location: `${server.url}/login` })];
    expect(await server.open().call(GET, signal)).toMatchObject({ kind: 'refused', code: 302 });
    expect(server.sent).toHaveLength(1);
  });

  test.each([['<html>Login</html>'], [''], ['{"items":[']])('that is not JSON is none: %j', async (text) => {
    server.answers = [(response) => response.end(text)];
    expect(await server.open().call(GET, signal)).toMatchObject({
      kind: 'unanswered',
      message: 'the API server answered 200 with something that is not JSON',
    });
  });

  test.each([
    ['one', '299 - "it waits"', ['it waits']],
    ['several', ['299 - "first"', '299 - "second"'], ['first', 'second']],
    ['several in one', '299 - "first, of two", 299 headroom "second"', ['first, of two', 'second']],
    ['with quotes', '299 - "set \\"policy\\" to C:\\\\x"', ['set "policy" to C:\\x']],
    ['of another form', 'beware', []],
  ])('carries the texts of its warnings: %s', async (_, warning, expected) => {
    const api = server.open();
    for (const code of [201, 403]) {
      server.answers = [answerJson({}, code, { warning })];
      expect(await api.call(POST, signal)).toMatchObject({ warnings: expected });
    }
  });
});

describe('connections', () => {
  test('are kept: one for calls that come one after the other', async () => {
    const api = server.open();
    for (let count = 0; count < 20; count += 1) expect(await api.call(GET, signal)).toMatchObject({ kind: 'done' });
    // The second call is made before the first one's connection is free again.
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  test('are a few for many calls at once; the others wait', async () => {
    const api = server.open();
    const answers = await Promise.all(Array.from({ length: 60 }, () => api.call(GET, signal)));
    expect(answers.map(({ kind }) => kind)).toEqual(Array.from({ length: 60 }, () => 'done'));
    expect(server.connections).toBeLessThanOrEqual(16);
  });

  test('that the server closes just when they are used again are made anew for what only reads', async () => {
    const api = server.open();
    server.answers = [answerJson({}), (response) => response.destroy(), answerJson({ second: true })];
    await api.call(GET, signal);
    expect(await api.call(GET, signal)).toMatchObject({ kind: 'done', body: { second: true } });
    expect([server.sent.length, server.connections]).toEqual([3, 2]);
  });

  test('that the server closes are no reason to write twice', async () => {
    const api = server.open();
    server.answers = [answerJson({}), (response) => response.destroy(), answerJson({})];
    await api.call(GET, signal);
    expect(await api.call(POST, signal)).toMatchObject({ kind: 'unanswered' });
    expect(server.sent).toHaveLength(2);
  });

  test('that are closed again and again are given up', async () => {
    server.answers = [(response) => response.destroy()];
    expect(await server.open().call(GET, signal)).toMatchObject({ kind: 'unanswered' });
    expect(server.sent).toHaveLength(2);
  });

  test('that are dead without a word are found out together, by the first call that is lost to one of them', async () => {
    const api = server.open();
    const dead = new Set<unknown>();
    const arrived = Promise.withResolvers<void>();
    server.answers = [
      (response, call) => {
        dead.add(response.socket);
        if (dead.size === 3) arrived.resolve();
        // Held until three connections are in use.
        void arrived.promise.then(() => answerJson({})(response, call));
      },
    ];
    await Promise.all([api.call(GET, signal), api.call(GET, signal), api.call(GET, signal)]);
    // A connection is free again a turn after its answer has been read.
    await new Promise((resolve) => setImmediate(resolve));
    server.answers = [(response, call) => dead.has(response.socket) || answerJson({ alive: true })(response, call)];
    expect(await api.call(GET, AbortSignal.timeout(1200))).toMatchObject({ kind: 'unanswered' });
    expect(await api.call(GET, AbortSignal.timeout(5000))).toMatchObject({ kind: 'done', body: { alive: true } });
  });

  test('that break off in the middle of an answer leave none', async () => {
    server.answers = [
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"items":[');
        response.destroy();
      },
      answerJson({ second: true }),
    ];
    expect(await server.open().call(GET, signal)).toMatchObject({ kind: 'done', body: { second: true } });
  });

  test('to a server that is not who it should be are not made', async () => {
    const authority = { 'certificate-authority-data': Buffer.from(other.ca).toString('base64') };
    const answer = await server.open(undefined, authority).call(GET, signal);
    expect(answer).toMatchObject({ kind: 'unanswered', message: expect.stringMatching(/certificate/) });
    expect(server.sent).toEqual([]);
  });

  test('may go to a server of any certificate where the kubeconfig says so', async () => {
    const trusting = { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true };
    expect(await server.open(undefined, trusting).call(GET, signal)).toMatchObject({ kind: 'done' });
  });

  test.each(['127.0.0.1', 'localhost'])('that %s refuses are told in words', async (host) => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const answer = await server.open(undefined, { server: `https://${host}:${port}` }).call(GET, signal);
    expect(answer).toMatchObject({
      kind: 'unanswered',
      message: expect.stringMatching(/\S.*ECONNREFUSED|^ECONNREFUSED/),
    });
  });
});

describe('time', () => {
  /** A server that holds every call back, and tells when one has come. */
  function silent(): Promise<void> {
    return new Promise((resolve) => {
      server.answers = [() => resolve()];
    });
  }

  test('that is over ends a call that nobody answers', async () => {
    const controller = new AbortController();
    const arrived = silent();
    const answer = server.open().call(GET, controller.signal);
    await arrived;
    controller.abort();
    expect(await answer).toMatchObject({ kind: 'unanswered', message: 'no answer in time' });
    expect(server.sent).toHaveLength(1);
  });

  test('that is over ends a call whose answer does not end', async () => {
    const controller = new AbortController();
    const begun = new Promise<void>((resolve) => {
      server.answers = [(response) => response.write('{"items":[', () => resolve())];
    });
    const answer = server.open().call(GET, controller.signal);
    await begun;
    controller.abort();
    expect(await answer).toMatchObject({ kind: 'unanswered', message: 'no answer in time' });
  });

  test('that is over ends a call to a server that takes connections and then says nothing', async () => {
    const controller = new AbortController();
    const mute = createServer();
    mute.on('connection', () => controller.abort()).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as AddressInfo;
    const api = server.open(undefined, { server: `https://127.0.0.1:${port}` });
    expect(await api.call(GET, controller.signal)).toEqual({ kind: 'unanswered', message: 'no answer in time' });
    mute.close();
  });

  test('that is over before the call leaves it unmade', async () => {
    expect(await server.open().call(GET, AbortSignal.abort())).toMatchObject({
      kind: 'unanswered',
      message: 'no answer in time',
    });
    expect(server.sent).toEqual([]);
  });

  test('that one call has lost is not lost for the next', async () => {
    const controller = new AbortController();
    const arrived = silent();
    const api = server.open();
    const lost = api.call(GET, controller.signal);
    await arrived;
    controller.abort();
    await lost;
    server.answers = [answerJson({})];
    expect(await api.call(GET, signal)).toMatchObject({ kind: 'done' });
  });
});
