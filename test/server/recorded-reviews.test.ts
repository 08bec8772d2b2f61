import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applyPatch, type Operation } from 'rfc6902';
import type { AdmissionReviewResponse } from '../../src/admission/response.ts';
import { createSelfSigned } from '../../src/server/self-signed.ts';
import { fakeForecaster, forecastThatExceeds } from '../admission/fake-forecaster.ts';
import { loadReviews, type SentObject, type SentReview } from '../reviews/load-reviews.ts';
import { httpsClient } from './https-client.ts';
import { paths, webhookApp } from './webhook-app.ts';

const recorded = loadReviews();
const { ask } = webhookApp(fakeForecaster(forecastThatExceeds));

const isCreated = ({ request }: SentReview, resource: string): boolean =>
  request.operation === 'CREATE' && request.resource.resource === resource;

/** Whether a webhook has a say in a review; whatever else it is sent must pass untouched. */
const isFor = (path: string, review: SentReview): boolean =>
  isCreated(review, path === '/mutate/pods' ? 'pods' : 'virtualmachineinstancemigrations');

const operationsOf = ({ response }: AdmissionReviewResponse): Operation[] =>
  response.patch === undefined ? [] : JSON.parse(Buffer.from(response.patch, 'base64').toString());

const apply = (object: SentObject, operations: Operation[]): SentObject => {
  const copy = structuredClone(object);
  expect(applyPatch(copy, operations)).toEqual(operations.map(() => null));
  return copy;
};

test('eighty reviews were recorded', () => {
  expect(recorded).toHaveLength(80);
});

describe.each(recorded)("the API server's $file", ({ review }) => {
  test.each(paths)('is answered at %s with its uid, in its version', async (path) => {
    const answer = await ask(path, review);
    expect(answer).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: review.request.uid },
    });
    const isDenied =
      path === '/validate/migrations' && isFor(path, review) && review.request.userInfo.username === 'admin';
    expect(answer.response.allowed).toBe(!isDenied);
    if (!isFor(path, review)) expect(answer.response).toEqual({ uid: review.request.uid, allowed: true });
  });

  test.each(paths)('is answered at %s in kind when sent as v1beta1', async (path) => {
    const answer = await ask(path, { ...review, apiVersion: 'admission.k8s.io/v1beta1' });
    const asV1 = await ask(path, review);
    expect(answer).toEqual({ ...asV1, apiVersion: 'admission.k8s.io/v1beta1' });
  });

  test.each(paths)('is answered at %s alike in a dry run', async (path) => {
    const dryRun = { ...review, request: { ...review.request, dryRun: true } };
    expect(await ask(path, dryRun)).toEqual(await ask(path, review));
  });

  test.each(['/mutate/migrations', '/mutate/pods'])('is patched at %s once, and not again', async (path) => {
    const operations = operationsOf(await ask(path, review));
    expect(operations.length > 0).toBe(isFor(path, review));
    const object = review.request.object;
    if (object === null) return;
    const once = apply(object, operations);
    const again = operationsOf(await ask(path, { ...review, request: { ...review.request, object: once } }));
    expect(again).toEqual([]);
    expect(apply(once, operations)).toEqual(once);
  });
});

describe('over HTTPS on one connection', () => {
  let secured: ReturnType<typeof webhookApp>;
  let client: ReturnType<typeof httpsClient>;

  beforeAll(async () => {
    const { ca, cert, key } = await createSelfSigned(undefined, new Date());
    secured = webhookApp(fakeForecaster(forecastThatExceeds), { tls: { cert, key } });
    await secured.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = secured.app.server.address() as AddressInfo;
    client = httpsClient(`https://127.0.0.1:${port}`, ca);
  });

  afterAll(async () => {
    client.close();
    await secured.app.close();
  });

  test.each(recorded)('$file gets the answer that it gets without', async ({ review }) => {
    for (const path of paths) {
      const { statusCode, headers, body } = await client.post(path, JSON.stringify(review));
      expect(statusCode).toBe(200);
      expect(headers['content-type']).toBe('application/json; charset=utf-8');
      expect(JSON.parse(body)).toEqual(await ask(path, review));
    }
  });
});
