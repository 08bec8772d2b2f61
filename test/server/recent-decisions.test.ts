import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '../../src/admission/evidence.ts';
import { ignored, type Outcome } from '../../src/admission/response.ts';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { unknownBecause } from '../../src/forecast/unknown-reasons.ts';
import { RecentDecisions } from '../../src/server/recent-decisions.ts';
import type { SeenReview } from '../../src/server/seen-review.ts';
import { fakeForecaster, forecastThatExceeds, forecastThatFits } from '../admission/fake-forecaster.ts';
import { migrationReview } from '../reviews/load-reviews.ts';
import { webhookApp } from './webhook-app.ts';

const MEBIBYTE = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const AT = new Date('2026-11-22T10:00:00Z');

function evidenceOf(forecast: Forecast): Evidence {
  const { namespace, vmi } = forecast;
  const asked = { namespace, vmi, userName: 'secret-user', isDryRun: false, annotations: new Map() };
  return { kind: 'migration', asked, forecast };
}

function outcomeOf(forecast: Forecast, changes: Partial<Outcome> = {}): Outcome {
  const { namespace, vmi, verdict } = forecast;
  return {
    decision: { namespace, vmi, verdict, migrationClass: 'user', policy: 'deny' },
    evidence: evidenceOf(forecast),
    ...changes,
  };
}

function seen(outcome: Outcome, changes: Partial<SeenReview> = {}): SeenReview {
  return { path: '/validate/migrations', uid: 'uid-1', outcome, seconds: 0.001, at: AT, ...changes };
}

function listed(...reviews: readonly SeenReview[]) {
  const decisions = new RecentDecisions();
  for (const review of reviews) decisions.observe(review);
  return decisions.list();
}

const DENIAL: NonNullable<Outcome['denial']> = {
  status: 'Failure',
  code: 403,
  reason: 'Forbidden',
  message: 'denied',
  details: { name: '', group: '', kind: '', causes: [] },
};

