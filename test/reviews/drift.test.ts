import { describe, expect, test } from '@jest/globals';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { webhookApp } from '../server/webhook-app.ts';
import { clusterOf, clusterTextOf } from './cluster-of-review.ts';
import { loadReviews, type SentReview } from './load-reviews.ts';

interface SentContainer {
  readonly name: string;
  readonly resources: { readonly limits?: Record<string, string>; readonly requests?: Record<string, string> };
}

const pods = loadReviews().filter(({ review: { request } }) => {
  return request.operation === 'CREATE' && request.resource.resource === 'pods';
});
const known = pods.filter(({ review }) => clusterTextOf(review) !== undefined);

async function answered(review: SentReview) {
  const { ask, lines, registry } = webhookApp(clusterForecaster(clusterOf(review)));
  const { response } = await ask('/mutate/pods', review);
  const warned = lines.filter(({ level }) => level === 40);
  return { response, warned, metrics: await registry.metrics() };
}

function computeOf(review: SentReview): SentContainer {
  const containers = review.request.object?.spec.containers as SentContainer[];
  const compute = containers.find(({ name }) => name === 'compute');
  if (compute === undefined) throw new Error('the pod has no container compute');
  return compute;
}

describe('launcher pods as virt-controller made them', () => {
  test('are recorded with what they were made of', () => expect(known.length).toBeGreaterThanOrEqual(20));

  test.each(known)('$file is as the formula gives it', async ({ review }) => {
    const { response, warned, metrics } = await answered(review);
    expect(response.allowed).toBe(true);
    expect(warned).toEqual([]);
    expect(metrics).not.toMatch(/^headroom_overhead_drift_total\{.*\} [^0]/m);
  });

  test.each(known)('$file with one byte more is told of, and admitted as before', async ({ review }) => {
    const before = (await answered(review)).response;
    const { resources } = computeOf(review);
    const requests = resources.requests ?? {};
    requests.memory = Quantity.parse(`${requests.memory}`).add(Quantity.of(1n)).toString();
    const { response, warned, metrics } = await answered(review);
    expect(response).toEqual(before);
    expect(warned).toMatchObject([{ rule: 'overhead-drift', namespace: review.request.namespace, reason: 'memory' }]);
    // Of those made at another ratio than that of the objects kept, the limit is another too.
    const differences = warned[0]?.differences as string[];
    expect(differences.at(-1)).toMatch(/^compute requests\.memory: \d+ expected, \d+ found$/);
    expect(metrics).toMatch(/^headroom_overhead_drift_total\{release="1\.6\.3",reason="memory"\} 1$/m);
  });

  test('the same pod made by anybody else is not told of', async () => {
    const [{ review }] = known as [(typeof known)[number]];
    computeOf(review).resources.requests!.memory = '1';
    review.request.userInfo.username = 'admin';
    expect((await answered(review)).warned).toEqual([]);
  });

  test('in a namespace whose owner has switched headroom off none is told of', async () => {
    const [{ review }] = known as [(typeof known)[number]];
    computeOf(review).resources.requests!.memory = '1';
    const forecaster = clusterForecaster(clusterOf(review));
    const off = {
      ...forecaster,
      describePod: async (...asked: Parameters<typeof forecaster.describePod>) => {
        return { ...(await forecaster.describePod(...asked)), namespacePolicy: 'off' };
      },
    };
    const { ask, lines } = webhookApp(off);
    await ask('/mutate/pods', review);
    expect(lines.filter(({ level }) => level === 40)).toEqual([]);
  });
});
