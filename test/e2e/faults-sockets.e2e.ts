import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventuallyTrue } from './harness/eventually.ts';
import {
  ask,
  dialTcp,
  dialTls,
  headText,
  leaveAll,
  type RawClient,
  RIGHT_ANSWER,
  requestText,
  reviewText,
} from './harness/raw-client.ts';
import { type SnapshotServer, startSnapshotServer } from './harness/snapshot-server.ts';

const MEBIBYTE = 1024 * 1024;

let server: SnapshotServer;
let pid: number;
let openAtRest: number;

beforeAll(async () => {
  server = await startSnapshotServer({ name: 'faults-sockets' });
  await ask(server);
  pid = server.child.pid;
  openAtRest = await server.openFiles();
});

afterEach(leaveAll);
afterAll(async () => {
  await server?.child.stop('SIGKILL');
});

/** Nothing of what came before may be left behind, but the same process. */
async function expectAsBefore(): Promise<void> {
  expect(await ask(server)).toMatch(RIGHT_ANSWER);
  expect(server.child.isRunning()).toBe(true);
  expect((await server.admin('/readyz')).status).toBe(200);
  await eventuallyTrue('all connections are closed', async () => (await server.openFiles()) <= openAtRest + 2);
  expect(server.child.pid).toBe(pid);
}

/** Each as soon as the one before it is there: no more at a time than the kernel holds in line. */
async function dialMany(count: number, dial: () => Promise<RawClient>): Promise<readonly RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < count) {
    clients.push(...(await Promise.all(Array.from({ length: Math.min(50, count - clients.length) }, dial))));
  }
  return clients;
}

describe('a client that sends too slowly is cut off within seconds, and holds nobody up meanwhile', () => {
  /** A byte now and then for as long as somebody listens. */
  const trickle = (client: RawClient, text: string): NodeJS.Timeout => {
    let at = 0;
    return setInterval(() => {
      if (!client.isClosed()) void client.write(text[at % text.length] ?? '');
      at += 1;
    }, 500);
  };

  test('its handshake, its headers, its body, its chunks; one over which nothing has come yet is kept for later', async () => {
    const clients = [
      await dialTcp(server),
      await dialTls(server),
      await dialTls(server),
      await dialTls(server),
      await dialTls(server),
    ] as const;
    const [handshake, silent, headers, body, chunks] = clients;
    await body.write(headText(reviewText.length));
    await chunks.write(headText('chunked'));
    const timers = [
      // The beginning of a ClientHello that is never whole.
      trickle(handshake, '\u0016\u0003\u0001\u0002\u0000\u0001'),
      trickle(headers, 'POST /validate/migrations HTTP/1.1\r\nhost: a\r\nx: '.padEnd(1000, 'x')),
      trickle(body, reviewText),
      trickle(chunks, '1\r\n{\r\n'),
    ];
    for (let asked = 0; asked < 20; asked += 1) expect(await ask(server)).toMatch(RIGHT_ANSWER);
    await Promise.all([handshake, headers, body, chunks].map((client) => client.untilClosed(15)));
    for (const timer of timers) clearInterval(timer);
    await silent.write(requestText());
    await silent.untilReceived(RIGHT_ANSWER);
    silent.leave();
    for (const client of [headers, body, chunks]) expect(client.text()).toMatch(/^HTTP\/1\.1 408 /);
    await expectAsBefore();
  });
});

describe('a request that is not as HTTP wants it is refused alone', () => {
  test.each([
    ['headers of more than 16 KiB', () => `POST / HTTP/1.1\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['thousands of headers', () => `POST / HTTP/1.1\r\n${'x: y\r\n'.repeat(20_000)}\r\n`, 431],
    ['no host', () => `POST /validate/migrations HTTP/1.1\r\ncontent-length: 0\r\n\r\n`, 400],
    ['a content-length that is no number', () => requestText({ headers: { 'content-length': 'many' } }), 400],
    ['both a length and chunks', () => requestText({ headers: { 'transfer-encoding': 'chunked' } }), 400],
    ['chunks that are none', () => `${headText('chunked')}not a length\r\n`, 400],
    ['a body shorter than its JSON', () => `${headText(100)}${reviewText}`, 400],
    ['no HTTP', () => 'EHLO headroom\r\n\r\n', 400],
    ['bytes of zero', () => Buffer.alloc(1000), 400],
    ['HTTP/2 without asking', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ])('%s', async (_title, text, code) => {
    const client = await dialTls(server);
    await client.write(text());
    await client.untilClosed(10);
    expect(client.text()).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `));
    await expectAsBefore();
  });

  test('a connection to somewhere else is closed', async () => {
    const client = await dialTls(server);
    await client.write('CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n');
    await client.untilClosed(10);
    expect(client.text()).not.toMatch(/ 200 /);
    await expectAsBefore();
  });
});