describe('the recent decisions', () => {
  test('keep names, the verdict, the answer and the first line, and nothing else', () => {
    const { latest } = listed(seen(outcomeOf(forecastThatExceeds, { denial: DENIAL })));
    expect(latest).toEqual([
      {
        at: AT,
        path: '/validate/migrations',
        uid: 'uid-1',
        namespace: 'quota-test',
        vmi: 'vm1',
        migrationClass: 'user',
        verdict: 'exceeds',
        next: undefined,
        answer: 'denied',
        isDryRun: false,
        line: 'VM quota-test/vm1 exceeds quota default: limits.memory is short by 499581313.',
      },
    ]);
  });

  test('are the last fifty, the newest first, and all are counted', () => {
    const reviews = Array.from({ length: 120 }, (_, index) => seen(outcomeOf(forecastThatFits), { uid: `${index}` }));
    const denied = seen(outcomeOf(forecastThatExceeds, { denial: DENIAL }), { uid: 'denied' });
    const { latest, count, deniedCount } = listed(denied, ...reviews);
    expect(latest.map(({ uid }) => uid)).toEqual(Array.from({ length: 50 }, (_, index) => `${119 - index}`));
    expect([count, deniedCount]).toEqual([121, 1]);
  });

  test('are without reviews of which headroom has no say', () => {
    expect(listed(seen(ignored))).toEqual({ latest: [], count: 0, deniedCount: 0 });
  });

  test('tell a migration that leaves no room for the next', () => {
    expect(listed(seen(outcomeOf({ ...forecastThatFits, next: 'exceeds' }))).latest[0]?.next).toBe('exceeds');
  });

  test('tell what was only written on a migration, or asked for to see what would become of it', () => {
    const outcome = outcomeOf(forecastThatFits);
    const evidence = evidenceOf(forecastThatFits) as Extract<Evidence, { kind: 'migration' }>;
    const dryRun = { ...outcome, evidence: { ...evidence, asked: { ...evidence.asked, isDryRun: true } } };
    const { latest } = listed(seen(outcome, { path: '/mutate/migrations' }), seen(dryRun));
    expect(latest.map(({ answer, isDryRun }) => [answer, isDryRun])).toEqual([
      ['admitted', true],
      ['noted', false],
    ]);
  });

  test('repeat nothing where the policy is to say nothing', () => {
    const outcome = outcomeOf(forecastThatExceeds, { decision: { verdict: 'off', namespace: 'a', vmi: 'b' } });
    expect(listed(seen(outcome)).latest[0]).toMatchObject({ verdict: 'off', namespace: 'a', line: '' });
  });

  test('tell of a pod how much overhead was written on it, or why none', () => {
    const annotations = { memoryOverheadBytes: 435_159_040n, overheadRatio: '1.5', kubeVirtVersion: '1.6.3' };
    const pods: readonly Outcome[] = [
      {
        decision: { verdict: 'described', namespace: 'a', vmi: 'b' },
        evidence: { kind: 'pod', description: { kind: 'described', annotations } },
      },
      {
        decision: { verdict: 'unknown', namespace: 'a', vmi: 'b' },
        evidence: { kind: 'pod', description: unknownBecause('request-not-understood', 'of a reason') },
      },
    ];
    const { latest } = listed(...pods.map((outcome) => seen(outcome, { path: '/mutate/pods' })));
    expect(latest.map(({ line, migrationClass }) => [line, migrationClass])).toEqual([
      ['Memory overhead unknown: of a reason', undefined],
      ['Memory overhead 415.00 MiB, at ratio 1.5 of KubeVirt 1.6.3', undefined],
    ]);
  });

  test('tell of an error of headroom’s own as the caller is told of it', () => {
    const outcome: Outcome = { decision: { verdict: 'unknown' }, warnings: ['verdict unknown: internal error'] };
    expect(listed(seen(outcome)).latest[0]).toMatchObject({ namespace: '', line: 'verdict unknown: internal error' });
    expect(listed(seen({ decision: { verdict: 'unknown' } })).latest[0]?.line).toBe('');
  });

  test('keep no line that is longer than a warning, nor half a character', () => {
    const line = listed(seen(outcomeOf({ ...forecastThatFits, message: `${'x'.repeat(255)}😀${'y'.repeat(1e6)}` })));
    expect(line.latest[0]?.line).toBe(`${'x'.repeat(255)}…`);
  });

  test('keep none of the facts that a decision was made of', async () => {
    const decisions = new RecentDecisions();
    const see = (index: number): WeakRef<object> => {
      const outcome = outcomeOf({ ...forecastThatFits, message: `VM quota-test/vm${index} fits.` });
      decisions.observe(seen(outcome));
      return new WeakRef(outcome.evidence as object);
    };
    const facts = Array.from({ length: 50 }, (_, index) => see(index));
    // What a WeakRef was made of lives on until the turn is over.
    await new Promise(setImmediate);
    collectGarbage();
    expect(facts.filter((fact) => fact.deref() !== undefined)).toEqual([]);
    expect(decisions.list().latest).toHaveLength(50);
  });

  test('keep of a long message no more than the line that is shown', () => {
    const decisions = new RecentDecisions();
    const before = heapBytes();
    for (let index = 0; index < 50; index += 1) {
      const message = `VM quota-test/vm${index} fits.\n${String.fromCharCode(97 + (index % 26)).repeat(MEBIBYTE)}`;
      decisions.observe(seen(outcomeOf({ ...forecastThatFits, message })));
    }
    expect(heapBytes() - before).toBeLessThan(10 * MEBIBYTE);
    expect(decisions.list().latest[0]?.line).toBe('VM quota-test/vm49 fits.');
  });
});

test('decisions are listed as the webhook is asked, without the user who asks', async () => {
  const decisions = new RecentDecisions();
  const { ask } = webhookApp(fakeForecaster(forecastThatExceeds), { observers: [decisions.observe] });
  const review = migrationReview();
  await ask('/validate/migrations', {
    ...review,
    request: { ...review.request, userInfo: { username: 'secret-user' } },
  });
  const { latest } = decisions.list();
  expect(latest).toMatchObject([{ uid: review.request.uid, vmi: 'vm1', verdict: 'exceeds', answer: 'denied' }]);
  expect(JSON.stringify(latest)).not.toContain('secret-user');
});
