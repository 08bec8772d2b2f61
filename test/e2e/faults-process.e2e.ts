import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runFolder } from './harness/cluster.ts';
import { eventually, eventuallyTrue } from './harness/eventually.ts';
import { type Ending, startChild } from './harness/processes.ts';
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
import { launchSnapshotServer, type SnapshotServer, type SnapshotServerOptions } from './harness/snapshot-server.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../examples/quota-test.yaml', import.meta.url));
const MEBIBYTE = 1024 * 1024;
const LARGEST_BODY = 7 * MEBIBYTE;
/** `resources.limits.memory` of the chart: at more of it the kernel ends the process. */
const CONTAINER_MEBIBYTES = 256;

const running: SnapshotServer[] = [];
let started = 0;

async function launch(options: Omit<SnapshotServerOptions, 'name'> = {}): Promise<SnapshotServer> {
  started += 1;
  const server = await launchSnapshotServer({ name: `faults-process-${started}`, ...options });
  running.push(server);
  return server;
}

async function start(options: Omit<SnapshotServerOptions, 'name'> = {}): Promise<SnapshotServer> {
  const server = await launch(options);
  await server.untilReady();
  return server;
}

afterEach(async () => {
  leaveAll();
  for (const server of running.splice(0)) await server.child.stop('SIGKILL');
});

async function endingOf({ child }: SnapshotServer, withinSeconds: number): Promise<Ending> {
  await eventuallyTrue(`${child.name} has ended`, () => !child.isRunning(), { withinSeconds });
  return child.ended();
}

const untilRight = (server: SnapshotServer, withinSeconds = 10) =>
  eventually('the right answer', async () => expect(await ask(server)).toMatch(RIGHT_ANSWER), { withinSeconds });

describe('an event loop that is blocked for some seconds', () => {
  /** SIGWINCH, which means nothing to a server, blocks it. */
  const block = (seconds: number) =>
    `data:text/javascript,process.on('SIGWINCH',()=>{const%20end=Date.now()+${seconds * 1000};while(Date.now()<end);})`;

  /** Of a caller that has waited: nothing where its connection was closed. */
  const answersOf = async (server: SnapshotServer, open: readonly RawClient[]): Promise<readonly string[]> => {
    const asked = Array.from({ length: 10 }, () => ask(server, 20).catch(() => ''));
    for (const client of open) void client.write(requestText());
    const answers = open.map(async (client) => {
      await eventuallyTrue('an answer', () => client.isClosed() || client.text().includes('\r\n\r\n'), {
        withinSeconds: 20,
      });
      client.leave();
      return client.text();
    });
    return Promise.all([...answers, ...asked]);
  };

  test.each([
    [
      'a probe waits for it, and what waited is answered rightly or refused with 503',
      3,
      /^HTTP\/1\.1 503 |"verdict":"fits"/,
    ],
    ['what has waited longer than any caller does may be cut off too', 7, /^$|^HTTP\/1\.1 (503|408) |"verdict":"fits"/],
  ])('%s; then all is as before', async (_title, seconds, expected) => {
    const server = await start({ preload: [block(seconds)] });
    expect(await ask(server)).toMatch(RIGHT_ANSWER);
    const open = await Promise.all(Array.from({ length: 10 }, () => dialTls(server)));
    process.kill(server.child.pid, 'SIGWINCH');
    await eventuallyTrue('it is blocked', async () => {
      const answer = await server.admin('/livez', 0.3).catch(() => undefined);
      return answer === undefined;
    });
    // The first within the five seconds of the chart's liveness probe.
    const probe = server.admin('/livez', seconds < 5 ? 5 : 20);
    for (const answer of await answersOf(server, open)) expect(answer).toMatch(expected);
    expect((await probe).status).toBe(200);
    await untilRight(server);
    expect((await server.admin('/readyz')).status).toBe(200);
  });
});

