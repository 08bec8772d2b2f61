import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { fakeForecaster, forecastThatExceeds } from '../admission/fake-forecaster.ts';
import { migrationReview } from '../reviews/load-reviews.ts';
import { paths, webhookApp } from '../server/webhook-app.ts';
import { hostileText, ownObjects, STEERING, STEERING_BUT_LINE_ENDS } from './hostile-texts.ts';

/** A forecast in which every text that can come from the cluster is hostile. */
function hostileForecast(text: string, verdict: Forecast['verdict']): Forecast {
  return {
    ...forecastThatExceeds,
    verdict,
    reason: text,
    message: `${text}\n${text}`,
    notes: [text],
    quotas: forecastThatExceeds.quotas.map((line) => ({ ...line, quota: text, resource: text })),
  };
}

const verdicts = fc.constantFrom<Forecast['verdict'][]>('exceeds', 'unknown', 'waits', 'fits');

describe('an answer to the API server about a cluster of hostile texts', () => {
  const before = ownObjects();

  test('holds warnings that the API server takes, and a denial that steers no terminal', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, verdicts, async (text, verdict) => {
        const forecast = hostileForecast(text, verdict);
        const { ask } = webhookApp(fakeForecaster({ forecast, denialPins: false, namespacePolicy: text }));
        const { response } = await ask('/validate/migrations', migrationReview());
        const { warnings = [], status, auditAnnotations = {} } = response;
        // It drops a warning with a control character, and cuts one of more than 256 characters.
        expect(warnings.filter((warning) => STEERING.test(warning) || [...warning].length > 256)).toEqual([]);
        const { message = '', details } = status ?? {};
        expect(message).not.toMatch(STEERING_BUT_LINE_ENDS);
        const causes = details?.causes.flatMap((cause) => Object.values(cause)) ?? [];
        expect([...causes, ...Object.values(auditAnnotations)].filter((one) => STEERING.test(one))).toEqual([]);
      }),
      { numRuns: 150 },
    );
    expect(ownObjects()).toEqual(before);
  });

  test('causes of a denial hold no control character, of a quota or of a refusal', async () => {
    const forecast = hostileForecast('a\u001b[2J\u202e', 'exceeds');
    for (const quotas of [forecast.quotas, []]) {
      const { ask } = webhookApp(fakeForecaster({ ...forecast, quotas }));
      const { response } = await ask('/validate/migrations', migrationReview());
      const causes = response.status?.details.causes ?? [];
      expect(causes.length).toBeGreaterThan(0);
      for (const { message, field } of causes) expect(message + field).not.toMatch(STEERING);
    }
  });

  test('writes annotations that are JSON, or plain', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, verdicts, async (text, verdict) => {
        const { ask } = webhookApp(fakeForecaster(hostileForecast(text, verdict)));
        const { response } = await ask('/mutate/migrations', migrationReview());
        const patch = JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString());
        const values = patch.flatMap(({ value }: { value: unknown }) =>
          typeof value === 'string' ? value : Object.values(value as object),
        );
        expect(values).toContain(verdict);
        expect(
          values.filter((value: string) => value !== verdict).map((value: string) => JSON.parse(value).verdict),
        ).toEqual([verdict]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('an answer to somebody whose request cannot be read', () => {
  const SECRET = 'c2VjcmV0LWluLXRoZS1ib2R5';
  const { app, lines } = webhookApp();

  test.each([
    ['truncated JSON', `{"token":"${SECRET}"`],
    ['another kind', JSON.stringify({ kind: 'Secret', apiVersion: 'v1', data: { token: SECRET } })],
    [
      'a review without a request',
      JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: SECRET }),
    ],
    [
      'a review whose fields are of other types',
      JSON.stringify({
        kind: 'AdmissionReview',
        apiVersion: 'admission.k8s.io/v1',
        request: { uid: 'a', operation: { SECRET }, [SECRET]: SECRET },
      }),
    ],
    ['nesting', `${'['.repeat(20_000)}"${SECRET}"`],
  ])('repeats nothing of the body, nor does the log: %s', async (_title, payload) => {
    for (const url of paths) {
      const answer = await app.inject({
        method: 'POST',
        url,
        payload,
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.statusCode).toBe(400);
      expect(answer.body + JSON.stringify(lines)).not.toContain(SECRET);
      expect(answer.body).not.toMatch(/node_modules|\.ts:|at /);
    }
  });

  test.each(['/%zz<script>', `/${'x'.repeat(300)}`, '/validate/migrations/../../livez', '/%00'])(
    'repeats nothing of the URL: %s',
    async (url) => {
      const answer = await app.inject({ method: 'POST', url });
      expect([400, 404]).toContain(answer.statusCode);
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(answer.body).not.toMatch(/zz|xxx|livez|%00/);
    },
  );

  test('names no server and no program', async () => {
    const { headers } = await app.inject({ method: 'POST', url: '/validate/migrations' });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['server']));
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});
