import { describe, expect, test } from '@jest/globals';
import type { MigrationForecast } from '../../src/admission/forecaster.ts';
import type { Policy } from '../../src/admission/policy.ts';
import type { Outcome } from '../../src/admission/response.ts';
import type { ReviewRequest } from '../../src/admission/review.ts';
import { validateMigration } from '../../src/admission/validate-migration.ts';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { unknownForecast } from '../../src/forecast/forecast-migrations.ts';
import { evacuationReview, loadReviews, migrationReview, type SentReview } from '../reviews/load-reviews.ts';
import {
  admissionContext,
  fakeForecaster,
  forbiddenForecaster,
  forecastThatExceeds,
  forecastThatFits,
} from './fake-forecaster.ts';

const requestOf = (review: SentReview): ReviewRequest => review.request;

const validate = (
  review: SentReview,
  forecast: Forecast | MigrationForecast,
  userPolicy: Policy = 'deny',
): Promise<Outcome> =>
  validateMigration(requestOf(review), admissionContext(fakeForecaster(forecast), { user: userPolicy }));

const exceedsWith = (fields: Partial<MigrationForecast>): MigrationForecast => ({
  forecast: forecastThatExceeds,
  denialPins: false,
  ...fields,
});

describe('a migration of a user', () => {
  test('that fits is admitted without a warning', async () => {
    const outcome = await validate(migrationReview(), forecastThatFits);
    expect(outcome.denial).toBeUndefined();
    expect(outcome.warnings).toEqual([]);
    expect(outcome.auditAnnotations).toEqual({
      verdict: 'fits',
      class: 'user',
      policy: 'deny',
      summary: 'VM quota-test/vm1 fits.',
    });
  });

  test('that can never fit is forbidden, with a cause for each short key', async () => {
    const { denial } = await validate(migrationReview(), forecastThatExceeds);
    expect(denial).toEqual({
      status: 'Failure',
      code: 403,
      reason: 'Forbidden',
      message: forecastThatExceeds.message,
      details: {
        name: 'vm1-z9lkd',
        group: 'kubevirt.io',
        kind: 'virtualmachineinstancemigrations',
        causes: [
          {
            reason: 'sidecar-gap',
            message:
              'quota default, limits.cpu: used 5682461313, requested 5682461313, hard after scale-up 10865341313, short by 15m',
            field: 'quota-test/default:limits.cpu',
          },
          {
            reason: 'overhead-grew',
            message:
              'quota default, limits.memory: used 5682461313, requested 5682461313, hard after scale-up 10865341313, short by 499581313',
            field: 'quota-test/default:limits.memory',
          },
        ],
      },
    });
  });

  test('names as many quotas as a person reads, however many an owner has made', async () => {
    const [line] = forecastThatExceeds.quotas;
    const quotas = Array.from({ length: 500 }, (_, index) => ({ ...line!, quota: `q${index}` }));
    const message = ['The first line.', ...quotas.map(({ quota }) => `${quota}: ${'x'.repeat(80)}`)].join('\n');
    const { denial } = await validate(migrationReview(), { ...forecastThatExceeds, quotas, message });
    expect(denial?.details.causes).toHaveLength(64);
    expect(denial?.message.length).toBeLessThanOrEqual(16_384);
    expect(denial?.message).toMatch(/^The first line\.\nq0: x{80}\n.*\nq\d+: x{80}\n…$/s);
  });

  test('whose pod a LimitRange refuses is denied with that as the cause, though no quota is short', async () => {
    const reason = 'maximum memory usage per Container is 512Mi';
    const { denial } = await validate(migrationReview(), { ...forecastThatExceeds, quotas: [], reason });
    expect(denial?.details.causes).toEqual([{ reason: 'not-admitted', message: reason, field: 'spec.vmiName' }]);
  });

  test('that a lucky order of races would let in is not denied', async () => {
    const outcome = await validate(migrationReview(), { ...forecastThatExceeds, atBest: 'waits' });
    expect(outcome.denial).toBeUndefined();
    expect(outcome.warnings).toEqual(['VM quota-test/vm1 exceeds quota default: limits.memory is short by 499581313.']);
    expect(outcome.auditAnnotations).toMatchObject({ verdict: 'exceeds', 'at-best': 'waits' });
  });

  test('that waits for others is admitted and told so', async () => {
    const outcome = await validate(migrationReview(), {
      ...forecastThatFits,
      verdict: 'waits',
      message: 'It waits.\nMore.',
    });
    expect(outcome.denial).toBeUndefined();
    expect(outcome.warnings).toEqual(['It waits.']);
  });

  test('that fits for the last time is admitted and told so', async () => {
    const outcome = await validate(migrationReview(), {
      ...forecastThatFits,
      next: 'exceeds',
      message: 'The next one will not.',
    });
    expect(outcome.warnings).toEqual(['The next one will not.']);
    expect(outcome.auditAnnotations).toMatchObject({ next: 'exceeds' });
  });

  test('of which nothing is known is admitted with the reason as a warning', async () => {
    const outcome = await validate(
      migrationReview(),
      unknownForecast(
        { namespace: 'quota-test', vmi: 'vm1' },
        { unknown: 'vm-not-found', reason: 'no VMI of this name' },
        [],
      ),
    );
    expect(outcome.denial).toBeUndefined();
    expect(outcome.warnings).toEqual(['Cannot tell whether VM quota-test/vm1 fits its quota: no VMI of this name']);
  });

  test('that can never fit is only warned about where the policy is warn', async () => {
    const outcome = await validate(migrationReview(), forecastThatExceeds, 'warn');
    expect(outcome.denial).toBeUndefined();
    expect(outcome.warnings).toEqual([
      'VM quota-test/vm1 exceeds quota default: limits.memory is short by 499581313.',
      'admitted although it exceeds: the policy for migrations of class user is warn here',
    ]);
    expect(outcome.decision).toMatchObject({ verdict: 'exceeds', policy: 'warn' });
  });

  test("is admitted without a word where the namespace's owner has switched headroom off", async () => {
    const outcome = await validate(migrationReview(), exceedsWith({ namespacePolicy: 'off' }));
    const { evidence: _watched, ...answered } = outcome;
    expect(answered).toEqual({
      decision: { verdict: 'off', migrationClass: 'user', policy: 'off', namespace: 'quota-test', vmi: 'vm1' },
    });
  });

  test('is denied where the owner says deny and the cluster warn', async () => {
    const outcome = await validate(migrationReview(), exceedsWith({ namespacePolicy: 'deny' }), 'warn');
    expect(outcome.denial?.code).toBe(403);
  });

  test('in a namespace whose policy is no policy is told that it was ignored', async () => {
    const outcome = await validate(migrationReview(), {
      forecast: forecastThatFits,
      denialPins: false,
      namespacePolicy: 'dney\u001b[0m',
    });
    expect(outcome.warnings).toEqual([
      'namespace annotation headroom.harvesterhci.io/policy is "dney [0m", not deny, warn or off: ignored',
    ]);
  });

  test('is not denied where Harvester has pinned the VM already', async () => {
    const outcome = await validate(migrationReview(), exceedsWith({ denialPins: true }));
    expect(outcome.denial).toBeUndefined();
    expect(outcome.warnings?.[1]).toMatch(/^admitted although it exceeds: Harvester has already tied the VM/);
  });

  test("stays a user's though its annotation says evacuation", async () => {
    const review = migrationReview();
    review.request.object!.metadata.annotations = { 'kubevirt.io/evacuationMigration': 'node1' };
    const outcome = await validate(review, forecastThatExceeds);
    expect(outcome.denial?.code).toBe(403);
    expect(outcome.decision.migrationClass).toBe('user');
  });
});

