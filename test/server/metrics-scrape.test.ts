import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { metricFaults } from '../../scripts/metric-rules.ts';
import { servingParts } from '../../src/commands/serving-parts.ts';
import { createLogger } from '../../src/config/logger.ts';
import { serveConfig } from '../../src/config/serve-config.ts';
import { createSelfSigned, type SelfSigned } from '../../src/server/self-signed.ts';
import { serve } from '../../src/server/serve.ts';
import { createTelemetry } from '../../src/server/telemetry.ts';
import type { Survey } from '../../src/survey/survey.ts';
import { FakeApiServer, refused } from '../builders/fake-api-server.ts';
import { HttpsApiServer } from '../builders/https-api-server.ts';
import { answersOf } from '../builders/https-cluster.ts';
import { scene } from '../builders/scene.ts';
import { type Family, parseExposition, sampleValue } from './exposition.ts';
import { httpsClient } from './https-client.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const MIGRATION = readFileSync(join(root, 'examples/review-migration.json'), 'utf8');
const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');

interface Running {
  /** The next survey of which that is true, once it is published. */
  survey(isMeant?: (survey: Survey) => boolean): Promise<Survey>;
  /** Once it is published that the last survey says nothing any more. */
  readonly lost: Promise<void>;
  post(path: string, body: string): Promise<number | undefined>;
  scrape(): Promise<ReadonlyMap<string, Family>>;
  text(): Promise<string>;
  readonly certificate: string;
}

const open: (() => unknown)[] = [];

/** A server as `headroom serve` starts it, in this process, and whoever asks it. */
async function running(flags: Record<string, unknown>, ca?: string): Promise<Running> {
  const config = serveConfig(
    { host: 'localhost', port: '0', adminPort: '0', drain: '0', surveyInterval: '1', ...flags },
    {},
  );
  const logger = createLogger('info', { write: () => undefined });
  const telemetry = createTelemetry('1.2.3');
  const { surveys, certificates, ...parts } = await servingParts(config, logger, telemetry.metrics);
  let heard = Promise.withResolvers<Survey>();
  const lost = Promise.withResolvers<void>();
  let certificate = '';
  const listening = await serve(config, {
    ...parts,
    logger,
    telemetry,
    certificates: {
      start: (onPair, stopping) =>
        certificates.start((pair) => {
          certificate = pair.cert;
          onPair(pair);
        }, stopping),
    },
    ...(surveys && {
      surveys: {
        start: (listener, signal) =>
          surveys.start(
            {
              onSurvey: (survey) => {
                listener.onSurvey(survey);
                heard.resolve(survey);
                heard = Promise.withResolvers();
              },
              onLost: () => {
                listener.onLost();
                lost.resolve();
              },
            },
            signal,
          ),
      },
    }),
  });
  const { caFile, url, adminUrl } = listening;
  const client = httpsClient(url, ca ?? readFileSync(caFile ?? '', 'utf8'));
  open.push(async () => {
    client.close();
    await listening.close();
    if (caFile !== undefined) rmSync(dirname(caFile), { recursive: true });
  });
  const text = async () => (await fetch(`${adminUrl}/metrics`)).text();
  return {
    survey: async (isMeant = () => true) => {
      for (;;) {
        const survey = await heard.promise;
        if (isMeant(survey)) return survey;
      }
    },
    lost: lost.promise,
    post: async (path, body) => (await client.post(path, body)).statusCode,
    scrape: async () => parseExposition(await text()),
    text,
    certificate,
  };
}

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const ROOM = { namespace: 'quota-test', quota: 'default-z4g94', resource: 'limits.memory' };

