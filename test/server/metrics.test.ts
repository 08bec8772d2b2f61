import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Registry } from '@prometheus-io/client';
import fc from 'fast-check';
import { metricFaults } from '../../scripts/metric-rules.ts';
import { CAUSES, type Forecast } from '../../src/forecast/forecast.ts';
import { DRIFT_REASONS } from '../../src/forecast/launcher-drift.ts';
import { REVIEW_UNKNOWNS } from '../../src/forecast/unknown-reasons.ts';
import { RELEASES } from '../../src/kubevirt/release-table.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { API_READ_OUTCOMES, EVENT_OUTCOMES } from '../../src/server/metrics-operation.ts';
import type { NamespaceSurvey, Survey } from '../../src/survey/survey.ts';
import { fakeForecaster, forecastThatExceeds, forecastThatFits } from '../admission/fake-forecaster.ts';
import { evacuationReview, migrationReview, podReview } from '../reviews/load-reviews.ts';
import { parseExposition, sampleValue } from './exposition.ts';
import { webhookApp } from './webhook-app.ts';

const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

async function familiesOf(registry: Registry) {
  return parseExposition(await registry.metrics());
}

function recorder() {
  const registry = new Registry();
  return { metrics: createMetrics(registry), families: () => familiesOf(registry), registry };
}

/** What an app over a fake forecaster has counted of some reviews. */
async function countedOf(forecast: Forecast, reviews: readonly (readonly [string, unknown])[]) {
  const { post, registry } = webhookApp(fakeForecaster(forecast));
  for (const [path, review] of reviews) await post(path, review);
  const families = await familiesOf(registry);
  const reviewed = families.get('headroom_reviews_total')?.samples.filter(({ value }) => value > 0) ?? [];
  return { families, reviewed: reviewed.map(({ labels, value }) => [Object.values(labels).join(' '), value]) };
}

describe('reviews', () => {
  test('are counted by path, class, verdict, cause and outcome', async () => {
    const { reviewed } = await countedOf(forecastThatExceeds, [
      ['/validate/migrations', migrationReview()],
      ['/validate/migrations', migrationReview()],
      ['/mutate/migrations', evacuationReview()],
      ['/mutate/pods', podReview()],
      ['/mutate/pods', migrationReview()],
    ]);
    expect(reviewed).toEqual([
      ['/validate/migrations user exceeds sidecar-gap denied', 2],
      ['/mutate/migrations evacuation exceeds sidecar-gap admitted', 1],
      ['/mutate/pods none described none admitted', 1],
      ['/mutate/pods none ignored none admitted', 1],
    ]);
  });

  test.each([
    { title: 'that fit have no cause', forecast: forecastThatFits, counted: 'user fits none admitted' },
    {
      title: 'of a pod that is refused whatever the quotas are have that as their cause',
      forecast: { ...forecastThatExceeds, cause: 'not-admitted' } as const,
      counted: 'user exceeds not-admitted denied',
    },
  ])('$title', async ({ forecast, counted }) => {
    const { reviewed } = await countedOf(forecast, [['/validate/migrations', migrationReview()]]);
    expect(reviewed).toEqual([[`/validate/migrations ${counted}`, 1]]);
  });

  test('that somebody only tries are no denials, and where the policy is off no cause is told', async () => {
    const tried = migrationReview();
    tried.request.dryRun = true;
    const silent = webhookApp(
      fakeForecaster({ forecast: forecastThatExceeds, namespacePolicy: 'off', denialPins: false }),
    );
    const { reviewed } = await countedOf(forecastThatExceeds, [['/validate/migrations', tried]]);
    expect(reviewed).toEqual([['/validate/migrations user exceeds sidecar-gap denied-dry-run', 1]]);
    await silent.post('/validate/migrations', migrationReview());
    const off = (await familiesOf(silent.registry)).get('headroom_reviews_total')?.samples.filter(({ value }) => value);
    expect(off?.map(({ labels }) => [labels.verdict, labels.cause])).toEqual([['off', 'none']]);
  });

  test('that exceed are there with 0 from the start, admitted and denied, so that the first is an increase', async () => {
    const { samples } = (await recorder().families()).get('headroom_reviews_total')!;
    expect(samples).toHaveLength(4 * CAUSES.length * 2);
    expect(new Set(samples.map(({ value }) => value))).toEqual(new Set([0]));
    expect(new Set(samples.map(({ labels }) => labels.cause))).toEqual(new Set(CAUSES));
    expect(new Set(samples.map(({ labels }) => `${labels.path} ${labels.verdict} ${labels.outcome}`))).toEqual(
      new Set(['/validate/migrations exceeds admitted', '/validate/migrations exceeds denied']),
    );
    const series = samples.map(({ labels }) => `${labels.class} ${labels.cause} ${labels.outcome}`);
    expect(new Set(series).size).toBe(series.length);
  });

  test.each([
    { policy: 'warn', outcome: 'admitted' },
    { policy: 'deny', outcome: 'denied' },
  ] as const)('that exceed add no series where the policy is $policy', async ({ policy, outcome }) => {
    const forecaster = fakeForecaster({ forecast: forecastThatExceeds, namespacePolicy: policy, denialPins: false });
    const { post, registry } = webhookApp(forecaster);
    const samples = async () => (await familiesOf(registry)).get('headroom_reviews_total')?.samples ?? [];
    const before = await samples();
    await post('/validate/migrations', migrationReview());
    const after = await samples();
    expect(after).toHaveLength(before.length);
    expect(after.filter(({ value }) => value > 0).map(({ labels }) => labels.outcome)).toEqual([outcome]);
  });

  test('take a time, and what is none is counted by code', async () => {
    const { families } = await countedOf(forecastThatFits, [
      ['/validate/migrations', migrationReview()],
      ['/validate/migrations', '{'],
      ['/mutate/pods', 'x'],
      ['/nothing', '{}'],
    ]);
    expect(sampleValue(families, 'headroom_decision_seconds_count', { path: '/validate/migrations' })).toBe(1);
    expect(
      sampleValue(families, 'headroom_decision_seconds_bucket', { path: '/validate/migrations', le: '+Inf' }),
    ).toBe(1);
    expect(sampleValue(families, 'headroom_unanswered_requests_total', { code: '400' })).toBe(2);
  });
});

