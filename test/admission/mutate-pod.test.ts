import { describe, expect, test } from '@jest/globals';
import { applyPatch, type Operation } from 'rfc6902';
import { mutatePod } from '../../src/admission/mutate-pod.ts';
import { unknownBecause } from '../../src/forecast/unknown-reasons.ts';
import { migrationReview, podReview, type SentReview } from '../reviews/load-reviews.ts';
import { admissionContext, fakeForecaster, forbiddenForecaster, forecastThatFits } from './fake-forecaster.ts';

const PREFIX = 'headroom.harvesterhci.io';
const OURS = {
  [`${PREFIX}/memory-overhead`]: '435159041',
  [`${PREFIX}/overhead-ratio`]: '1.5',
  [`${PREFIX}/workload-memory`]: '4362305272',
  [`${PREFIX}/kubevirt-version`]: '1.6.3',
};

const annotationsAfter = (review: SentReview, patch: readonly unknown[] | undefined) => {
  const copy = structuredClone(review.request.object);
  expect(applyPatch(copy, structuredClone(patch ?? []) as Operation[])).toEqual((patch ?? []).map(() => null));
  return copy?.metadata.annotations;
};

describe('a virt-launcher pod', () => {
  test('is annotated with its overhead', async () => {
    const review = podReview();
    const outcome = await mutatePod(review.request, admissionContext(fakeForecaster()));
    expect(annotationsAfter(review, outcome.patch)).toEqual({
      ...review.request.object?.metadata.annotations,
      ...OURS,
    });
    expect(outcome.warnings).toBeUndefined();
  });

  test('is not annotated twice', async () => {
    const review = podReview();
    review.request.object!.metadata.annotations = { ...review.request.object!.metadata.annotations, ...OURS };
    expect((await mutatePod(review.request, admissionContext(fakeForecaster()))).patch).toEqual([]);
  });

  test('whose compute container has no memory limit gets no workload memory', async () => {
    const review = podReview();
    review.request.object!.metadata.annotations = { [`${PREFIX}/workload-memory`]: 'forged' };
    const forecaster = fakeForecaster(forecastThatFits, {
      kind: 'described',
      annotations: { memoryOverheadBytes: 1n, overheadRatio: '1', kubeVirtVersion: '1.6.0' },
    });
    const outcome = await mutatePod(review.request, admissionContext(forecaster));
    expect(annotationsAfter(review, outcome.patch)).toEqual({
      [`${PREFIX}/memory-overhead`]: '1',
      [`${PREFIX}/overhead-ratio`]: '1',
      [`${PREFIX}/kubevirt-version`]: '1.6.0',
    });
  });

  test('of which nothing is known is admitted with the reason, and without forged annotations', async () => {
    const review = podReview();
    review.request.object!.metadata.annotations = { ...OURS, kept: '1' };
    const forecaster = fakeForecaster(forecastThatFits, unknownBecause('no-kubevirt', 'no KubeVirt'));
    const outcome = await mutatePod(review.request, admissionContext(forecaster));
    expect(outcome.denial).toBeUndefined();
    expect(outcome.warnings).toEqual(['memory overhead unknown: no KubeVirt']);
    expect(annotationsAfter(review, outcome.patch)).toEqual({ kept: '1' });
  });

  test('in a namespace that is off loses forged annotations and gets none', async () => {
    const review = podReview();
    review.request.object!.metadata.annotations = { ...OURS, kept: '1' };
    const forecaster = fakeForecaster(forecastThatFits, {
      ...unknownBecause('policy-off', 'off'),
      namespacePolicy: 'off',
    });
    const outcome = await mutatePod(review.request, admissionContext(forecaster));
    expect(annotationsAfter(review, outcome.patch)).toEqual({ kept: '1' });
    expect(outcome.warnings).toBeUndefined();
  });

  test('whose quantities are not understood is admitted with the field that is wrong', async () => {
    const review = podReview();
    review.request.object!.spec.containers = [{ name: 'compute', resources: { limits: { memory: '1GB' } } }];
    const outcome = await mutatePod(review.request, admissionContext(forbiddenForecaster));
    expect(outcome.denial).toBeUndefined();
    expect(outcome.warnings?.[0]).toMatch(/^memory overhead unknown: the pod is not understood: spec\.containers\.0/);
  });

  test('that names another namespace than its request is not described', async () => {
    const review = podReview();
    review.request.object!.metadata.namespace = 'other';
    const outcome = await mutatePod(review.request, admissionContext(forbiddenForecaster));
    expect(outcome.warnings?.[0]).toMatch(/the object names namespace "other"/);
  });
});

describe('what is no launcher pod being created', () => {
  test.each([
    [
      'a pod without labels',
      (r: SentReview) => {
        delete r.request.object!.metadata.labels;
      },
    ],
    [
      'a pod of another kind',
      (r: SentReview) => {
        r.request.object!.metadata.labels = { 'kubevirt.io': 'hotplug-disk' };
      },
    ],
    [
      'an eviction',
      (r: SentReview) => {
        r.request.subResource = 'eviction';
      },
    ],
    [
      'a deletion',
      (r: SentReview) => {
        r.request.operation = 'DELETE';
        r.request.object = null;
      },
    ],
  ])('is left as it is: %s', async (_title, change) => {
    const review = podReview();
    change(review);
    expect(await mutatePod(review.request, admissionContext(forbiddenForecaster))).toEqual({
      decision: { verdict: 'ignored' },
    });
  });

  test('is left as it is: a migration', async () => {
    const outcome = await mutatePod(migrationReview().request, admissionContext(forbiddenForecaster));
    expect(outcome).toEqual({ decision: { verdict: 'ignored' } });
  });
});