describe('a server over a snapshot', () => {
  test.each([
    { file: 'quota-test.yaml', headroom: 385_415_687, shortfall: 0, verdict: 'fits' },
    { file: 'quota-test-6000Mi.yaml', headroom: 548_994_687, shortfall: 0, verdict: 'fits' },
    { file: 'quota-test-after-migration.yaml', headroom: 0, shortfall: 499_581_313, verdict: 'exceeds' },
  ])('publishes the room of $file to the byte', async ({ file, headroom, shortfall, verdict }) => {
    const server = await running({ snapshot: [join(root, 'examples', file)] });
    const { at } = await server.survey();
    const families = await server.scrape();
    expect(sampleValue(families, 'headroom_quota_headroom_bytes', ROOM)).toBe(headroom);
    expect(sampleValue(families, 'headroom_quota_shortfall_bytes', ROOM)).toBe(shortfall);
    expect(sampleValue(families, 'headroom_vms', { namespace: 'quota-test', verdict })).toBe(1);
    expect(families.get('headroom_vms')?.samples.reduce((sum, { value }) => sum + value, 0)).toBe(1);
    expect(sampleValue(families, 'headroom_overhead_drift_pods', { namespace: 'quota-test' })).toBe(0);
    expect(sampleValue(families, 'headroom_survey_completed_timestamp_seconds')).toBe(at.getTime() / 1000);
    expect(sampleValue(families, 'headroom_survey_left_out_namespaces')).toBe(0);
    expect(sampleValue(families, 'headroom_survey_unread_namespaces')).toBe(0);
  });

  test('publishes every metric of the page, and none besides', async () => {
    const server = await running({ snapshot: [join(root, 'examples/quota-test-after-migration.yaml')] });
    await server.survey();
    const codes = [
      await server.post('/validate/migrations', MIGRATION),
      await server.post('/mutate/migrations', MIGRATION),
      await server.post('/validate/migrations', MIGRATION.replace('"vmiName": "vm1"', '"vmiName": "nobody"')),
      await server.post('/validate/migrations', '{'),
    ];
    expect(codes).toEqual([200, 200, 200, 400]);
    const text = await server.text();
    expect(metricFaults(text, page)).toEqual([]);
    const families = parseExposition(text);
    const review = { path: '/validate/migrations', class: 'user' };
    const denied = { ...review, verdict: 'exceeds', cause: 'overhead-grew', outcome: 'denied' };
    expect(sampleValue(families, 'headroom_reviews_total', denied)).toBe(1);
    const unknown = { ...review, verdict: 'unknown', cause: 'none', outcome: 'admitted' };
    expect(sampleValue(families, 'headroom_reviews_total', unknown)).toBe(1);
    expect(sampleValue(families, 'headroom_unknowns_total', { reason: 'vm-not-found' })).toBe(1);
    expect(sampleValue(families, 'headroom_unanswered_requests_total', { code: '400' })).toBe(1);
    expect(sampleValue(families, 'headroom_decision_seconds_count', { path: '/mutate/migrations' })).toBe(1);
  });

  test('names what runs, and the certificate that it serves with', async () => {
    const server = await running({ snapshot: [join(root, 'examples/quota-test.yaml')], surveyInterval: '0' });
    const families = await server.scrape();
    const { validFromDate, validToDate } = new X509Certificate(server.certificate);
    const seconds = (date: Date) => date.getTime() / 1000;
    expect(sampleValue(families, 'headroom_certificate_not_before_timestamp_seconds')).toBe(seconds(validFromDate));
    expect(sampleValue(families, 'headroom_certificate_not_after_timestamp_seconds')).toBe(seconds(validToDate));
    const build = { version: '1.2.3', node_version: process.versions.node };
    expect(sampleValue(families, 'headroom_build_info', build)).toBe(1);
  });

  test('that is not to look at namespaces publishes nothing of them', async () => {
    const server = await running({ snapshot: [join(root, 'examples/quota-test.yaml')], surveyInterval: '0' });
    const families = await server.scrape();
    const ofSurveys = [...families].filter(([name]) => /^headroom_(survey|vms|quota|overhead_drift_pods)/.test(name));
    expect(ofSurveys).toHaveLength(8);
    expect(ofSurveys.flatMap(([, { samples }]) => samples)).toEqual([]);
  });
});