describe("within the memory that the chart gives it: no client's bodies end the process, and reviews are answered meanwhile", () => {
  /** A client that has sent all but the last bytes of a body, or been told that there is no room for it. */
  const sendAllBut = async (server: SnapshotServer, bytes: number, body: string): Promise<RawClient> => {
    const client = await dialTls(server);
    const sent = client.write(`${headText(body.length)}${body.slice(0, body.length - bytes)}`);
    await Promise.race([sent, client.untilReceived('\r\n\r\n'), client.untilClosed()]);
    return client;
  };
  const filled = (piece: string) => {
    const pieces = Math.floor((LARGEST_BODY - 4000) / Buffer.byteLength(piece));
    return `${reviewText.replace(/\}\s*$/, '')},"more":[${piece.repeat(pieces)}0]}`;
  };

  test('forty bodies of 7 MiB that never end: the largest give way with 503', async () => {
    const server = await start();
    const body = filled(`"${'x'.repeat(1000)}",`);
    const clients = await Promise.all(Array.from({ length: 40 }, () => sendAllBut(server, 100, body)));
    for (let times = 0; times < 10; times += 1) expect(await ask(server)).toMatch(RIGHT_ANSWER);
    await eventuallyTrue(
      'at most two are still being read',
      () => clients.filter((one) => one.text() === '').length <= 2,
    );
    for (const client of clients) expect(client.text()).toMatch(/^$|^HTTP\/1\.1 503 /);
    for (const client of clients) client.leave();
    // The room that they took is there again.
    await eventually('a body of 7 MiB is answered', async () => {
      const client = await dialTls(server);
      void client.write(requestText({ body: filled(`"${'x'.repeat(1000)}",`) }));
      await client.untilReceived(RIGHT_ANSWER);
      client.leave();
    });
    expect(await server.peakMebibytes()).toBeLessThan(CONTAINER_MEBIBYTES);
  });

  test.each([
    ['empty objects', '{},', /^$|^HTTP\/1\.1 (413|503) /],
    ['empty lists', '[],', /^$|^HTTP\/1\.1 (413|503) /],
    ['numbers', '0,', /^$|^HTTP\/1\.1 (413|503) /],
    ['texts of two bytes a character', `"${'\u4e00'.repeat(300)}",`, /^$|^HTTP\/1\.1 (200|503) /],
  ])('thirty bodies of 7 MiB of %s', async (_title, piece, expected) => {
    const server = await start();
    const body = filled(piece);
    const answers = Array.from({ length: 30 }, async () => {
      const client = await dialTls(server);
      void client.write(requestText({ body }));
      // Whoever is still sending may not hear why its connection is closed.
      await eventuallyTrue('an answer', () => client.isClosed() || client.text().includes('\r\n\r\n'));
      client.leave();
      return client.text();
    });
    await untilRight(server);
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(expected);
    expect(await server.peakMebibytes()).toBeLessThan(CONTAINER_MEBIBYTES);
    await untilRight(server);
  });

  test('six thousand reviews at once over three hundred connections: each is answered', async () => {
    const server = await start();
    const clients = await Promise.all(Array.from({ length: 300 }, () => dialTls(server)));
    for (const client of clients) void client.write(requestText().repeat(20));
    const answered = (client: RawClient) => client.text().match(/HTTP\/1\.1 \d+/g) ?? [];
    for (const client of clients) {
      await eventuallyTrue('20 answers', () => answered(client).length === 20 || client.isClosed(), {
        withinSeconds: 30,
      });
    }
    const codes = new Set(clients.flatMap(answered));
    codes.delete('HTTP/1.1 503');
    expect(codes).toEqual(new Set(['HTTP/1.1 200']));
    for (const client of clients) client.leave();
    expect(await server.peakMebibytes()).toBeLessThan(CONTAINER_MEBIBYTES);
    await untilRight(server);
  });
});

describe('file descriptors that are all taken', () => {
  test('callers who have a connection are answered, others again as soon as some are closed; the log stays quiet', async () => {
    const server = await start({ before: 'ulimit -n 64' });
    const caller = await dialTls(server);
    const lines = (await server.log()).split('\n').length;
    const others = await Promise.all(Array.from({ length: 100 }, () => dialTcp(server)));
    await eventuallyTrue('none is left', async () => (await server.openFiles()) >= 63);
    // For as long as whatever looks at the process from time to time comes by.
    for (let second = 1; second <= 3; second += 1) {
      await sleep(1000);
      const { length } = caller.text();
      await caller.write(requestText());
      await eventuallyTrue('another answer', () => RIGHT_ANSWER.test(caller.text().slice(length)));
      others.push(...(await Promise.all(Array.from({ length: 20 }, () => dialTcp(server)))));
    }
    for (const other of others) other.leave();
    await untilRight(server);
    expect(server.child.isRunning()).toBe(true);
    expect((await server.log()).split('\n').length - lines).toBeLessThanOrEqual(20);
    caller.leave();
  });
});

