import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ApiCall } from '../../src/cluster/api.ts';
import { openApi } from '../../src/cluster/api-client.ts';
import { KubeconfigError } from '../../src/cluster/cluster-error.ts';
import { createSelfSigned, type SelfSigned } from '../../src/server/self-signed.ts';
import { answerJson, HttpsApiServer } from '../builders/https-api-server.ts';

const GET: ApiCall = { method: 'GET', path: '/api/v1/nodes' };
const { signal } = new AbortController();
const environment = { KUBECONFIG: process.env.KUBECONFIG, HOME: process.env.HOME };

let pair: SelfSigned;
let clients: readonly SelfSigned[];
let server: HttpsApiServer;

beforeAll(async () => {
  pair = await createSelfSigned(undefined, new Date());
  clients = [await createSelfSigned(undefined, new Date()), await createSelfSigned(undefined, new Date())];
});

beforeEach(async () => {
  server = await HttpsApiServer.start(pair);
});

afterEach(async () => {
  jest.useRealTimers();
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await server.stop();
});

function authorizations(): readonly (string | undefined)[] {
  return server.sent.map(({ headers }) => headers.authorization);
}

describe('a caller', () => {
  test('may have a name and a password', async () => {
    await server.open({ username: 'me', password: 'pass:word' }).call(GET, signal);
    expect(authorizations()).toEqual([`Basic ${Buffer.from('me:pass:word').toString('base64')}`]);
  });

  test('may act as somebody else', async () => {
    await server.open({ token: 'secret', as: 'jane' }).call(GET, signal);
    expect(server.sent[0]?.headers).toMatchObject({ authorization: 'Bearer secret', 'impersonate-user': 'jane' });
  });

  test('may have nothing to show', async () => {
    await server.open({}).call(GET, signal);
    expect(authorizations()).toEqual([undefined]);
  });
});

describe("a client's certificate", () => {
  const use = (index: number): void => {
    server.write('tls.crt', clients[index]?.cert ?? '');
    server.write('tls.key', clients[index]?.key ?? '');
  };
  const files = { 'client-certificate': 'tls.crt', 'client-key': 'tls.key' };

  test('is taken up from its files when they have been replaced, with a new connection', async () => {
    use(0);
    const api = server.open(files);
    await api.call(GET, signal);
    const { connections } = server;
    use(1);
    for (let count = 0; count < 5; count += 1) await api.call(GET, signal);
    const [first, ...later] = server.sent.map(({ fingerprint }) => fingerprint);
    expect(first).toMatch(/^[0-9A-F:]{95}$/);
    expect(later[0]).toMatch(/^[0-9A-F:]{95}$/);
    expect(later[0]).not.toBe(first);
    expect(new Set(later).size).toBe(1);
    expect(server.connections).toBeGreaterThan(connections);
  });

  test('that is replaced does not cut off what is under way', async () => {
    use(0);
    const api = server.open(files);
    const { promise: held, resolve: hold } = Promise.withResolvers<() => void>();
    server.answers = [(response, call) => hold(() => answerJson({ slow: true })(response, call)), answerJson({})];
    const slow = api.call(GET, signal);
    const finish = await held;
    use(1);
    expect(await api.call(GET, signal)).toMatchObject({ kind: 'done', body: {} });
    finish();
    expect(await slow).toMatchObject({ kind: 'done', body: { slow: true } });
  });

  test('whose files are gone leaves calls unanswered, until they are back', async () => {
    use(0);
    const api = server.open(files);
    rmSync(join(server.folder, 'tls.crt'));
    expect(await api.call(GET, signal)).toMatchObject({
      kind: 'unanswered',
      message: expect.stringMatching(/ENOENT.*tls\.crt/),
    });
    use(0);
    expect(await api.call(GET, signal)).toMatchObject({ kind: 'done' });
  });
});

describe("a pod's token", () => {
  const everythingElse = [
    'hrtime',
    'nextTick',
    'performance',
    'queueMicrotask',
    'setImmediate',
    'clearImmediate',
    'setInterval',
    'clearInterval',
    'setTimeout',
    'clearTimeout',
  ] as const;

  test('is read from its file anew every minute, and the connection is kept', async () => {
    jest.useFakeTimers({ doNotFake: [...everythingElse], now: Date.now() });
    const tokenFile = server.write('token', 'old');
    const api = server.open({ 'auth-provider': { name: 'tokenFile', config: { tokenFile } } });
    await api.call(GET, signal);
    server.write('token', 'new');
    await api.call(GET, signal);
    const { connections } = server;
    jest.setSystemTime(Date.now() + 61_000);
    await api.call(GET, signal);
    expect(authorizations()).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
    expect(server.connections).toBe(connections);
  });

  test('that is not there leaves calls unanswered, and it is said why', async () => {
    const tokenFile = join(server.folder, 'no-token');
    const api = server.open({ 'auth-provider': { name: 'tokenFile', config: { tokenFile } } });
    expect(await api.call(GET, signal)).toMatchObject({
      kind: 'unanswered',
      message: expect.stringMatching(/ENOENT.*no-token/),
    });
  });
});

