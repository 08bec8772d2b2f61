import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { fastify } from 'fastify';
import {
  ClientCertificates,
  checkClients,
  handshakeOptions,
  readClientAuthorities,
} from '../../src/server/client-certificates.ts';
import { type Authority, createAuthority, type KeyedCertificate } from '../e2e/harness/certificates.ts';
import { eventually } from '../e2e/harness/eventually.ts';
import { migrationReview } from '../reviews/load-reviews.ts';

const PROCESS = fileURLToPath(new URL('serving-process.ts', import.meta.url));
const REVIEW = JSON.stringify(migrationReview());
const REQUEST = [
  'POST /validate/migrations HTTP/1.1',
  'host: localhost',
  'content-type: application/json',
  `content-length: ${Buffer.byteLength(REVIEW)}`,
  '',
  REVIEW,
].join('\r\n');

/** Files are read every five seconds, and taken up once read twice alike; a busy machine takes its time besides. */
const PATIENCE = { withinSeconds: 50 };
jest.setTimeout(60_000);

type Line = Record<string, unknown>;

interface Serving {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly url: string;
  readonly adminUrl: string;
  readonly ca: string;
  readonly lines: Line[];
}

async function start(flags: Record<string, unknown>): Promise<Serving> {
  const given = JSON.stringify({ snapshot: ['none.yaml'], port: 0, adminPort: 0, drain: 0, ...flags });
  const child = spawn(process.execPath, [PROCESS, given], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: Line[] = [];
  createInterface(child.stdout).on('line', (text) => lines.push(JSON.parse(text)));
  const listens = async () => expect(lines.map(({ msg }) => msg)).toContain('listening');
  await eventually('it listens', listens, PATIENCE).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const { url, adminUrl, caFile } = lines.find(({ msg }) => msg === 'listening') ?? {};
  const ca = readFileSync(String(caFile), 'utf8');
  rmSync(dirname(String(caFile)), { recursive: true });
  return { process: child, url: String(url), adminUrl: String(adminUrl), ca, lines };
}

async function end({ process: child }: Serving): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function open({ url, ca }: Serving, options: ConnectionOptions = {}): TLSSocket {
  return connect({ host: 'localhost', port: Number(new URL(url).port), ca, ...options });
}

/** The status line of one request over a connection; `closed` where there is no answer. */
function ask(socket: TLSSocket, text = REQUEST): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const done = (outcome: string) => {
      socket.off('data', onData);
      resolve(outcome);
    };
    const onData = (data: Buffer) => {
      received += data.toString();
      const whole = /^HTTP\/1\.1 (\d+)[\s\S]*?\r\n\r\n.*\}$/.exec(received);
      if (whole !== null) done(`${whole[1]} ${/connection: (\S+)/i.exec(received)?.[1]}`);
    };
    socket
      .on('data', onData)
      .on('error', () => done('closed'))
      .once('close', () => done('closed'));
    socket.write(text);
  });
}

async function outcomeOf(serving: Serving, options?: ConnectionOptions): Promise<string> {
  const socket = open(serving, options);
  return ask(socket).finally(() => socket.destroy());
}

let folder: string;
let clients: Authority;
let strangers: Authority;
let apiServer: KeyedCertificate;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-clients-'));
  [clients, strangers] = await Promise.all([createAuthority('clients'), createAuthority('clients')]);
  apiServer = await clients.issue('CN=kube-apiserver, O=cluster');
  writeFileSync(join(folder, 'ca.crt'), clients.cert);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('with authorities of clients, and a name', () => {
  let serving: Serving;
  beforeAll(async () => {
    serving = await start({ clientCa: join(folder, 'ca.crt'), clientName: 'kube-apiserver, other' });
  });
  afterAll(() => end(serving));

  test('an API server that shows its certificate is answered, and keeps its connection', async () => {
    const socket = open(serving, apiServer);
    expect(await ask(socket)).toBe('200 keep-alive');
    expect(await ask(socket)).toBe('200 keep-alive');
    socket.destroy();
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'a client without a certificate gets no answer, by %s',
    async (version) => {
      expect(await outcomeOf(serving, { minVersion: version, maxVersion: version })).toBe('closed');
    },
  );

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'nor does one whose certificate an authority of the same name has signed, by %s',
    async (version) => {
      const forged = await strangers.issue('CN=kube-apiserver, O=cluster');
      expect(await outcomeOf(serving, { ...forged, minVersion: version, maxVersion: version })).toBe('closed');
    },
  );

  test.each([
    ['another name', 'CN=somebody'],
    ['no name', 'O=cluster'],
    ['a name that only begins as an allowed one', 'CN=kube-apiserver.evil'],
    ['two names, of which one is allowed', 'CN=kube-apiserver, CN=somebody'],
  ])('a certificate of %s is answered with 403', async (_title, subject) => {
    expect(await outcomeOf(serving, await clients.issue(subject))).toBe('403 close');
  });

  test('one with the second name is answered', async () => {
    expect(await outcomeOf(serving, await clients.issue('CN=other'))).toBe('200 keep-alive');
  });

  test('the log says who was refused and why, once for many', async () => {
    await outcomeOf(serving);
    const refused = () => serving.lines.filter(({ msg }) => msg === 'client refused');
    await eventually('it is written', async () => expect(refused()).not.toEqual([]));
    expect(refused()).toEqual([
      {
        level: 'warn',
        time: expect.any(String),
        client: expect.stringMatching(/127\.0\.0\.1|::1/),
        reason: 'peer did not return a certificate',
        msg: 'client refused',
      },
    ]);
  });

  test('probes ask without a certificate', async () => {
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect((await fetch(`${serving.adminUrl}${path}`)).status).toBe(200);
    }
  });
});

