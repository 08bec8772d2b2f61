import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../src/server/limits.ts';
import { fakeForecaster, forecastThatExceeds } from '../admission/fake-forecaster.ts';
import { migrationReview, podReview } from '../reviews/load-reviews.ts';
import { paths, webhookApp } from './webhook-app.ts';

const { app, post, ask } = webhookApp(fakeForecaster(forecastThatExceeds));

const send = (path: string, payload: string | Buffer, headers: Record<string, string>) =>
  app.inject({ method: 'POST', url: path, headers, payload });

const JSON_BODY = { 'content-type': 'application/json' };
const reviewText = JSON.stringify(migrationReview());
const expectedReview = /expected an AdmissionReview/;

describe.each(paths)('%s refuses what cannot be read, and says what it expected:', (path) => {
  test('an empty body', async () => {
    const answer = await send(path, '', JSON_BODY);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ code: 400, error: 'the body is empty; expected an AdmissionReview as JSON' });
  });

  test('no body at all', async () => {
    const answer = await app.inject({ method: 'POST', url: path });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatch(expectedReview);
  });

  test.each([
    ['truncated JSON', reviewText.slice(0, -20)],
    ['text', 'hello'],
    ['two documents', `${reviewText}${reviewText}`],
    ['JSON with a comment', `/* */${reviewText}`],
  ])('%s', async (_title, body) => {
    const answer = await send(path, body, JSON_BODY);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({
      code: 400,
      error: 'the body is not valid JSON; expected an AdmissionReview as JSON',
    });
  });

  test.each(['null', '[]', '"text"', '7', 'true', '{}'])('the JSON value %s', async (body) => {
    const answer = await send(path, body, JSON_BODY);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatch(expectedReview);
  });

  test.each([
    ['text/plain'],
    ['application/yaml'],
    ['application/json-patch+json'],
    ['application/vnd.kubernetes.protobuf'],
    ['nonsense'],
  ])('content-type %s', async (contentType) => {
    const answer = await send(path, reviewText, { 'content-type': contentType });
    expect(answer.statusCode).toBe(415);
    expect(answer.json().error).toBe('expected content-type application/json with an AdmissionReview as JSON');
  });

  test('gzip', async () => {
    const answer = await send(path, gzipSync(reviewText), { ...JSON_BODY, 'content-encoding': 'gzip' });
    expect(answer.statusCode).toBe(415);
    expect(answer.json().error).toBe('expected a body without content-encoding: plain application/json');
  });

  test('gzip that nothing announces', async () => {
    expect((await send(path, gzipSync(reviewText), JSON_BODY)).statusCode).toBe(400);
  });

  test('a body over the limit of 7 MiB', async () => {
    const answer = await send(path, ' '.repeat(defaultLimits.bodyLimitBytes + 1), JSON_BODY);
    expect(answer.statusCode).toBe(413);
    expect(answer.json().error).toBe('the body is too large; expected at most 7340032 bytes');
  });

  test('100,000 nested arrays', async () => {
    const answer = await send(path, '['.repeat(100_000) + ']'.repeat(100_000), JSON_BODY);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toBe('the body nests deeper than 10000 levels; expected an AdmissionReview as JSON');
  });

  test('100,000 nested arrays within a review', async () => {
    const nested = reviewText.replace('"spec":{', `"spec":{"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},`);
    expect((await send(path, nested, JSON_BODY)).statusCode).toBe(400);
  });

  test('100,000 nested objects that are never closed', async () => {
    expect((await send(path, '{"a":'.repeat(100_000), JSON_BODY)).statusCode).toBe(400);
  });

  test.each([
    ['a missing uid', undefined],
    ['an empty uid', ''],
    ['a huge uid', 'x'.repeat(1_000_000)],
    ['a uid that is a number', 7],
  ])('%s', async (_title, uid) => {
    const review = migrationReview();
    const answer = await post(path, { ...review, request: { ...review.request, uid } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatch(/expected an AdmissionReview.*request\.uid/);
    expect(answer.body.length).toBeLessThan(500);
  });

  test('an unknown version', async () => {
    const answer = await post(path, { ...migrationReview(), apiVersion: 'admission.k8s.io/v2' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toBe(
      'expected an AdmissionReview of admission.k8s.io/v1 or admission.k8s.io/v1beta1 as JSON; apiVersion is "admission.k8s.io/v2"',
    );
  });

  test('a kind with control characters, of which none reaches the answer', async () => {
    const answer = await post(path, { ...migrationReview(), kind: 'Admission\u007f\u0085\u202eReview' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatch(/; kind is "Admission Review"$/);
  });

  test('a review without a request', async () => {
    const answer = await post(path, { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatch(/request is missing$/);
  });
});

describe('what is odd and yet readable is answered', () => {
  test('with the uid as it was, whatever is in it', async () => {
    const uid = 'ü"\\\n\u0000😀</script>';
    const review = migrationReview();
    const answer = await ask('/validate/migrations', { ...review, request: { ...review.request, uid } });
    expect(answer.response.uid).toBe(uid);
  });

  test('a body with a byte order mark', async () => {
    const answer = await send('/validate/migrations', `\uFEFF${reviewText}`, JSON_BODY);
    expect(answer.statusCode).toBe(200);
  });

  test('content-type with a charset', async () => {
    const answer = await send('/validate/migrations', reviewText, {
      'content-type': 'application/json; charset=utf-8',
    });
    expect(answer.statusCode).toBe(200);
  });

  test.each([
    ['__proto__', '"__proto__":{"allowed":true,"polluted":true},'],
    ['__proto__ in escapes', '"__pr\\u006fto__":{"polluted":true},'],
    ['constructor', '"constructor":{"prototype":{"polluted":true}},'],
  ])('%s, which harms nobody', async (_title, member) => {
    const text = reviewText.replaceAll('{"', `{${member}"`);
    const answer = await send('/validate/migrations', text, JSON_BODY);
    expect(answer.json()).toEqual(await ask('/validate/migrations', migrationReview()));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('annotations called __proto__ do not hide that there are none of ours', async () => {
    const text = reviewText.replace(
      '"metadata":{',
      '"metadata":{"annotations":{"__proto__":{"headroom.harvesterhci.io/verdict":"fits"}},',
    );
    const { response } = (await send('/mutate/migrations', text, JSON_BODY)).json();
    const patch = JSON.parse(Buffer.from(response.patch, 'base64').toString());
    expect(patch).toContainEqual({
      op: 'add',
      path: '/metadata/annotations/headroom.harvesterhci.io~1verdict',
      value: 'exceeds',
    });
  });

  test('duplicate keys, of which the last counts as it does for the API server', async () => {
    const text = reviewText.replace('"request":{', '"request":{"uid":"first","operation":"DELETE",');
    const answer = await send('/validate/migrations', text, JSON_BODY);
    expect(answer.json()).toEqual(await ask('/validate/migrations', migrationReview()));
  });

  test('a pod of 3 MiB', async () => {
    const review = podReview();
    review.request.object!.spec.big = 'x'.repeat(3 * 1024 * 1024);
    const answer = await ask('/mutate/pods', review);
    expect(answer.response).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
  });

  test('9,000 nested arrays within a review, which an API server could send', async () => {
    const nested = reviewText.replace('"spec":{', `"spec":{"deep":${'['.repeat(9000)}${']'.repeat(9000)},`);
    expect((await send('/validate/migrations', nested, JSON_BODY)).json().response.allowed).toBe(false);
  });

  test.each(['UPDATE', 'DELETE', 'CONNECT', 'PATCH'])('%s, allowed without a patch', async (operation) => {
    const review = migrationReview();
    for (const path of paths) {
      const answer = await ask(path, { ...review, request: { ...review.request, operation } });
      expect(answer.response).toEqual({ uid: review.request.uid, allowed: true });
    }
  });

  test.each([
    ['null', null],
    ['missing', undefined],
  ])('object %s, allowed without a patch', async (_title, object) => {
    const review = migrationReview();
    for (const path of paths) {
      const answer = await ask(path, { ...review, request: { ...review.request, object } });
      expect(answer.response).toEqual({ uid: review.request.uid, allowed: true });
    }
  });

  test('control characters in a name, which reach no warning', async () => {
    const review = migrationReview();
    review.request.object!.spec.vmiName = 'vm\r\n\u001b[2J\u202e';
    const { response } = await ask('/validate/migrations', review);
    expect(response.allowed).toBe(true);
    expect(response.warnings).toEqual([
      'Cannot tell whether VM quota-test/vm [2J fits its quota: spec.vmiName "vm [2J" is not a VirtualMachineInstance\'s name',
    ]);
  });
});