describe('unknowns', () => {
  const unknown = (reason: (typeof REVIEW_UNKNOWNS)[number]): Forecast => ({
    ...forecastThatFits,
    verdict: 'unknown',
    unknown: reason,
    reason: 'in words',
  });

  test('have each reason with 0 from the start', async () => {
    const { samples } = (await recorder().families()).get('headroom_unknowns_total')!;
    expect(samples.map(({ labels, value }) => [labels.reason, value])).toEqual(REVIEW_UNKNOWNS.map((one) => [one, 0]));
  });

  test.each(REVIEW_UNKNOWNS)('are counted by reason: %s', async (reason) => {
    const { families } = await countedOf(unknown(reason), [['/validate/migrations', migrationReview()]]);
    const counted = families.get('headroom_unknowns_total')?.samples.filter(({ value }) => value > 0);
    expect(counted).toEqual([{ name: 'headroom_unknowns_total', labels: { reason }, value: 1 }]);
  });

  test('of pods are counted too', async () => {
    const { post, registry } = webhookApp(
      fakeForecaster(forecastThatFits, { kind: 'unknown', unknown: 'no-kubevirt', reason: 'in words' }),
    );
    await post('/mutate/pods', podReview());
    expect(sampleValue(await familiesOf(registry), 'headroom_unknowns_total', { reason: 'no-kubevirt' })).toBe(1);
  });

  test('that nobody asked about, for the policy is off, are not', async () => {
    const { metrics, families } = recorder();
    const evidence = { kind: 'migration', forecast: unknown('vm-not-found'), asked: undefined as never } as const;
    metrics.recordReview('/validate/migrations', { decision: { verdict: 'off' }, evidence }, 0.001);
    const counted = (await families()).get('headroom_unknowns_total')?.samples.filter(({ value }) => value > 0);
    expect(counted).toEqual([]);
  });

  test('of a fault of our own are an internal error', async () => {
    const forecaster = { ...fakeForecaster(), forecastMigration: () => Promise.reject(new Error('a fault')) };
    const { post, registry } = webhookApp(forecaster);
    await post('/validate/migrations', migrationReview());
    expect(sampleValue(await familiesOf(registry), 'headroom_unknowns_total', { reason: 'internal-error' })).toBe(1);
  });
});

