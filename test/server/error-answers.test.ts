import { describe, expect, test } from '@jest/globals';
import { errorAnswer } from '../../src/server/error-answers.ts';
import { defaultLimits } from '../../src/server/limits.ts';
import { migrationReview } from '../reviews/load-reviews.ts';
import { webhookApp } from './webhook-app.ts';

const failure = (fields: { code?: string; statusCode?: number }) =>
  Object.assign(new Error('secret detail'), { code: 'NONE', ...fields });

describe('the answer to an error', () => {
  test('of the caller says what it was', () => {
    expect(errorAnswer(failure({ statusCode: 418 }), 1)).toEqual({ code: 418, error: 'secret detail' });
  });

  test.each([{}, { statusCode: 500 }, { statusCode: 502 }])('of ours discloses nothing (%j)', (fields) => {
    expect(errorAnswer(failure(fields), 1)).toEqual({ code: fields.statusCode ?? 500, error: 'internal error' });
  });

  test('names the limit of the body', () => {
    const answer = errorAnswer(failure({ code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }), 7);
    expect(answer.error).toBe('the body is too large; expected at most 7 bytes');
  });

  test('of too much load is 503 with the time to come back', async () => {
    const { app, post } = webhookApp(undefined, { limits: { ...defaultLimits, eventLoopDelaySeconds: 0.0001 } });
    await app.ready();
    const until = performance.now() + 600;
    while (performance.now() < until);
    // The sample that has fallen due meanwhile is taken before this timer, which is younger.
    await new Promise((resolve) => setTimeout(resolve, 1));
    const answer = await post('/validate/migrations', migrationReview());
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json()).toEqual({ code: 503, error: 'too busy to answer; try again' });
    await app.close();
  });
});