describe('a kubeconfig that cannot be used', () => {
  function failure(options: Parameters<typeof openApi>[0]): string {
    try {
      openApi(options);
    } catch (error) {
      if (error instanceof KubeconfigError) return error.message;
      throw error;
    }
    throw new Error('it could be used');
  }

  const cluster = 'clusters: [{name: a, cluster: {server: "https://a"}}]\n';
  const entry = `${cluster}contexts: [{name: c, context: {cluster: a}}]\n`;
  const without = 'contexts: [{name: c, context: {cluster: b, user: u}}]\ncurrent-context: c';

  test.each([
    ['has no content', '', / cannot be read: \S.*$/],
    ['is no YAML', 'a: [b\n c: }', / cannot be read: \S.*$/],
    ['is text', 'just text', / names no current-context: give --context; it has no context$/],
    ['names no context', entry, / names no current-context: give --context; it has context c$/],
    [
      'names a context that is not in it',
      `${entry}current-context: d`,
      /: there is no context d, its current-context; it has context c$/,
    ],
    ['names a cluster that is not in it', without, /: context c: there is no cluster b in it$/],
    [
      'names a user who is not in it',
      `${cluster}${without.replace('cluster: b', 'cluster: a')}`,
      /: context c: there is no user u in it$/,
    ],
    ['has a cluster without a server', 'clusters: [{name: a, cluster: {}}]', / cannot be read: .*server is missing$/],
  ])('is told in one sentence that names it: it %s', (_, text, sentence) => {
    const kubeconfig = server.write('bad', text);
    const told = failure({ kubeconfig });
    expect(told).toMatch(sentence);
    expect(told.startsWith(`--kubeconfig ${kubeconfig}`)).toBe(true);
    expect(told).not.toContain('\n');
  });

  test('is one that is not there', () => {
    const kubeconfig = join(server.folder, 'none');
    expect(failure({ kubeconfig })).toBe(`--kubeconfig ${kubeconfig} cannot be read: no such file`);
  });

  test('is a folder', () => {
    const told = `--kubeconfig ${server.folder} cannot be read: is a directory, expected a file`;
    expect(failure({ kubeconfig: server.folder })).toBe(told);
  });

  test('is one without the context asked for, and those that it has are named', () => {
    const kubeconfig = server.kubeconfig();
    const ofIt = `--context other: --kubeconfig ${kubeconfig}`;
    expect(failure({ kubeconfig, context: 'other' })).toBe(`${ofIt} has context main`);
    server.write('kubeconfig', 'clusters: []');
    expect(failure({ kubeconfig, context: 'other' })).toBe(`${ofIt} has no context`);
    const many = Array.from({ length: 22 }, (_, index) => `{name: c${index}, context: {cluster: a}}`);
    server.write('kubeconfig', `contexts: [${many.join(', ')}]`);
    expect(failure({ kubeconfig, context: 'other' })).toMatch(/ has contexts c0, c1, .*, c19 and 2 more$/);
  });

  test('is none at all, outside of a pod', () => {
    delete process.env.KUBECONFIG;
    process.env.HOME = server.folder;
    expect(failure({})).toBe('there is no kubeconfig and this is no pod: give --kubeconfig FILE or --snapshot FILE');
  });
});

describe('without --kubeconfig', () => {
  test('the one of KUBECONFIG is used, in the context asked for', () => {
    const kubeconfig = server.kubeconfig();
    process.env.KUBECONFIG = kubeconfig;
    expect(openApi({ context: 'main' }).server).toBe(server.url);
  });

  test('one of KUBECONFIG that is broken is told of', () => {
    const file = join(server.folder, 'none');
    process.env.KUBECONFIG = file;
    expect(() => openApi({})).toThrow(`kubeconfig ${file} cannot be read: no such file`);
    const kubeconfig = server.kubeconfig();
    process.env.KUBECONFIG = `${kubeconfig}:${file}`;
    expect(() => openApi({})).toThrow(`kubeconfig ${kubeconfig} cannot be read: ${file}: no such file`);
    process.env.KUBECONFIG = `${kubeconfig}:${server.write('more', 'clusters: []')}`;
    expect(openApi({}).origin).toBe(`context main of ${kubeconfig} and others, user me`);
  });

  test('the one of the home folder is used, and named', () => {
    delete process.env.KUBECONFIG;
    process.env.HOME = server.folder;
    mkdirSync(join(server.folder, '.kube'));
    renameSync(server.kubeconfig({}), join(server.folder, '.kube', 'config'));
    const { origin } = openApi({});
    expect(origin).toBe(`context main of ${server.folder}/.kube/config, user me without credentials`);
  });
});