describe('drift', () => {
  test('has each release and reason with 0 from the start, and is counted by them', async () => {
    const { metrics, families } = recorder();
    const { samples } = (await families()).get('headroom_overhead_drift_total')!;
    expect(samples).toHaveLength(RELEASES.length * DRIFT_REASONS.length);
    const drift = { kubeVirtVersion: 'v1.6.3-mine', part: 'source', differences: [] } as const;
    metrics.recordDrift({ ...drift, reason: 'memory', release: '1.6.0' });
    metrics.recordDrift({ ...drift, reason: 'memory', release: '1.6.0' });
    const counted = (await families()).get('headroom_overhead_drift_total')?.samples.filter(({ value }) => value > 0);
    expect(counted?.map(({ labels, value }) => ({ ...labels, value }))).toEqual([
      { release: '1.6.0', reason: 'memory', value: 2 },
    ]);
  });
});

const room = (quota: string, headroomBytes = 5n, shortfallBytes = 0n) =>
  ({ quota, resource: 'limits.memory', headroomBytes, shortfallBytes }) as const;

function namespaceSurvey(namespace: string, changes: Partial<NamespaceSurvey> = {}): NamespaceSurvey {
  const vms = { exceeds: 1, waits: 0, fits: 2, unknown: 0 };
  return { namespace, vms, rooms: [room('default')], driftedPods: 0, ...changes };
}

function survey(...namespaces: readonly NamespaceSurvey[]): Survey {
  return { at: new Date(1_800_000_000_500), seconds: 2.5, namespaces, leftOut: 3, unread: ['x', 'y'] };
}

const SURVEY_GAUGES = [
  'headroom_vms',
  'headroom_quota_headroom_bytes',
  'headroom_quota_shortfall_bytes',
  'headroom_overhead_drift_pods',
  'headroom_survey_completed_timestamp_seconds',
  'headroom_survey_duration_seconds',
  'headroom_survey_left_out_namespaces',
  'headroom_survey_unread_namespaces',
];

