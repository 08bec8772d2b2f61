import { describe, expect, test } from '@jest/globals';
import { Gauge, Registry } from '@prometheus-io/client';
import { createAdminApp } from '../../src/server/admin-app.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { createReadiness } from '../../src/server/readiness.ts';
import { fakeForecaster, forecastThatExceeds } from '../admission/fake-forecaster.ts';
import { migrationReview } from '../reviews/load-reviews.ts';
import { webhookApp } from './webhook-app.ts';

const adminApp = () => {
  const readiness = createReadiness();
  const registry = new Registry();
  createMetrics(registry);
  return { readiness, app: createAdminApp(readiness, registry) };
};

describe('the admin port', () => {
  test('is alive from the start', async () => {
    const { app } = adminApp();
    const answer = await app.inject('/livez');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ status: 'alive' });
  });

  test('is ready only between the start and the draining, which is final', async () => {
    const { app, readiness } = adminApp();
    const probe = async () => {
      const answer = await app.inject('/readyz');
      return [answer.statusCode, answer.json().status];
    };
    expect(await probe()).toEqual([503, 'starting']);
    readiness.markReady();
    expect(await probe()).toEqual([200, 'ready']);
    readiness.markDraining();
    expect(await probe()).toEqual([503, 'draining']);
    readiness.markReady();
    expect(await probe()).toEqual([503, 'draining']);
  });

  test("serves the metrics in Prometheus' text format", async () => {
    const answer = await adminApp().app.inject('/metrics');
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.body).toContain('# TYPE headroom_reviews_total counter');
    expect(answer.body).toContain('# TYPE headroom_decision_seconds histogram');
  });

  test('writes the metrics down once for all who ask at the same time, and anew for whoever asks later', async () => {
    const registry = new Registry();
    let written = 0;
    const collect = (): void => gauge.set(++written);
    const gauge = new Gauge({ name: 'written', help: 'How often.', registers: [registry], collect });
    const app = createAdminApp(createReadiness(), registry);
    const scrape = async () => (await app.inject('/metrics')).body.split('\n').at(2);
    expect(await Promise.all(Array.from({ length: 50 }, scrape))).toEqual(Array(50).fill('written 1'));
    expect(await scrape()).toBe('written 2');
  });

  test.each([
    ['GET', '/'],
    ['GET', '/debug/pprof/heap'],
    ['GET', '/validate/migrations'],
    ['GET', '/%2e%2e/etc/passwd'],
    ['GET', '/%zz<script>'],
    ['GET', '/livez/'],
    ['POST', '/'],
    ['OPTIONS', '/config'],
  ] as const)('has nothing else, and says no more than that: %s %s', async (method, url) => {
    const answer = await adminApp().app.inject({ method, url });
    expect([answer.statusCode, answer.json()]).toEqual([404, { code: 404, error: 'nothing is here' }]);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const)('takes no %s', async (method) => {
    for (const url of ['/livez', '/readyz?a=b', '/metrics']) {
      const { app } = adminApp();
      const answer = await app.inject({
        method,
        url,
        ...(method !== 'TRACE' && { payload: { secret: 'in the body' } }),
      });
      expect([answer.statusCode, answer.headers.allow, answer.body]).toEqual([
        405,
        'GET, HEAD',
        '{"code":405,"error":"expected GET"}',
      ]);
    }
  });

  test('tells nothing of an error of its own', async () => {
    const registry = new Registry();
    registry.metrics = async () => Promise.reject(new Error('a secret of ours'));
    const answer = await createAdminApp(createReadiness(), registry).inject('/metrics');
    expect([answer.statusCode, answer.json()]).toEqual([500, { code: 500, error: 'internal error' }]);
  });

  test('names no server, and is neither kept nor taken for a page', async () => {
    const { app } = adminApp();
    for (const url of ['/livez', '/metrics', '/nothing']) {
      const { headers } = await app.inject(url);
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['server']));
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    }
  });

  test('refuses headers of more than four kilobytes', async () => {
    const { app } = adminApp();
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    try {
      expect((await fetch(`${url}/livez`, { headers: { a: 'x'.repeat(3000) } })).status).toBe(200);
      const long = await fetch(`${url}/livez`, { headers: { a: 'x'.repeat(5000) } }).catch(() => undefined);
      expect(long?.status).toBe(431);
    } finally {
      await app.close();
    }
  });

  test('tells of reviews how many there were of a kind, and of no VM, user, namespace or quota', async () => {
    const { ask, registry, readiness } = webhookApp(fakeForecaster(forecastThatExceeds));
    const review = migrationReview();
    review.request.object!.spec.vmiName = 'secret-vm';
    await ask('/validate/migrations', {
      ...review,
      request: { ...review.request, userInfo: { username: 'secret-user' } },
    });
    await ask('/validate/migrations', migrationReview());
    const { body } = await createAdminApp(readiness, registry).inject('/metrics');
    expect(body).not.toContain('secret-');
    const counted = body.split('\n').filter((line) => !line.endsWith(' 0'));
    const labels = [...counted.join('\n').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => `${name}=${value}`);
    expect([...new Set(labels)].filter((label) => !label.startsWith('le=')).sort()).toEqual([
      'cause=sidecar-gap',
      'class=user',
      'outcome=denied',
      'path=/validate/migrations',
      'verdict=exceeds',
    ]);
  });
});
