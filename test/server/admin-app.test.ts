import { describe, expect, test } from '@jest/globals';
import { Registry } from '@prometheus-io/client';
import { createAdminApp } from '../../src/server/admin-app.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { createReadiness } from '../../src/server/readiness.ts';

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

  test('has nothing else', async () => {
    const { app } = adminApp();
    for (const url of ['/', '/debug', '/validate/migrations']) expect((await app.inject(url)).statusCode).toBe(404);
    expect((await app.inject({ method: 'POST', url: '/livez' })).statusCode).toBe(404);
  });
});
