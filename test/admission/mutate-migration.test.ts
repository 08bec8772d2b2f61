import { describe, expect, test } from '@jest/globals';
import { applyPatch, type Operation } from 'rfc6902';
import { mutateMigration } from '../../src/admission/mutate-migration.ts';
import { annotationJson } from '../../src/forecast/forecast-json.ts';
import { migrationReview, reviewOf, type SentObject } from '../reviews/load-reviews.ts';
import {
  admissionContext,
  fakeForecaster,
  forbiddenForecaster,
  forecastThatExceeds,
  forecastThatFits,
} from './fake-forecaster.ts';

const VERDICT = 'headroom.harvesterhci.io/verdict';
const FORECAST = 'headroom.harvesterhci.io/forecast';

const reviewWith = (annotations: Record<string, string> | undefined) => {
  const review = migrationReview();
  if (annotations !== undefined) review.request.object!.metadata.annotations = annotations;
  return review;
};

const apply = (object: SentObject | null, patch: readonly unknown[] | undefined): SentObject => {
  const copy = structuredClone(object) as SentObject;
  expect(applyPatch(copy, structuredClone(patch ?? []) as Operation[])).toEqual((patch ?? []).map(() => null));
  return copy;
};

describe('the annotations of a migration', () => {
  test('are the verdict and its forecast', async () => {
    const outcome = await mutateMigration(reviewWith(undefined).request, admissionContext(fakeForecaster()));
    expect(outcome.patch).toEqual([
      {
        op: 'add',
        path: '/metadata/annotations',
        value: { [VERDICT]: 'fits', [FORECAST]: JSON.stringify(annotationJson(forecastThatFits)) },
      },
    ]);
  });

  test('are added beside those that are there', async () => {
    const review = reviewWith({ 'example.com/a': '1', 'headroom.harvesterhci.io/other': 'x' });
    const outcome = await mutateMigration(review.request, admissionContext(fakeForecaster()));
    expect(apply(review.request.object, outcome.patch).metadata.annotations).toEqual({
      'example.com/a': '1',
      'headroom.harvesterhci.io/other': 'x',
      [VERDICT]: 'fits',
      [FORECAST]: JSON.stringify(annotationJson(forecastThatFits)),
    });
  });

  test('a second call finds nothing to do', async () => {
    const review = reviewWith(undefined);
    const context = admissionContext(fakeForecaster());
    const once = apply(review.request.object, (await mutateMigration(review.request, context)).patch);
    const again = await mutateMigration({ ...review.request, object: once }, context);
    expect(again.patch).toEqual([]);
  });

  test.each([
    ['fits', forecastThatFits],
    ['exceeds', forecastThatExceeds],
    ['unknown', { ...forecastThatFits, verdict: 'unknown' as const, reason: 'no VMI' }],
  ])('a forged verdict gives way to %s', async (verdict, forecast) => {
    const review = reviewWith({ [VERDICT]: 'forged', [FORECAST]: '{"verdict":"forged"}' });
    const outcome = await mutateMigration(review.request, admissionContext(fakeForecaster(forecast)));
    expect(outcome.patch).toMatchObject([{ op: 'replace' }, { op: 'replace' }]);
    expect(apply(review.request.object, outcome.patch).metadata.annotations).toEqual({
      [VERDICT]: verdict,
      [FORECAST]: JSON.stringify(annotationJson(forecast)),
    });
  });

  test('a forged verdict is removed where headroom is off', async () => {
    const review = reviewWith({ [VERDICT]: 'fits', [FORECAST]: '{}', kept: '1' });
    const forecaster = fakeForecaster({ forecast: forecastThatFits, denialPins: false, namespacePolicy: 'off' });
    const outcome = await mutateMigration(review.request, admissionContext(forecaster));
    expect(apply(review.request.object, outcome.patch).metadata.annotations).toEqual({ kept: '1' });
    expect(outcome.warnings).toEqual([]);
  });

  test('a forged verdict gives way to unknown where the namespaces differ', async () => {
    const review = reviewWith({ [VERDICT]: 'fits' });
    review.request.object!.metadata.namespace = 'other';
    const outcome = await mutateMigration(review.request, admissionContext(forbiddenForecaster));
    expect(apply(review.request.object, outcome.patch).metadata.annotations?.[VERDICT]).toBe('unknown');
  });

  test("a migration that will be denied is annotated and admitted: the refusal is the other webhook's", async () => {
    const outcome = await mutateMigration(
      migrationReview().request,
      admissionContext(fakeForecaster(forecastThatExceeds)),
    );
    expect(outcome.denial).toBeUndefined();
    expect(outcome.warnings).toEqual([]);
    expect(outcome.decision.verdict).toBe('exceeds');
  });

  test('a forecast too long for an annotation is left out, a forged one removed', async () => {
    const review = reviewWith({ [FORECAST]: '{}' });
    const forecaster = fakeForecaster({ ...forecastThatFits, reason: 'x'.repeat(70_000) });
    const outcome = await mutateMigration(review.request, admissionContext(forecaster));
    expect(apply(review.request.object, outcome.patch).metadata.annotations).toEqual({ [VERDICT]: 'fits' });
  });

  test.each([
    'virtualmachineinstancemigrations-UPDATE',
    'virtualmachineinstancemigrations-DELETE',
    'resourcequotas-UPDATE',
  ])('%s is left as it is', async (part) => {
    const outcome = await mutateMigration(reviewOf(part).request, admissionContext(forbiddenForecaster));
    expect(outcome).toEqual({ decision: { verdict: 'ignored' } });
  });
});
