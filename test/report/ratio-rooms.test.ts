import { describe, expect, test } from '@jest/globals';
import { applyRemedy } from '../../src/forecast/apply-remedy.ts';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import { RatioRooms, triedRatios } from '../../src/report/ratio-rooms.ts';
import type { NamespaceOutlook } from '../../src/report/report-data.ts';
import { emptyScene, plainScene, type Scene } from '../builders/scene.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';
import { EXCEEDING, FITTING, LAST, largestContainer, QUOTA, WAITING } from './sample-report.ts';

/** KubeVirt cannot hold the pod's memory in its integers then. */
const BOUNDLESS = '2000000.0';
const RATIOS = ['1.0', '1.5', '2.5', '4.5', '10.0'];

function outlookOf(scenery: Scene, ratios = RATIOS): NamespaceOutlook | undefined {
  return new RatioRooms(ratios).outlookOf(prepare(scenery.objects()));
}

function neededOf(scenery: Scene): readonly (string | undefined)[] {
  const key = outlookOf(scenery)?.keys.find(({ resource }) => resource === 'limits.memory');
  return key?.needed.map((amount) => amount?.toString()) ?? [];
}

describe('the ratios that are tried', () => {
  test.each([
    ['are Harvester’s range', undefined, ['1.0', '1.5', '2.5', '4.0', '6.0', '10.0']],
    ['have the cluster’s own among them', '4.5', ['1.0', '1.5', '2.5', '4.0', '4.5', '6.0', '10.0']],
    ['leave out one that Harvester refuses', '99', ['1.0', '1.5', '2.5', '4.0', '6.0', '10.0']],
    ['leave out what is no number', 'NaN', ['1.0', '1.5', '2.5', '4.0', '6.0', '10.0']],
  ])('%s', (_title, today, ratios) => {
    expect(triedRatios(today)).toEqual(ratios);
  });
});

describe('the room that a namespace needs', () => {
  test('is never enough at a ratio at which a LimitRange refuses a pod', () => {
    const roomy = emptyScene({ base: { 'limits.cpu': '90', 'limits.memory': '90Gi' } }).started(vmi());
    expect(outlookOf(roomy)?.largestFitting).toBe('10.0');
    const largest = Number(outlookOf(roomy.with(largestContainer('5Gi')))?.largestFitting);
    expect(largest).toBeGreaterThan(1);
    expect(largest).toBeLessThan(4.5);
  });

  test('is 5477Mi at 4.5 for the VM of the quota notes, once it runs at that ratio', () => {
    expect(neededOf(LAST)[3]).toBe('5477Mi');
  });

  test('is never less than what is used now, however low the ratio, until the VM is restarted', () => {
    const [lowest, , , today] = neededOf(EXCEEDING);
    expect(lowest).toBe(today);
  });

  test('is enough up to a ratio that has been reckoned to a tenth', () => {
    const largest = outlookOf(FITTING)?.largestFitting ?? '';
    expect(Number(largest)).toBeGreaterThan(1.5);
    const isEnough = (ratio: string) => {
      const key = outlookOf(FITTING, [ratio])?.keys.find(({ resource }) => resource === 'limits.memory');
      return key?.needed[0]?.exceeds(key.base) === false;
    };
    expect([largest, (Number(largest) + 0.1).toFixed(1)].map(isEnough)).toEqual([true, false]);
  });

  test('is too much at any ratio where it is too much already', () => {
    expect(outlookOf(EXCEEDING)?.largestFitting).toBeUndefined();
  });

  test('is there at any ratio where the quota is large', () => {
    const large = emptyScene({ base: { 'limits.cpu': '90', 'limits.memory': '90Gi' } }).started(vmi());
    expect(outlookOf(large)?.largestFitting).toBe('10.0');
  });

  test('does not count on migrations under way for ever', () => {
    expect(outlookOf(WAITING)?.keys.map(({ quota }) => quota)).toEqual([QUOTA, QUOTA]);
  });

  test('without Harvester is that of two pods', () => {
    const key = outlookOf(plainScene({ 'limits.memory': '9Gi' }))?.keys[0];
    expect(key?.needed[0]?.exceeds(key.base)).toBe(false);
    expect(key?.needed[4]?.exceeds(key.base)).toBe(true);
  });

  test('is unknown at a ratio with which the LimitRange refuses the pod', () => {
    expect(neededOf(plainScene({ 'limits.memory': '9Gi' }).with(largestContainer('5Gi')))).toEqual([
      '8870Mi',
      expect.any(String),
      expect.any(String),
      undefined,
      undefined,
    ]);
  });

  test('is unknown at a ratio of which no pod can be made, and reckoned up to there', () => {
    const outlook = outlookOf(plainScene({ 'limits.memory': '20Gi' }), ['1.0', BOUNDLESS]);
    expect(outlook?.keys[0]?.needed.map((amount) => amount?.toString())).toEqual(['8870Mi', undefined]);
    expect(Number(outlook?.largestFitting)).toBeGreaterThan(20);
    expect(outlookOf(plainScene({ 'limits.memory': '20Gi' }), [BOUNDLESS])).toBeUndefined();
  });

  test('set as the new limit, lets every VM migrate', () => {
    const scenery = emptyScene({ ratio: '4.5' }).started(vmi(), sizedVmi('vm2', { cpu: 1, memoryMi: 1024 }));
    const objects = scenery.objects();
    const keys = new RatioRooms(['4.5']).outlookOf(prepare(objects))?.keys ?? [];
    const changes = keys.map(({ quota, resource, needed: [to] }) => {
      return { quota, resource, to: to ?? fail(), where: 'namespace-annotation' as const };
    });
    const rooms = new RatioRooms(['4.5']);
    const raised = prepare(applyRemedy(objects, { kind: 'raise-quota', changes }));
    expect(rooms.outlookOf(raised)?.largestFitting).toBe('4.5');
  });

  test.each([
    ['no KubeVirt', FITTING.without('KubeVirt', 'kubevirt')],
    ['a quota whose status is not filled', FITTING.changedQuota({ status: { hard: {}, used: {} } })],
  ])('is not known with %s', (_title, scenery) => {
    expect(outlookOf(scenery)).toBeUndefined();
  });
});

function fail(): never {
  throw new Error('nothing is known of the key');
}
