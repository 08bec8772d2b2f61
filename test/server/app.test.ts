import { describe, expect, test } from '@jest/globals';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { defaultLimits } from '../../src/server/limits.ts';
import { fakeForecaster, forecastThatExceeds, forecastThatFits } from '../admission/fake-forecaster.ts';
import { evacuationReview, migrationReview, podReview, reviewOf } from '../reviews/load-reviews.ts';
import { paths, webhookApp } from './webhook-app.ts';

describe('the webhook server', () => {
  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const)(
    "answers %s at a webhook's path with 405",
    async (method) => {
      const { app } = webhookApp();
      for (const url of paths) {
        const answer = await app.inject({ method, url });
        expect(answer.statusCode).toBe(405);
        expect(answer.headers.allow).toBe('POST');
        expect(answer.json()).toEqual({ code: 405, error: `expected POST at ${url}` });
      }
    },
  );

  test.each(['/', '/validate', '/validate/pods', '/metrics', '/livez'])('has nothing at %s', async (url) => {
    const answer = await webhookApp().app.inject({ method: 'GET', url });
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error).toMatch(/^nothing is here; expected one of \/validate\/migrations, /);
  });

  test('is reached with the query that the API server adds', async () => {
    const { ask } = webhookApp();
    const answer = await ask('/validate/migrations?timeout=5s', migrationReview());
    expect(answer.response.allowed).toBe(true);
  });

  test('sends a denial whole', async () => {
    const { ask } = webhookApp(fakeForecaster(forecastThatExceeds));
    const { response } = await ask('/validate/migrations', migrationReview());
    expect(response).toMatchObject({
      allowed: false,
      status: {
        status: 'Failure',
        code: 403,
        reason: 'Forbidden',
        message: forecastThatExceeds.message,
        details: { name: 'vm1-z9lkd', causes: [{ reason: 'sidecar-gap' }, { reason: 'overhead-grew' }] },
      },
      auditAnnotations: { verdict: 'exceeds', class: 'user', policy: 'deny' },
    });
    expect(response.warnings).toBeUndefined();
  });

  test('sends warnings of at most 256 characters', async () => {
    const message = `${'long '.repeat(100)}\nmore`;
    const { ask } = webhookApp(fakeForecaster({ ...forecastThatFits, verdict: 'waits', message }));
    const { response } = await ask('/validate/migrations', migrationReview());
    expect(response.warnings).toHaveLength(1);
    expect(response.warnings?.[0]).toMatch(/^(long )*long…$/);
    expect(response.warnings?.[0]?.length).toBeLessThanOrEqual(256);
  });

  test.each(paths)('admits at %s what its own bug keeps it from judging', async (path) => {
    const bug = new Error('secret detail');
    const { ask, lines } = webhookApp({
      forecastMigration: () => Promise.reject(bug),
      describePod: () => Promise.reject(bug),
    });
    const { response } = await ask(path, path === '/mutate/pods' ? podReview() : migrationReview());
    expect(response.allowed).toBe(true);
    expect(response.warnings?.[0]).toMatch(/(unknown|Cannot tell).*internal error$/);
    expect(JSON.stringify(response)).not.toContain('secret detail');
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 50, err: expect.objectContaining({ message: 'secret detail' }) }),
    );
  });

  test('admits what it cannot even render', async () => {
    // What no forecaster should give: the bug shows only where the forecast is written down.
    const broken = { ...forecastThatFits, quotas: undefined } as unknown as Forecast;
    const { ask, lines } = webhookApp(fakeForecaster(broken));
    const review = migrationReview();
    const { response } = await ask('/mutate/migrations', review);
    expect(response).toEqual({ uid: review.request.uid, allowed: true, warnings: ['verdict unknown: internal error'] });
    expect(lines).toContainEqual(expect.objectContaining({ level: 50, uid: review.request.uid }));
  });

  test('admits what takes too long', async () => {
    const { ask } = webhookApp(
      { forecastMigration: () => new Promise(() => undefined), describePod: () => new Promise(() => undefined) },
      { limits: { ...defaultLimits, eventLoopDelaySeconds: 0, decisionTimeoutSeconds: 0.001 } },
    );
    const { response } = await ask('/validate/migrations', migrationReview());
    expect(response.allowed).toBe(true);
    expect(response.warnings).toEqual(['Cannot tell whether VM quota-test/vm1 fits its quota: no answer within 1 ms']);
  });

  test('answers what a watcher with a bug was told of, and the watchers after it are told too', async () => {
    const told: string[] = [];
    const bug = () => {
      throw new Error('bug of a watcher');
    };
    const { ask, lines } = webhookApp(fakeForecaster(forecastThatExceeds), {
      observers: [bug, ({ uid }) => void told.push(uid)],
    });
    const { response } = await ask('/validate/migrations', migrationReview());
    expect([response.allowed, told]).toEqual([false, [response.uid]]);
    expect(lines.at(-1)).toMatchObject({ level: 50, uid: response.uid, err: { message: 'bug of a watcher' } });
  });

  test('sends its callers elsewhere while it drains, and still answers', async () => {
    const { post, readiness } = webhookApp();
    expect((await post('/validate/migrations', migrationReview())).headers.connection).not.toBe('close');
    readiness.markDraining();
    const answer = await post('/validate/migrations', migrationReview());
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.connection).toBe('close');
  });
});