describe('what HTTP allows and an API server does not do is answered all the same', () => {
  test.each([
    ['HTTP/1.0', () => requestText({ version: '1.0' })],
    ['a body in chunks', () => `${headText('chunked')}${reviewText.length.toString(16)}\r\n${reviewText}\r\n0\r\n\r\n`],
    ['an upgrade that is not taken', () => requestText({ headers: { connection: 'upgrade', upgrade: 'websocket' } })],
  ])('%s', async (_title, text) => {
    const client = await dialTls(server);
    await client.write(text());
    await client.untilReceived(RIGHT_ANSWER);
    client.leave();
    await expectAsBefore();
  });

  test('Expect: 100-continue, whose body comes when it is asked for', async () => {
    const client = await dialTls(server);
    await client.write(headText(reviewText.length, { headers: { expect: '100-continue' } }));
    await client.untilReceived('HTTP/1.1 100 Continue\r\n\r\n');
    await client.write(reviewText);
    await client.untilReceived(/\r\n\r\nHTTP\/1\.1 200 .*"verdict":"fits"/s);
    client.leave();
    await expectAsBefore();
  });

  test('50 requests sent at once over one connection, in their order', async () => {
    const client = await dialTls(server);
    const uids = Array.from({ length: 50 }, (_, index) => `uid-${index}`);
    const { uid } = JSON.parse(reviewText).request;
    await client.write(uids.map((one) => requestText({ body: reviewText.replace(uid, one) })).join(''));
    await client.untilReceived('"uid":"uid-49"');
    expect([...client.text().matchAll(/"uid":"(uid-\d+)"/g)].map(([, one]) => one)).toEqual(uids);
    client.leave();
    await expectAsBefore();
  });
});

describe('a thousand connections that do nothing', () => {
  test('are closed within 10 s where the handshake never comes, and take less than 100 MiB', async () => {
    const before = await server.residentMebibytes();
    const clients = await dialMany(1000, () => dialTcp(server));
    expect(await ask(server)).toMatch(RIGHT_ANSWER);
    expect((await server.residentMebibytes()) - before).toBeLessThan(100);
    await Promise.all(clients.map((client) => client.untilClosed(10)));
    await expectAsBefore();
  });

  test('and have once asked something stay open, take less than 100 MiB, and the 1,001st is answered', async () => {
    const before = await server.residentMebibytes();
    const dial = async () => {
      const client = await dialTls(server);
      await client.write(requestText());
      await client.untilReceived(RIGHT_ANSWER);
      return client;
    };
    const clients = await dialMany(1000, dial);
    expect(await ask(server)).toMatch(RIGHT_ANSWER);
    expect(clients.filter((client) => client.isClosed())).toEqual([]);
    expect((await server.residentMebibytes()) - before).toBeLessThan(100);
    // More than memory has room for: the idle ones make it, and whoever comes next is answered.
    const others = await dialMany(300, dial);
    expect(await ask(server)).toMatch(RIGHT_ANSWER);
    expect(clients.filter((client) => client.isClosed()).length).toBeGreaterThan(100);
    expect((await server.residentMebibytes()) - before).toBeLessThan(110);
    for (const client of [...clients, ...others]) client.leave();
    await expectAsBefore();
  });
});

test('a thousand silent connections to the port of the probes keep no probe out, and are closed within 10 s', async () => {
  const before = await server.residentMebibytes();
  const clients = await dialMany(1000, () => dialTcp({ port: server.adminPort }));
  expect((await server.admin('/livez')).status).toBe(200);
  expect((await server.residentMebibytes()) - before).toBeLessThan(40);
  await Promise.all(clients.map((client) => client.untilClosed(10)));
  await expectAsBefore();
});

