import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { applyPatch } from 'rfc6902';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import type { AdmissionReviewResponse } from '../../src/admission/response.ts';
import type { Verdict } from '../../src/forecast/forecast.ts';
import { annotationJson } from '../../src/forecast/forecast-json.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { podShape } from '../../src/objects/kubernetes.ts';
import { createSelfSigned } from '../../src/server/self-signed.ts';
import { httpsClient } from '../server/https-client.ts';
import { paths, webhookApp } from '../server/webhook-app.ts';
import { clusterOf, clusterTextOf } from './cluster-of-review.ts';
import { loadReviews, type RecordedReview, type SentObject, type SentReview } from './load-reviews.ts';

const MIGRATIONS = 'virtualmachineinstancemigrations';

/** What became of those migrations that were alone; of one of a set, what it would have met alone. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  'quota-test/vm1': 'fits',
  'evac-deny/vm1': 'fits',
  'sc-001/vm1': 'exceeds',
  'sc-002/vm4': 'fits',
  'sc-015/vm3': 'exceeds',
  'sc-074/vm0': 'fits',
  'sc-103/vm2': 'exceeds',
  'sc-141/vm0': 'fits',
  'sc-196/vm3': 'fits',
  'sc-220/vm2': 'exceeds',
  'sc-225/vm1': 'exceeds',
};

function created(resource: string): RecordedReview[] {
  return loadReviews().filter(
    ({ review: { request } }) => request.operation === 'CREATE' && request.resource.resource === resource,
  );
}

async function ask(path: (typeof paths)[number], review: SentReview): Promise<AdmissionReviewResponse['response']> {
  const { response } = await webhookApp(clusterForecaster(clusterOf(review))).ask(path, review);
  return response;
}

function patched(review: SentReview, { patch }: AdmissionReviewResponse['response']): Record<string, string> {
  const object = structuredClone(review.request.object) as SentObject;
  applyPatch(object, patch === undefined ? [] : JSON.parse(Buffer.from(patch, 'base64').toString()));
  return object.metadata.annotations ?? {};
}

function migrationOf({ request }: SentReview): string {
  return `${request.namespace}/${request.object?.spec.vmiName}`;
}

const migrations = created(MIGRATIONS).map((recorded) => {
  const verdict = VERDICTS[migrationOf(recorded.review)] ?? 'unknown';
  return { ...recorded, verdict, migration: migrationOf(recorded.review) };
});

describe('a migration that was asked for', () => {
  test.each(migrations)('$migration ($file): $verdict', async ({ review, verdict }) => {
    const response = await ask('/validate/migrations', review);
    expect(response.uid).toBe(review.request.uid);
    expect(response.auditAnnotations?.verdict).toBe(verdict);
    expect(response.auditAnnotations?.class).toBe(review.request.userInfo.username === 'admin' ? 'user' : 'evacuation');
    expect(response.allowed).toBe(verdict !== 'exceeds');
    for (const warning of response.warnings ?? []) expect(warning.length).toBeLessThanOrEqual(256);
    expect(response.warnings !== undefined).toBe(verdict === 'unknown');
  });

  test.each(migrations)('$migration ($file) is annotated with its verdict and forecast', async (row) => {
    const response = await ask('/mutate/migrations', row.review);
    expect(response.allowed).toBe(true);
    const annotations = patched(row.review, response);
    expect(annotations['headroom.harvesterhci.io/verdict']).toBe(row.verdict);
    const { namespace, object } = row.review.request;
    const cluster = clusterOf(row.review);
    const prepared = prepare({
      cluster: await cluster.clusterObjects(),
      namespace: await cluster.namespaceObjects(namespace),
    });
    const forecast = forecastMigration(prepared, String(object?.spec.vmiName));
    expect(JSON.parse(annotations['headroom.harvesterhci.io/forecast'] ?? '')).toEqual(annotationJson(forecast));
  });

  const denied = migrations.filter(({ verdict }) => verdict === 'exceeds');
  test.each(denied)('$migration ($file) is denied with figures and remedy', async ({ review, migration }) => {
    const { status, patch } = await ask('/validate/migrations', review);
    expect(patch).toBeUndefined();
    expect(status).toMatchObject({ status: 'Failure', code: 403, reason: 'Forbidden' });
    const [first = '', ...others] = (status?.message ?? '').split('\n');
    expect(first.length).toBeLessThanOrEqual(256);
    expect(first).toMatch(
      /^VM \S+ cannot migrate: quota \S+ is short of \S+ by \S+ \(.* used \+ .* requested > .*\); set /,
    );
    expect(first).toContain(migration);
    expect(others.some((line) => line.startsWith('exceeded quota: '))).toBe(true);
    expect(others.some((line) => line.startsWith('Remedy: '))).toBe(true);
    const causes = status?.details?.causes ?? [];
    expect(causes.length).toBeGreaterThan(0);
    for (const { field } of causes) expect(field).toMatch(/^sc-\d{3}\/[a-z0-9-]+:[a-z./]+$/);
  });
});

const pods = created('pods').map((recorded) => {
  const { namespace, name } = recorded.review.request;
  const isTarget = JSON.stringify(recorded.review.request.object?.metadata).includes('kubevirt.io/migrationJobUID');
  return { ...recorded, pod: `${namespace}/${name}`, part: isTarget ? 'target' : 'source' };
});
const known = pods.filter(({ review }) => clusterTextOf(review) !== undefined);

/** Memory limits in bytes of a launcher pod's compute container and of the VMI that it was made for. */
async function limitsOf({ request }: SentReview, cluster = clusterOf({ request } as SentReview)) {
  const pod = podShape.parse(request.object);
  const { virtualMachineInstances } = await cluster.namespaceObjects(request.namespace);
  const uid = pod.metadata.labels.get('kubevirt.io/created-by');
  const vmi = virtualMachineInstances.items.find(({ metadata }) => metadata.uid === uid);
  const compute = pod.spec.containers?.find(({ name }) => name === 'compute');
  return {
    vmi: vmi?.spec.domain.resources.limits.get('memory')?.value(),
    pod: compute?.resources.limits.get('memory')?.value(),
    hasHugePages: (vmi?.spec.domain.memory?.hugepages ?? undefined) !== undefined,
  };
}