describe('a survey', () => {
  const labels = { namespace: 'shop', quota: 'default', resource: 'limits.memory' };

  test('that has not been made has no value, not even 0', async () => {
    const families = await recorder().families();
    expect(SURVEY_GAUGES.map((name) => families.get(name)?.samples)).toEqual(SURVEY_GAUGES.map(() => []));
  });

  test('gives each namespace and each quota their series, to the byte', async () => {
    const { metrics, families } = recorder();
    const rooms = [room('default', 0n, 499_581_313n), room('second', 9_007_199_254_740_991n)];
    metrics.recordSurvey(survey(namespaceSurvey('shop', { rooms, driftedPods: 4 })));
    const found = await families();
    const value = (name: string, of: Record<string, string> = {}) => sampleValue(found, name, of);
    expect(value('headroom_quota_headroom_bytes', labels)).toBe(0);
    expect(value('headroom_quota_shortfall_bytes', labels)).toBe(499_581_313);
    expect(value('headroom_quota_headroom_bytes', { ...labels, quota: 'second' })).toBe(9_007_199_254_740_991);
    expect(value('headroom_quota_shortfall_bytes', { ...labels, quota: 'second' })).toBe(0);
    expect(
      ['exceeds', 'waits', 'fits', 'unknown'].map((verdict) => value('headroom_vms', { namespace: 'shop', verdict })),
    ).toEqual([1, 0, 2, 0]);
    expect(value('headroom_overhead_drift_pods', { namespace: 'shop' })).toBe(4);
    expect(value('headroom_survey_completed_timestamp_seconds')).toBe(1_800_000_000.5);
    expect(value('headroom_survey_duration_seconds')).toBe(2.5);
    expect(value('headroom_survey_left_out_namespaces')).toBe(3);
    expect(value('headroom_survey_unread_namespaces')).toBe(2);
  });

  test('that says nothing any more leaves its time and its numbers, and no namespace', async () => {
    const { metrics, families } = recorder();
    metrics.recordSurvey(survey(namespaceSurvey('shop')));
    const before = await families();
    metrics.forgetSurvey();
    const after = await families();
    const [ofNamespaces, ofSurvey] = [SURVEY_GAUGES.slice(0, 4), SURVEY_GAUGES.slice(4)];
    for (const name of ofNamespaces) {
      expect([name, before.get(name)?.samples.length]).not.toEqual([name, 0]);
      expect([name, after.get(name)?.samples]).toEqual([name, []]);
    }
    expect(ofSurvey.map((name) => after.get(name))).toEqual(ofSurvey.map((name) => before.get(name)));
    metrics.recordSurvey(survey(namespaceSurvey('shop')));
    expect([...(await families()).values()]).toEqual([...before.values()]);
  });

  test('leaves no series of what was in the one before it', async () => {
    const { metrics, registry } = recorder();
    metrics.recordSurvey(survey(namespaceSurvey('gone'), namespaceSurvey('shop', { rooms: [room('old')] })));
    metrics.recordSurvey(survey(namespaceSurvey('shop', { rooms: [room('new')] })));
    const text = await registry.metrics();
    expect(text).not.toMatch(/"gone"|"old"/);
    expect(text).toContain('quota="new"');
  });

  test('whatever is in it, publishes names that an API server would take, and each once', async () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('a', 'a.b', 'A', '-a', 'x'.repeat(64), 'x'.repeat(300), '"} 1\nforged 1'),
    );
    const drafts = fc.array(fc.record({ namespace: names, quotas: fc.array(names, { maxLength: 3 }) }), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(drafts, async (given) => {
        const { metrics, families } = recorder();
        metrics.recordSurvey(
          survey(
            ...given.map(({ namespace, quotas }) =>
              namespaceSurvey(namespace, { rooms: quotas.map((one) => room(one)) }),
            ),
          ),
        );
        for (const { samples } of (await families()).values()) {
          for (const { namespace = 'a', quota = 'a' } of samples.map((sample) => sample.labels)) {
            expect(namespace).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
            expect(quota).toMatch(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('the API', () => {
  test('has all outcomes of a kind with the first read of it, and counts each', async () => {
    const { metrics, families } = recorder();
    metrics.recordApiRead('pods', 'ok');
    for (const outcome of API_READ_OUTCOMES) metrics.recordApiRead('resourcequotas', outcome);
    const reads = (await families()).get('headroom_api_reads_total')?.samples ?? [];
    expect(reads.map(({ labels, value }) => `${labels.kind} ${labels.outcome} ${value}`)).toEqual([
      'pods ok 1',
      'pods not_found 0',
      'pods refused 0',
      'pods unanswered 0',
      'resourcequotas ok 1',
      'resourcequotas not_found 1',
      'resourcequotas refused 1',
      'resourcequotas unanswered 1',
    ]);
  });
});

describe('Events', () => {
  test('have each outcome with 0 from the start, and are counted by it', async () => {
    const { metrics, families } = recorder();
    metrics.recordEvent('dropped');
    const events = (await families()).get('headroom_events_total')?.samples ?? [];
    expect(events.map(({ labels, value }) => [labels.outcome, value])).toEqual(
      EVENT_OUTCOMES.map((one) => [one, one === 'dropped' ? 1 : 0]),
    );
  });
});

describe('the page of metrics', () => {
  test('names every metric there is with its type, and none that is not', async () => {
    const { registry } = recorder();
    expect(metricFaults(await registry.metrics(), page)).toEqual([]);
  });

  test('is told where it is wrong', async () => {
    const { registry, metrics } = recorder();
    metrics.recordBuild('1.2.3');
    const wrong = page
      .replace('| `headroom_vms` | gauge |', '| `headroom_vms` | counter |')
      .replace(
        '| `headroom_build_info` | gauge | `version`, `node_version` |',
        '| `headroom_build_info` | gauge | `version` |',
      )
      .replace('`headroom_events_total`', '`headroom_notes_total`')
      .replace('`nodejs_*`', 'others');
    expect(metricFaults(await registry.metrics(), wrong)).toEqual([
      'headroom_notes_total: documented, not published',
      'headroom_vms: published as gauge, documented as counter',
      'headroom_events_total: published, not documented',
      'headroom_build_info: published with node_version,version, documented with version',
      'nodejs_*: not documented',
    ]);
  });
});