describe('what is logged of a review', () => {
  test('is who, what and how long, and no object', async () => {
    const { ask, lines } = webhookApp();
    const review = migrationReview();
    await ask('/validate/migrations', review);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 30,
      msg: 'review',
      path: '/validate/migrations',
      uid: review.request.uid,
      namespace: 'quota-test',
      vmi: 'vm1',
      class: 'user',
      policy: 'deny',
      verdict: 'fits',
      denied: false,
      milliseconds: expect.any(Number),
    });
    expect(lines[0]).not.toHaveProperty('object');
  });

  test('has the code of what is missing where the verdict is unknown', async () => {
    const { ask, lines } = webhookApp();
    const review = migrationReview();
    review.request.object!.spec.vmiName = 'no name';
    await ask('/validate/migrations', review);
    expect(lines).toMatchObject([{ msg: 'review', verdict: 'unknown', unknown: 'request-not-understood' }]);
  });

  test('stays on one line whatever a name holds', async () => {
    const written: string[] = [];
    const { pino } = await import('pino');
    const logger = pino({}, { write: (line: string) => void written.push(line) });
    const { ask } = webhookApp(fakeForecaster(), { logger });
    const review = migrationReview();
    review.request.object!.spec.vmiName = 'x\n{"level":60,"msg":"forged"}';
    review.request.uid = 'u\n\u001b[2J';
    await ask('/validate/migrations', review);
    expect(written).toHaveLength(1);
    expect(written[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  test('is nothing but a debug line for what headroom has no say in', async () => {
    const { ask, lines } = webhookApp();
    await ask('/validate/migrations', reviewOf('resourcequotas-UPDATE'));
    expect(lines).toMatchObject([{ level: 20, verdict: 'ignored' }]);
  });

  test('is a warning for what cannot be read', async () => {
    const { post, lines } = webhookApp();
    await post('/validate/migrations', '{');
    expect(lines).toMatchObject([{ level: 40, code: 400, msg: 'request not answered' }]);
  });
});

describe('what is counted', () => {
  test('are reviews by path, class, verdict, cause and outcome, and what was not answered by code', async () => {
    const { ask, post, registry } = webhookApp(fakeForecaster(forecastThatExceeds));
    await ask('/validate/migrations', migrationReview());
    await ask('/validate/migrations', migrationReview());
    await ask('/mutate/migrations', evacuationReview());
    await ask('/mutate/pods', podReview());
    await post('/validate/migrations', '');
    const text = await registry.metrics();
    expect(text).toContain(
      'headroom_reviews_total{path="/validate/migrations",class="user",verdict="exceeds",cause="sidecar-gap",outcome="denied"} 2',
    );
    expect(text).toContain(
      'headroom_reviews_total{path="/mutate/migrations",class="evacuation",verdict="exceeds",cause="sidecar-gap",outcome="admitted"} 1',
    );
    expect(text).toContain(
      'headroom_reviews_total{path="/mutate/pods",class="none",verdict="described",cause="none",outcome="admitted"} 1',
    );
    expect(text).toContain('headroom_decision_seconds_count{path="/validate/migrations"} 2');
    expect(text).toContain('headroom_unanswered_requests_total{code="400"} 1');
  });
});
