import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readAskedMigration } from '../../src/admission/asked-migration.ts';
import { migrationClass } from '../../src/kubevirt/migration-class.ts';
import { fakeForecaster, forecastThatExceeds } from '../admission/fake-forecaster.ts';
import { migrationReview } from '../reviews/load-reviews.ts';
import { webhookApp } from '../server/webhook-app.ts';
import { hostileText } from './hostile-texts.ts';

const EVACUATION = 'kubevirt.io/evacuationMigration';
const WORKLOAD_UPDATE = 'kubevirt.io/workloadUpdateMigration';
const CONTROLLER = 'system:serviceaccount:harvester-system:kubevirt-controller';
const PLATFORM = new Set(
  ['harvester-system', 'kubevirt'].flatMap((namespace) =>
    ['api', 'controller', 'exportproxy', 'handler', 'operator', 'synchronization-controller'].map(
      (account) => `system:serviceaccount:${namespace}:kubevirt-${account}`,
    ),
  ),
);

/** As users would call themselves, or be called by an identity provider that lets them choose. */
const LOOKALIKES = [
  `${CONTROLLER} `,
  ` ${CONTROLLER}`,
  `${CONTROLLER}\n`,
  `x\n${CONTROLLER}`,
  `${CONTROLLER}:x`,
  CONTROLLER.toUpperCase(),
  CONTROLLER.replace('harvester-system', 'team-a'),
  CONTROLLER.replace('harvester-system', 'kubevirt-evil'),
  CONTROLLER.replace('system:serviceaccount', 'oidc'),
  `oidc:${CONTROLLER}`,
  'kubevirt-controller',
  'system:serviceaccount::kubevirt-controller',
  'system:serviceaccount:harvester-system:',
  'system:serviceaccount:harvester-system:harvester',
  'system:serviceaccount:harvester-system:__proto__',
  'system:serviceaccounts:harvester-system',
  'system:masters',
  'system:admin',
  '',
];

describe('whose migration it is', () => {
  const userName = fc.oneof(fc.constantFrom(...LOOKALIKES, ...PLATFORM), hostileText);

  test("is the platform's for KubeVirt's own accounts alone, whatever annotations say", () => {
    const annotations = fc.constantFrom(
      new Map<string, string>(),
      new Map([[EVACUATION, 'node']]),
      new Map([[WORKLOAD_UPDATE, '']]),
    );
    fc.assert(
      fc.property(userName, annotations, (name, given) => {
        const ofClass = migrationClass({ userName: name, annotations: given });
        expect(ofClass === 'user').toBe(!PLATFORM.has(name));
      }),
      { numRuns: 500 },
    );
  });

  test.each(LOOKALIKES)(
    "of somebody called %j is a user's, and denied, though it bears all marks of an evacuation",
    async (username) => {
      const { ask, lines } = webhookApp(fakeForecaster(forecastThatExceeds));
      const review = migrationReview();
      review.request.object!.metadata.annotations = { [EVACUATION]: 'harv1', [WORKLOAD_UPDATE]: '' };
      review.request.object!.metadata.labels = { 'kubevirt.io/vmi-name': 'vm1', 'kubevirt.io/created-by': 'platform' };
      // Groups and extra are the identity's too, and count for nothing here.
      review.request.userInfo = {
        username,
        groups: ['system:masters', 'system:serviceaccounts:harvester-system'],
      } as never;
      const { response } = await ask('/validate/migrations', review);
      expect([response.allowed, response.status?.code]).toEqual([false, 403]);
      expect(lines.at(-1)).toMatchObject({ class: 'user', denied: true });
    },
  );

  test('is not believed to fit because a verdict is written on it already', async () => {
    const { ask } = webhookApp(fakeForecaster(forecastThatExceeds));
    const review = migrationReview();
    const ours = { 'headroom.harvesterhci.io/verdict': 'fits', 'headroom.harvesterhci.io/policy': 'off' };
    review.request.object!.metadata.annotations = ours;
    expect((await ask('/validate/migrations', review)).response.allowed).toBe(false);
  });

  test('is decided by the user of the request, not by one whom the object names', () => {
    const { request } = migrationReview();
    const named = { ...request, object: { ...request.object, userInfo: { username: CONTROLLER } } };
    expect(readAskedMigration(named as never)?.userName).toBe(request.userInfo.username);
  });
});