describe('a launcher pod that was made', () => {
  test.each(pods)('$pod, a $part, is never denied', async ({ review }) => {
    const response = await ask('/mutate/pods', review);
    expect(response.allowed).toBe(true);
    const hasOverhead = 'headroom.harvesterhci.io/memory-overhead' in patched(review, response);
    expect(hasOverhead).toBe(clusterTextOf(review) !== undefined);
    expect(response.warnings !== undefined).toBe(!hasOverhead);
  });

  const targets = known.filter(({ part }) => part === 'target');
  test.each(targets)('$pod has as overhead what its limit has beyond that of its VMI', async ({ review }) => {
    const limits = await limitsOf(review);
    const annotations = patched(review, await ask('/mutate/pods', review));
    expect(annotations['headroom.harvesterhci.io/kubevirt-version']).toBe('1.6.3-150700.3.13.1');
    const overheadBytes = BigInt(annotations['headroom.harvesterhci.io/memory-overhead'] ?? '');
    expect(overheadBytes).toBeGreaterThan(250_000_000n);
    if (limits.pod === undefined || limits.vmi === undefined || limits.hasHugePages) return;
    expect(overheadBytes).toBe(limits.pod - limits.vmi);
    expect(annotations['headroom.harvesterhci.io/workload-memory']).toBe(`${limits.vmi}`);
  });

  test('of most the limit of the VMI is known, so that the figure is compared', async () => {
    const limits = await Promise.all(targets.map(({ review }) => limitsOf(review)));
    const compared = limits.filter(
      ({ vmi, pod, hasHugePages }) => !hasHugePages && vmi !== undefined && pod !== undefined,
    );
    expect(targets.length).toBeGreaterThan(10);
    expect(compared.length).toBeGreaterThan(10);
  });
});

test('over HTTPS each gets the answer that it gets without', async () => {
  const { ca, cert, key } = await createSelfSigned(undefined, new Date());
  for (const { review } of loadReviews().filter((recorded) => clusterTextOf(recorded.review) !== undefined)) {
    const { app } = webhookApp(clusterForecaster(clusterOf(review)), { tls: { cert, key } });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const client = httpsClient(`https://127.0.0.1:${(app.server.address() as AddressInfo).port}`, ca);
    for (const path of paths) {
      const { statusCode, body } = await client.post(path, JSON.stringify(review));
      expect(statusCode).toBe(200);
      expect(JSON.parse(body).response).toEqual(await ask(path, review));
    }
    client.close();
    await app.close();
  }
});
