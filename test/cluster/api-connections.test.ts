import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ApiCall } from '../../src/cluster/api.ts';
import { createSelfSigned, type SelfSigned } from '../../src/server/self-signed.ts';
import { answerJson, HttpsApiServer } from '../builders/https-api-server.ts';
import { LoopbackProxy } from '../builders/loopback-proxy.ts';

const GET: ApiCall = { method: 'GET', path: '/api/v1/nodes' };
const { signal } = new AbortController();

let pair: SelfSigned;
let client: SelfSigned;
let server: HttpsApiServer;

beforeAll(async () => {
  pair = await createSelfSigned(undefined, new Date());
  client = await createSelfSigned(undefined, new Date());
});

beforeEach(async () => {
  server = await HttpsApiServer.start(pair);
});

afterEach(async () => {
  jest.useRealTimers();
  await server.stop();
});

describe.each([
  ['an HTTP', 'http', () => LoopbackProxy.http()],
  ['a SOCKS', 'socks5', () => LoopbackProxy.socks()],
] as const)("%s proxy of the kubeconfig's cluster", (_, scheme, start) => {
  let proxy: LoopbackProxy;

  beforeEach(async () => {
    proxy = await start();
  });

  afterEach(() => proxy.stop());

  const open = (user = {}) =>
    server.open({ token: 'secret', ...user }, { 'proxy-url': `${scheme}://127.0.0.1:${proxy.port}` });

  test('carries calls over one connection that is kept', async () => {
    const api = open();
    for (let count = 0; count < 5; count += 1) {
      expect(await api.call(GET, signal)).toMatchObject({ kind: 'done' });
      // A connection is free again a turn after its answer has been read.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(proxy.targets).toEqual([new URL(server.url).host]);
    expect(server.sent.map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 5 }, () => 'Bearer secret'),
    );
  });

  test('carries many calls at once, and keeps a few connections of them', async () => {
    const api = open();
    const many = () => Promise.all(Array.from({ length: 40 }, () => api.call(GET, signal)));
    await many();
    const made = proxy.targets.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect((await many()).map(({ kind }) => kind)).toEqual(Array.from({ length: 40 }, () => 'done'));
    expect(proxy.targets).toHaveLength(made);
  });

  test("shows the client's certificate to the API server, and the one that takes its place", async () => {
    const use = ({ cert, key }: SelfSigned): void => {
      server.write('tls.crt', cert);
      server.write('tls.key', key);
    };
    use(client);
    const api = open({ 'client-certificate': 'tls.crt', 'client-key': 'tls.key' });
    await api.call(GET, signal);
    use(pair);
    await api.call(GET, signal);
    const [first, second] = server.sent.map(({ fingerprint }) => fingerprint);
    expect([first, second]).toEqual([
      expect.stringMatching(/^[0-9A-F:]{95}$/),
      expect.stringMatching(/^[0-9A-F:]{95}$/),
    ]);
    expect(second).not.toBe(first);
  });

  test('that is gone leaves calls unanswered', async () => {
    const api = open();
    await proxy.stop();
    expect(await api.call(GET, signal)).toMatchObject({
      kind: 'unanswered',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('an API server without TLS', () => {
  const refused = 'HTTP protocol is not allowed when skipTLSVerify is not set or false';

  test.each([
    [{}, { kind: 'unanswered', message: refused }],
    [{ 'insecure-skip-tls-verify': true }, { kind: 'done', body: {} }],
  ])('is asked only where the kubeconfig lets it: %j', async (given, expected) => {
    const plain = createHttpServer((_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as AddressInfo;
    const authority = { 'certificate-authority-data': undefined, server: `http://127.0.0.1:${port}` };
    const answer = await server.open(undefined, { ...authority, ...given }).call(GET, signal);
    expect(answer).toMatchObject(expected);
    await new Promise((resolve) => plain.close(resolve));
  });
});

test('connections that were all reset together cost no read: it is asked again over a new one', async () => {
  const used = new WeakSet<object>();
  let isForgotten = false;
  const plain = createHttpServer(({ socket }, response) => {
    if (isForgotten && used.has(socket)) socket.resetAndDestroy();
    else response.end('{}');
    used.add(socket);
  });
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const { port } = plain.address() as AddressInfo;
  const authority = { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true };
  const api = server.open(undefined, { ...authority, server: `http://127.0.0.1:${port}` });
  await Promise.all(Array.from({ length: 8 }, () => api.call(GET, signal)));
  await new Promise((resolve) => setImmediate(resolve));
  isForgotten = true;
  expect(await api.call(GET, signal)).toEqual(expect.objectContaining({ kind: 'done' }));
  await api.close();
  plain.closeAllConnections();
  await new Promise((resolve) => plain.close(resolve));
});

test('a connection that does not come up is given up before the time of the call is over', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
  const mute = createServer();
  const connected = new Promise((resolve) => mute.once('connection', resolve));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as AddressInfo;
  const answer = server.open(undefined, { server: `https://127.0.0.1:${port}` }).call(GET, signal);
  await connected;
  jest.advanceTimersByTime(3000);
  expect(await answer).toMatchObject({ kind: 'unanswered', message: 'no connection in 3000 ms (ETIMEDOUT)' });
  mute.close();
});

test('calls that wait in line when connections are given up are answered all the same', async () => {
  const api = server.open();
  const { promise: full, resolve: isFull } = Promise.withResolvers<void>();
  const held: (() => void)[] = [];
  server.answers = [
    (response, call) => {
      held.push(() => answerJson({ held: true })(response, call));
      if (held.length === 16) isFull();
    },
  ];
  const calls = Array.from({ length: 20 }, () => api.call(GET, signal));
  await full;
  await api.close();
  server.answers = [answerJson({ held: false })];
  for (const answer of held) answer();
  expect((await Promise.all(calls)).map(({ kind }) => kind)).toEqual(Array.from({ length: 20 }, () => 'done'));
  await new Promise((resolve) => setImmediate(resolve));
});
