import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrationReview } from '../reviews/load-reviews.ts';
import { httpsClient } from './https-client.ts';

const script = fileURLToPath(new URL('serving-process.ts', import.meta.url));

type LogLine = Record<string, unknown>;

interface Serving {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly listening: LogLine;
  readonly url: string;
  readonly adminUrl: string;
  readonly ca: string;
  readonly lines: LogLine[];
  readonly exit: Promise<unknown[]>;
}

/** Starts a process and waits for the line that says that it listens. */
const start = async (flags: Record<string, unknown>): Promise<Serving> => {
  const given = JSON.stringify({ snapshot: ['none.yaml'], port: 0, adminPort: 0, ...flags });
  const child = spawn(process.execPath, [script, given], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const lines: LogLine[] = [];
  const listening = await new Promise<LogLine>((resolve, reject) => {
    createInterface(child.stdout).on('line', (text) => {
      const line: LogLine = JSON.parse(text);
      lines.push(line);
      if (line.msg === 'listening') resolve(line);
    });
    exit.then(() => reject(new Error('the process has ended')), reject);
  });
  const caFile = String(listening.caFile);
  const ca = readFileSync(caFile, 'utf8');
  rmSync(dirname(caFile), { recursive: true });
  return {
    process: child,
    listening,
    url: String(listening.url),
    adminUrl: String(listening.adminUrl),
    ca,
    lines,
    exit,
  };
};

describe('a process that serves', () => {
  let serving: Serving;
  beforeAll(async () => {
    serving = await start({ drain: 0 });
  });
  afterAll(async () => {
    serving.process.kill('SIGTERM');
    await serving.exit;
  });

  const outcomeOf = (options: ConnectionOptions): Promise<string> =>
    new Promise((resolve) => {
      const socket = connectTls({
        host: 'localhost',
        port: Number(new URL(serving.url).port),
        ca: serving.ca,
        ...options,
      });
      const done = (outcome: string) => {
        resolve(outcome);
        socket.destroy();
      };
      socket.on('secureConnect', () => done(String(socket.getProtocol())));
      socket.on('error', () => done('refused'));
    });

  test('says in one line where it listens and which CA to trust', () => {
    expect(serving.listening).toEqual({
      level: 'info',
      time: expect.any(String),
      url: expect.stringMatching(/^https:\/\/localhost:\d+$/),
      adminUrl: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      caFile: expect.stringMatching(/ca\.crt$/),
      msg: 'listening',
    });
  });

  test('is ready when it says so', async () => {
    expect((await fetch(`${serving.adminUrl}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${serving.adminUrl}/metrics`)).text()).toContain('process_cpu_user_seconds_total');
  });

  test('answers reviews by name and at every address of that name', async () => {
    const { port } = new URL(serving.url);
    const addresses = await lookup('localhost', { all: true });
    const hosts = addresses.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
    for (const host of ['localhost', ...hosts]) {
      const client = httpsClient(`https://${host}:${port}`, serving.ca);
      const answer = await client.post('/validate/migrations', JSON.stringify(migrationReview()));
      client.close();
      expect(JSON.parse(answer.body).response.allowed).toBe(true);
    }
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    expect(await outcomeOf({ minVersion: version, maxVersion: version })).toBe(version);
  });

  test.each(['TLSv1', 'TLSv1.1'] as const)('refuses %s', async (version) => {
    expect(await outcomeOf({ minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' })).toBe(
      'refused',
    );
  });

  test('is not trusted by those who do not know its CA', async () => {
    expect(await outcomeOf({ ca: [] })).toBe('refused');
  });

  test('closes plain HTTP on the TLS port without harm', async () => {
    const socket = connectTcp(Number(new URL(serving.url).port), 'localhost');
    socket.on('error', () => undefined);
    socket.end('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(socket, 'close');
    expect((await fetch(`${serving.adminUrl}/livez`)).status).toBe(200);
  });
});

describe('a process that is told to end', () => {
  test('by SIGTERM answers what still comes while it drains, is unready meanwhile, and exits with 0', async () => {
    const serving = await start({ drain: 1 });
    const client = httpsClient(serving.url, serving.ca);
    const review = JSON.stringify(migrationReview());
    expect((await client.post('/validate/migrations', review)).headers.connection).toBe('keep-alive');
    serving.process.kill('SIGTERM');
    let readiness = 200;
    while (readiness === 200) readiness = (await fetch(`${serving.adminUrl}/readyz`)).status;
    const answer = await client.post('/validate/migrations', review);
    expect([readiness, answer.statusCode, answer.headers.connection]).toEqual([503, 200, 'close']);
    expect(await serving.exit).toEqual([0, null]);
    client.close();
    expect(serving.lines.map((line) => line.msg)).toEqual(['listening', 'review', 'draining', 'review', 'closed']);
  });

  test('by Ctrl-C does not drain first', async () => {
    const serving = await start({ drain: 600 });
    serving.process.kill('SIGINT');
    expect(await serving.exit).toEqual([0, null]);
    expect(serving.lines.map((line) => line.msg)).toEqual(['listening', 'draining', 'closed']);
  });
});