describe('TLS', () => {
  test.each(['TLSv1', 'TLSv1.1'] as const)('%s is refused', async (version) => {
    const dialling = dialTls(server, {
      minVersion: version,
      maxVersion: version,
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await expect(dialling).rejects.toThrow(/version/);
    await expectAsBefore();
  });

  test.each([
    ['plain HTTP', requestText()],
    ['garbage', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256))],
    ['a record longer than TLS knows', Buffer.from([0x16, 3, 1, 0xff, 0xff, 1, 0, 0, 0])],
    ['an alert', Buffer.from([0x15, 3, 3, 0, 2, 2, 40])],
  ])('%s on its port is closed, twenty times without a line in the log', async (_title, bytes) => {
    const lines = (await server.log()).split('\n').length;
    for (let times = 0; times < 20; times += 1) {
      const client = await dialTcp(server);
      await client.write(bytes);
      await client.untilClosed(10);
    }
    await expectAsBefore();
    // The lines of the review that was asked for just now, and of another one before.
    expect((await server.log()).split('\n').length - lines).toBeLessThanOrEqual(3);
  });

  test.each([
    ["the Service's name", 'headroom.headroom-system.svc'],
    ['a name that nobody has', 'elsewhere.example.org'],
  ])('SNI with %s gets the same certificate', async (_title, servername) => {
    const client = await dialTls(server, { servername, checkServerIdentity: () => undefined });
    await client.write(requestText());
    await client.untilReceived(RIGHT_ANSWER);
    client.leave();
  });

  test('HTTP/1.1 is agreed on with whoever speaks HTTP/2 too, and none with whoever speaks nothing else', async () => {
    const client = await dialTls(server, { ALPNProtocols: ['h2', 'http/1.1'] });
    expect((client.socket as unknown as { alpnProtocol: string }).alpnProtocol).toBe('http/1.1');
    client.leave();
    await expect(dialTls(server, { ALPNProtocols: ['h2'] })).rejects.toThrow(/alert|no application protocol/i);
    await expectAsBefore();
  });
});

describe('clients that leave in the middle leave nothing behind', () => {
  const MOMENTS: readonly [string, (client: RawClient) => Promise<void>][] = [
    ['after the handshake', async () => undefined],
    ['within the headers', async (client) => client.write('POST /validate/migrations HTTP/1.1\r\nhost:')],
    ['after the headers', async (client) => client.write(headText(reviewText.length))],
    ['within a body of 1 MiB', async (client) => client.write(`${headText(2 * MEBIBYTE)}${' '.repeat(MEBIBYTE)}`)],
    ['within a chunk', async (client) => client.write(`${headText('chunked')}ffff\r\n{"kind":`)],
    ['while the decision is being made', async (client) => client.write(requestText())],
    ['with more requests waiting in line', async (client) => client.write(requestText().repeat(20))],
    [
      'between two requests, the second begun',
      async (client) => {
        await client.write(requestText());
        await client.untilReceived(RIGHT_ANSWER);
        await client.write(headText(reviewText.length));
      },
    ],
  ];

  test.each(MOMENTS)('%s, a hundred times, by an end and by a reset', async (_title, begin) => {
    for (let times = 0; times < 50; times += 1) {
      const clients = await dialMany(2, () => dialTls(server));
      for (const client of clients) await begin(client);
      const [ending, resetting] = clients;
      ending?.leave();
      resetting?.reset();
    }
    await expectAsBefore();
  });

  test('and what all those had sent together is not held against the next body of 7 MiB', async () => {
    const client = await dialTls(server);
    const padding = ' '.repeat(7 * MEBIBYTE - reviewText.length);
    await client.write(requestText({ body: `${reviewText}${padding}` }));
    await client.untilReceived(RIGHT_ANSWER);
    client.leave();
    const log = await server.log();
    expect(log).not.toMatch(/unhandled|uncaught|Warning/i);
    expect(log).not.toMatch(/"level":"(error|fatal)"/);
  });

  test('half-closed: who sends no more but still listens is answered', async () => {
    const client = await dialTls(server);
    client.socket.end(requestText());
    await client.untilReceived(RIGHT_ANSWER);
    if (!client.isClosed()) await once(client.socket, 'close');
  });
});