describe('authorities that change while it serves', () => {
  let serving: Serving;
  const caFile = () => join(folder, 'changing.crt');
  beforeEach(async () => {
    writeFileSync(caFile(), clients.cert);
    serving = await start({ clientCa: caFile() });
  });
  afterEach(() => end(serving));

  test('are taken up: clients of the former ones are answered once more where they are connected, and then no more', async () => {
    const socket = open(serving, apiServer);
    const sessions: Buffer[] = [];
    socket.on('session', (session) => sessions.push(session));
    expect(await ask(socket)).toBe('200 keep-alive');
    const successor = await strangers.issue('CN=kube-apiserver');
    expect(await outcomeOf(serving, successor)).toBe('closed');
    writeFileSync(caFile(), strangers.cert);
    await eventually(
      'they are taken up',
      async () => {
        expect(serving.lines.map(({ msg }) => msg)).toContain('client authorities taken up');
      },
      PATIENCE,
    );
    expect(await outcomeOf(serving, successor)).toBe('200 keep-alive');
    expect(await ask(socket)).toBe('200 close');
    socket.destroy();
    expect(await outcomeOf(serving, apiServer)).toBe('closed');
    expect(sessions.length).toBeGreaterThan(0);
    // A session of before is no way in either.
    for (const session of sessions) expect(await outcomeOf(serving, { ...apiServer, session })).toBe('closed');
  });

  test('are not taken up where they are garbled: nobody is let in, and nobody shut out', async () => {
    writeFileSync(caFile(), 'garbled');
    await eventually(
      'that is said',
      async () => {
        expect(serving.lines).toContainEqual(expect.objectContaining({ msg: 'the changed files are not taken up' }));
      },
      PATIENCE,
    );
    expect(await outcomeOf(serving, apiServer)).toBe('200 keep-alive');
    expect(await outcomeOf(serving)).toBe('closed');
  });
});

describe('a file of authorities', () => {
  test.each([
    ['that is not there', undefined, /--client-ca: cannot read/],
    ['that is empty', () => '', /expected certificates of authorities/],
    ['that holds text', () => 'hello', /expected certificates of authorities/],
    ['with a certificate that is no authority', () => apiServer.cert, /expected certificates of authorities/],
    ['with half a certificate', () => clients.cert.slice(0, 300), /expected certificates of authorities/],
  ])('%s is refused', async (title, content, words) => {
    const file = join(folder, `${title}.crt`);
    if (content !== undefined) writeFileSync(file, content());
    await expect(readClientAuthorities(file)).rejects.toThrow(words);
  });

  test('may hold several, of one CA and the next', async () => {
    const file = join(folder, 'two.crt');
    writeFileSync(file, `${clients.cert}\n${strangers.cert}`);
    expect(await readClientAuthorities(file)).toContain(strangers.cert.trim());
  });
});

describe('a client that had connected before the authorities changed', () => {
  test('and shakes hands after that, by a certificate of the former ones, is answered once more', async () => {
    const { cert, key } = await strangers.issue('CN=localhost');
    const certificates = new ClientCertificates(clients.cert, [], { warn: () => undefined });
    const app = fastify({ https: { cert, key, ...handshakeOptions(certificates) }, forceCloseConnections: true });
    checkClients(app as never, certificates, () => undefined);
    app.post('/validate/migrations', async () => ({}));
    await app.listen({ port: 0, host: '127.0.0.1' });
    const accepted = once(app.server, 'connection');
    const tcp = connectTcp((app.server.address() as AddressInfo).port, '127.0.0.1');
    await accepted;
    certificates.use(strangers.cert);
    const socket = connect({ socket: tcp, rejectUnauthorized: false, ...apiServer });
    expect(await ask(socket)).toBe('200 close');
    socket.destroy();
    await app.close();
  });
});

describe('the log of refused clients', () => {
  test('has a line in ten seconds at most, and says how many there were', () => {
    const lines: unknown[] = [];
    let now = 0;
    const logger = { warn: (facts: unknown) => void lines.push(facts) } as never;
    const certificates = new ClientCertificates(clients.cert, [], logger, () => now);
    for (; now < 25_000; now += 1000) certificates.tell('192.0.2.1', 'why');
    expect(lines).toEqual([
      { client: '192.0.2.1', reason: 'why' },
      { client: '192.0.2.1', reason: 'why', moreBefore: 9 },
      { client: '192.0.2.1', reason: 'why', moreBefore: 9 },
    ]);
  });
});