describe('a migration of the platform', () => {
  test('that can never fit is admitted with a warning', async () => {
    const outcome = await validate(evacuationReview(), forecastThatExceeds);
    expect(outcome.denial).toBeUndefined();
    expect(outcome.decision).toMatchObject({ migrationClass: 'evacuation', policy: 'warn', verdict: 'exceeds' });
    expect(outcome.warnings?.[1]).toBe(
      'admitted although it exceeds: the policy for migrations of class evacuation is warn here',
    );
  });

  test("is not denied by a tenant's annotation", async () => {
    const outcome = await validate(evacuationReview(), exceedsWith({ namespacePolicy: 'deny' }));
    expect(outcome.denial).toBeUndefined();
  });

  test("is denied where the cluster's administrator says so", async () => {
    const context = admissionContext(fakeForecaster(forecastThatExceeds), { evacuation: 'deny' });
    const outcome = await validateMigration(requestOf(evacuationReview()), context);
    expect(outcome.denial?.code).toBe(403);
  });

  test('is known by the namespace that KubeVirt lives in', async () => {
    const outcome = await validate(evacuationReview(), exceedsWith({ kubeVirtNamespace: 'elsewhere' }));
    expect(outcome.decision.migrationClass).toBe('user');
  });
});

describe('what is asked of the forecaster', () => {
  test("is the namespace of the request, the VMI and the migration's name", async () => {
    const forecaster = fakeForecaster();
    await validateMigration(requestOf(migrationReview()), admissionContext(forecaster));
    expect(forecaster.asked).toEqual([
      { namespace: 'quota-test', vmi: 'vm1', migrationName: 'vm1-z9lkd', isDryRun: false, stage: 'confirm' },
    ]);
  });

  test('is without a name where the API server has still to generate one', async () => {
    const forecaster = fakeForecaster();
    const review = migrationReview();
    review.request.name = '';
    delete review.request.object!.metadata.name;
    const outcome = await validateMigration(requestOf(review), admissionContext(forecaster));
    expect(forecaster.asked).toEqual([{ namespace: 'quota-test', vmi: 'vm1', isDryRun: false, stage: 'confirm' }]);
    expect(outcome.decision.verdict).toBe('fits');
  });

  const notMigrations = loadReviews().filter(
    ({ review: { request } }) =>
      request.operation !== 'CREATE' || request.resource.resource !== 'virtualmachineinstancemigrations',
  );
  test.each(notMigrations)('is nothing for $file', async ({ review }) => {
    expect(await validateMigration(requestOf(review), admissionContext(forbiddenForecaster))).toEqual({
      decision: { verdict: 'ignored' },
    });
  });

  test.each([
    ['an object that is null', { object: null }],
    ['an object that is an array', { object: [] }],
    ['a subresource', { subResource: 'status' }],
    ['CONNECT', { operation: 'CONNECT' }],
    ['a kind of another group', { kind: { group: 'example.com', kind: 'VirtualMachineInstanceMigration' } }],
    ['another resource', { resource: { group: 'kubevirt.io', resource: 'virtualmachineinstances' } }],
  ])('is nothing for %s', async (_title, fields) => {
    const request = { ...requestOf(migrationReview()), ...fields } as ReviewRequest;
    const outcome = await validateMigration(request, admissionContext(forbiddenForecaster));
    expect(outcome).toEqual({ decision: { verdict: 'ignored' } });
  });

  const odd: [string, (review: SentReview) => void, RegExp][] = [
    [
      'a path as the VMI',
      (r) => {
        r.request.object!.spec.vmiName = '../x';
      },
      /spec\.vmiName "\.\.\/x" is not/,
    ],
    [
      'a VMI name of 300 characters',
      (r) => {
        r.request.object!.spec.vmiName = 'x'.repeat(300);
      },
      /spec\.vmiName "x{62}…" is not/,
    ],
    [
      'a VMI name in capitals',
      (r) => {
        r.request.object!.spec.vmiName = 'VM1';
      },
      /spec\.vmiName "VM1" is not/,
    ],
    [
      'an empty VMI name',
      (r) => {
        r.request.object!.spec.vmiName = '';
      },
      /spec\.vmiName "" is not/,
    ],
    [
      'a VMI name that is a number',
      (r) => {
        r.request.object!.spec.vmiName = 7;
      },
      /not understood: spec\.vmiName/,
    ],
    [
      'no spec',
      (r) => {
        delete (r.request.object as Partial<typeof r.request.object>)!.spec;
      },
      /not understood: spec/,
    ],
    [
      'a namespace in the object that differs',
      (r) => {
        r.request.object!.metadata.namespace = 'other';
      },
      /the object names namespace "other", the request "quota-test"/,
    ],
    [
      'a namespace in the object that cannot be made a text',
      (r) => {
        Object.assign(r.request.object!.metadata, { namespace: { toString: null } });
      },
      /the object's metadata\.namespace is no text/,
    ],
    [
      'a namespace that is none',
      (r) => {
        r.request.namespace = 'a/../b';
      },
      /request\.namespace "a\/\.\.\/b" is not/,
    ],
    [
      'no namespace',
      (r) => {
        delete (r.request as Partial<typeof r.request>).namespace;
      },
      /request\.namespace "" is not/,
    ],
  ];
  test.each(odd)('is nothing for %s, which is admitted with a warning', async (_title, change, warning) => {
    const review = migrationReview();
    change(review);
    const outcome = await validateMigration(requestOf(review), admissionContext(forbiddenForecaster));
    expect(outcome.denial).toBeUndefined();
    expect(outcome.decision.verdict).toBe('unknown');
    expect(outcome.warnings).toHaveLength(1);
    expect(outcome.warnings?.[0]).toMatch(warning);
  });
});