describe('a reader of the log', () => {
  /** A pipe that nobody reads unless a test does. */
  const makePipe = () => {
    started += 1;
    const path = `${runFolder()}/faults-process-${started}.pipe`;
    rmSync(path, { force: true });
    execFileSync('/usr/bin/mkfifo', [path]);
    // For both: whoever opens a named pipe for one of them waits for somebody who has it open for the other.
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    return { path, fd };
  };
  const read = (fd: number): string => {
    const chunk = Buffer.alloc(MEBIBYTE);
    try {
      return chunk.toString('utf8', 0, readSync(fd, chunk));
    } catch {
      return '';
    }
  };
  const askMany = async (server: SnapshotServer) => {
    const client = await dialTls(server);
    const uid = 'x'.repeat(100);
    const body = reviewText.replace(/"uid": "[^"]+"/, `"uid": "${uid}"`);
    for (let times = 0; times < 10; times += 1) {
      await client.write(requestText({ body }).repeat(50));
      await eventuallyTrue('answers', () => client.text().split(uid).length > 50 * (times + 1));
    }
    client.leave();
  };

  test('that reads nothing holds up no answer, and later gets whole lines; SIGTERM ends the process all the same', async () => {
    const pipe = makePipe();
    const server = await start({ stdout: pipe.path });
    await askMany(server);
    await untilRight(server);
    let text = '';
    await eventuallyTrue('all has been read', () => {
      text += read(pipe.fd);
      return text.endsWith('\n') && text.split('"msg":"review"').length > 500;
    });
    for (const line of text.trimEnd().split('\n')) expect(JSON.parse(line)).toMatchObject({ level: 'info' });
    await askMany(server);
    process.kill(server.child.pid, 'SIGTERM');
    expect(await endingOf(server, 8)).toEqual({ code: 0, signal: null });
    closeSync(pipe.fd);
  });

  test('that goes away takes the lines with it, and nothing else', async () => {
    const pipe = makePipe();
    const server = await start({ stdout: pipe.path });
    closeSync(pipe.fd);
    await askMany(server);
    await untilRight(server);
    process.kill(server.child.pid, 'SIGTERM');
    expect(await endingOf(server, 8)).toEqual({ code: 0, signal: null });
    expect(await server.log()).toBe('');
  });

  test('that goes away just before SIGTERM does not keep the process from ending', async () => {
    const pipe = makePipe();
    const server = await start({ stdout: pipe.path });
    await eventuallyTrue('the first lines are written', () => read(pipe.fd).includes('listening'));
    closeSync(pipe.fd);
    process.kill(server.child.pid, 'SIGTERM');
    expect(await endingOf(server, 8)).toEqual({ code: 0, signal: null });
  });
});

describe('signals', () => {
  test('SIGTERM while the program is being loaded ends it with 0', async () => {
    // Of the source, whose loading can be looked into: it is told to end when the first module of the commands is read.
    const hook = [
      "import { registerHooks } from 'node:module';",
      'const load = (url, context, next) => {',
      "  if (url.endsWith('/commands/run.ts')) process.kill(process.pid, 'SIGTERM');",
      '  return next(url, context);',
      '};',
      'registerHooks({ load });',
    ].join('\n');
    started += 1;
    const child = startChild({
      name: `faults-process-${started}`,
      program: process.execPath,
      args: [`--import=data:text/javascript,${encodeURIComponent(hook)}`, CLI, 'serve', `--snapshot=${EXAMPLE}`],
      folder: runFolder(),
    });
    expect(await child.ended()).toEqual({ code: 0, signal: null });
    expect(readFileSync(child.logFile, 'utf8')).toBe('');
  });

  test('SIGTERM is followed by answers for as long as --drain says; a second one ends the process at once, with 1', async () => {
    const server = await start({ flags: ['--drain=60'] });
    process.kill(server.child.pid, 'SIGTERM');
    await eventuallyTrue('it is not ready', async () => (await server.admin('/readyz')).status === 503);
    expect(await ask(server)).toMatch(RIGHT_ANSWER);
    process.kill(server.child.pid, 'SIGTERM');
    expect(await endingOf(server, 5)).toEqual({ code: 1, signal: null });
  });

  test('SIGHUP, of a terminal that is closed, ends it with 0 without a drain', async () => {
    const server = await start({ flags: ['--drain=60'] });
    process.kill(server.child.pid, 'SIGHUP');
    expect(await endingOf(server, 8)).toEqual({ code: 0, signal: null });
  });

  test.each([['SIGPIPE'], ['SIGUSR1'], ['SIGWINCH'], ['SIGCONT']] as const)(
    '%s changes nothing, and opens no debugger',
    async (signal) => {
      const server = await start();
      await ask(server);
      const open = await server.openFiles();
      for (let times = 0; times < 3; times += 1) process.kill(server.child.pid, signal);
      await untilRight(server);
      await eventuallyTrue('nothing has been opened', async () => (await server.openFiles()) <= open);
      expect(await server.log()).not.toContain('Debugger');
    },
  );
});