describe('a server over an API server', () => {
  let pair: SelfSigned;
  beforeAll(async () => {
    pair = await createSelfSigned('localhost', new Date());
  });

  async function live(cluster: FakeApiServer): Promise<Running> {
    const api = await HttpsApiServer.start(pair);
    open.push(() => api.stop());
    api.answers = [answersOf(cluster)];
    const tls = { tlsCert: api.write('tls.crt', pair.cert), tlsKey: api.write('tls.key', pair.key) };
    return running({ kubeconfig: api.kubeconfig(), ...tls }, pair.ca);
  }

  test('counts its reads by kind and by what came of them, and forgets a quota that is gone', async () => {
    const cluster = new FakeApiServer(scene().json());
    const server = await live(cluster);
    await server.survey();
    const outcome = async (kind: string, what: string) =>
      sampleValue(await server.scrape(), 'headroom_api_reads_total', { kind, outcome: what });
    expect(await outcome('kubevirts', 'ok')).toBeGreaterThan(0);
    expect(await outcome('virtualmachineinstances', 'ok')).toBeGreaterThan(0);
    expect(await outcome('namespaces', 'ok')).toBeGreaterThan(0);
    expect(await outcome('pods', 'refused')).toBe(0);
    expect(sampleValue(await server.scrape(), 'headroom_quota_headroom_bytes', ROOM)).toBeGreaterThan(0);

    cluster.intervene = ({ path }) => (path.endsWith('/pods') ? refused(403, 'not allowed') : undefined);
    expect((await server.survey(({ unread }) => unread.length > 0)).unread).toEqual(['quota-test']);
    expect(await outcome('pods', 'refused')).toBeGreaterThan(0);
    expect(sampleValue(await server.scrape(), 'headroom_survey_unread_namespaces')).toBe(1);

    cluster.intervene = undefined;
    cluster.delete('/api/v1/namespaces/quota-test/resourcequotas/default-z4g94');
    await server.survey(({ namespaces, unread }) => namespaces.length + unread.length === 0);
    const families = await server.scrape();
    expect(families.get('headroom_quota_headroom_bytes')?.samples).toEqual([]);
    expect(families.get('headroom_vms')?.samples).toEqual([]);
  });

  test('takes away what was found once nothing can be read for three surveys, but not when that was', async () => {
    const cluster = new FakeApiServer(scene().json());
    const server = await live(cluster);
    const { at } = await server.survey();
    cluster.intervene = ({ path }) => (path.endsWith('/resourcequotas') ? refused(500, 'out of order') : undefined);
    await server.lost;
    const found = await server.scrape();
    const samples = (name: string) => found.get(name)?.samples;
    const ofNamespaces = ['vms', 'quota_headroom_bytes', 'quota_shortfall_bytes', 'overhead_drift_pods'];
    expect(ofNamespaces.map((name) => samples(`headroom_${name}`))).toEqual(ofNamespaces.map(() => []));
    const completed = sampleValue(found, 'headroom_survey_completed_timestamp_seconds') ?? 0;
    expect(completed).toBeGreaterThanOrEqual(at.getTime() / 1000);

    cluster.intervene = undefined;
    const { at: again } = await server.survey();
    const since = await server.scrape();
    expect(sampleValue(since, 'headroom_quota_headroom_bytes', ROOM)).toBeGreaterThan(0);
    expect(sampleValue(since, 'headroom_survey_completed_timestamp_seconds')).toBe(again.getTime() / 1000);
  });

  test('counts what was not found, and what was not answered', async () => {
    const cluster = new FakeApiServer(scene().json());
    const server = await live(cluster);
    await server.survey();
    const vmis = async (outcome: string) =>
      sampleValue(await server.scrape(), 'headroom_api_reads_total', { kind: 'virtualmachineinstances', outcome });
    expect(await vmis('not_found')).toBe(0);
    expect(await server.post('/validate/migrations', MIGRATION.replace('"vmiName": "vm1"', '"vmiName": "x"'))).toBe(
      200,
    );
    expect(await vmis('not_found')).toBe(1);
    const before = (await vmis('unanswered')) ?? 0;
    cluster.intervene = () => ({ kind: 'unanswered', message: 'cut off' });
    await server.post('/validate/migrations', MIGRATION);
    expect(await vmis('unanswered')).toBeGreaterThan(before);
    const unknown = { reason: 'cluster-unreadable' };
    expect(sampleValue(await server.scrape(), 'headroom_unknowns_total', unknown)).toBe(1);
  });

  test('of thousands of namespaces publishes those with the least room, and fewer than 6000 series', async () => {
    const telemetry = createTelemetry('1.2.3');
    const rooms = Array.from({ length: 2 }, (_, index) => ({
      quota: `quota-${index}`,
      resource: 'limits.memory' as const,
      headroomBytes: 1n,
      shortfallBytes: 0n,
    }));
    const namespaces = Array.from({ length: 500 }, (_, index) => ({
      namespace: `namespace-${index}`,
      vms: { exceeds: 0, waits: 0, fits: 1, unknown: 0 },
      rooms,
      driftedPods: 0,
    }));
    telemetry.metrics.recordSurvey({ at: new Date(), seconds: 1, namespaces, leftOut: 4500, unread: [] });
    const families = parseExposition(await telemetry.registry.metrics());
    const series = [...families.values()].reduce((sum, { samples }) => sum + samples.length, 0);
    expect(series).toBeGreaterThan(4500);
    expect(series).toBeLessThan(6000 - 210);
  });
});
