import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Registry } from '@prometheus-io/client';
import type { FastifyInstance } from 'fastify';
import type { Status } from '../../src/report/status-data.ts';
import { createAdminApp } from '../../src/server/admin-app.ts';
import { createReadiness } from '../../src/server/readiness.ts';
import { NOW, statusOf } from '../report/sample-status.ts';

const apps: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

function adminApp(status: () => Status = statusOf): FastifyInstance {
  const app = createAdminApp(createReadiness(), new Registry(), status);
  apps.push(app);
  return app;
}

describe('the admin port with a status page', () => {
  test('serves it as a page that may do nothing but show itself, and that nobody keeps or frames', async () => {
    const { statusCode, headers, body } = await adminApp().inject('/');
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).toMatch(/^<!doctype html>[\s\S]*Status of headroom[\s\S]*<\/html>\n$/);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    const [own, frames] = String(headers['content-security-policy']).split(/; (?=frame-ancestors)/);
    expect(frames).toBe("frame-ancestors 'none'");
    expect(own).toMatch(/^default-src 'none'; style-src 'sha256-\S{44}'; script-src 'sha256-\S{44}' 'sha256-\S{44}'; /);
    expect(body.replaceAll('&#39;', "'")).toContain(`content="${own}"`);
  });

  test('answers HEAD with the headers alone, and GET with a query as without', async () => {
    const app = adminApp();
    const head = await app.inject({ method: 'HEAD', url: '/' });
    expect([head.statusCode, head.body, head.headers['x-frame-options']]).toEqual([200, '', 'DENY']);
    expect((await app.inject('/?a=<script>')).body).toBe((await app.inject('/')).body);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)('takes no %s', async (method) => {
    const answer = await adminApp().inject({ method, url: '/', payload: { a: 'secret' } });
    expect([answer.statusCode, answer.headers.allow, answer.json()]).toEqual([
      405,
      'GET, HEAD',
      { code: 405, error: 'expected GET' },
    ]);
  });

  test('has nothing else', async () => {
    for (const url of ['/index.html', '/status', '/status-page', '/x/']) {
      expect((await adminApp().inject(url)).json()).toEqual({ code: 404, error: 'nothing is here' });
    }
  });

  test('tells nothing of an error of its own', async () => {
    const app = adminApp(() => {
      throw new Error('a secret of ours');
    });
    const answer = await app.inject('/');
    expect([answer.statusCode, answer.json()]).toEqual([500, { code: 500, error: 'internal error' }]);
  });

  test.each([
    'localhost:8080',
    'LOCALHOST',
    '127.0.0.1:8080',
    '[::1]:8080',
    '10.42.0.17',
    'headroom:8080',
    'headroom.headroom-system.svc',
    'headroom.headroom-system.svc.cluster.local:8080',
  ])('shows the page to who asks for %s', async (host) => {
    expect((await adminApp().inject({ url: '/', headers: { host } })).statusCode).toBe(200);
  });

  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example:8080',
    '127.0.0.1.evil.example',
    'svc.evil.example',
    'evil.example.',
  ])('shows nothing to a page of the internet whose name was turned to this address: %j', async (host) => {
    const app = adminApp();
    const answer = await app.inject({ url: '/', headers: { host } });
    expect([answer.statusCode, answer.json().error]).toEqual([
      421,
      'expected to be asked as localhost, by address or by a name in the cluster',
    ]);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect((await app.inject({ url: '/livez', headers: { host } })).statusCode).toBe(200);
  });
});

describe('a status page that is asked for again', () => {
  const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);
  const [, ...latest] = statusOf().decisions.latest;

  test.each([
    ['a second has gone by', { at: later(1000) }, '2026-11-22 19:30'],
    ['it is draining', { state: 'draining' }, 'Draining'],
    ['something was decided', { decisions: { latest, count: 1235, deniedCount: 3 } }, '1,235 reviews'],
    ['there is another survey', { survey: undefined }, 'No survey is complete yet'],
    ['there is another certificate', { certificate: undefined }, 'none yet'],
  ] satisfies [string, Partial<Status>, string][])('is made again once %s', async (_title, changes, text) => {
    let status = statusOf();
    const app = adminApp(() => status);
    const first = (await app.inject('/')).body;
    status = statusOf(changes);
    const second = (await app.inject('/')).body;
    expect(second).not.toBe(first);
    expect(second).toContain(text);
  });

  test('is not made again where nothing has changed within the second', async () => {
    let made = 0;
    const status = statusOf();
    const counting: Status = Object.defineProperty({ ...status }, 'version', {
      get: () => {
        made += 1;
        return '1.2.3';
      },
    });
    const app = adminApp(() => counting);
    const first = await app.inject('/');
    const readings = made;
    expect((await app.inject('/')).body).toBe(first.body);
    expect([readings > 0, made]).toEqual([true, readings]);
  });
});

test('whoever asks and does not read is cut off, so that nobody holds the connections of probes', async () => {
  const registry = new Registry();
  registry.metrics = async () => '#'.repeat(64 * 1024 * 1024);
  const app = createAdminApp(createReadiness(), registry);
  apps.push(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const served = once(app.server, 'connection');
  const client = connect((app.server.address() as AddressInfo).port, '127.0.0.1').pause();
  client.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n');
  const [socket] = await served;
  await once(socket, 'close');
  expect(socket.bytesWritten).toBeGreaterThan(0);
  client.destroy();
});
