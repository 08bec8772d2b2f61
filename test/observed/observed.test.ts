import { describe, expect, test } from '@jest/globals';
import { forecastMigration, forecastTogether, prepare } from '../../src/forecast/forecast-migrations.ts';
import { forecastStart } from '../../src/forecast/forecast-start.ts';
import { limitRange } from '../builders/namespace.ts';
import { snapshotOf } from '../builders/snapshot.ts';
import { figures } from '../forecast/figures.ts';
import { loadObserved, preparedStep } from './load-observed.ts';

async function migrationAt(step: string) {
  return forecastMigration(await preparedStep(step), 'vm1');
}

describe('the four documented situations, as a control plane went through them under Harvester 1.7', () => {
  test.each([
    { step: 'test1-step1-vm-running', figure: '4797464313 + 4797464313 of 9980344313' },
    { step: 'test1-step3-migrated', figure: '4797464313 + 4797464313 of 9980344313' },
    { step: 'test2-step4-ratio-changed', figure: '4797464313 + 5682461313 of 10865341313' },
    { step: 'test4-step2-running', figure: '5682461313 + 5682461313 of 11913917313' },
    { step: 'test4-step3c-migration1-settled', figure: '5682461313 + 5682461313 of 11913917313' },
  ])('$step: the migration that then went through fits', async ({ step, figure }) => {
    const forecast = await migrationAt(step);
    expect(forecast).toMatchObject({ verdict: 'fits', needsScaleUp: true, needsCompensation: false });
    expect(figures(forecast)).toEqual([
      'default-z4g94 limits.cpu 2015m + 2015m of 5',
      `default-z4g94 limits.memory ${figure}`,
    ]);
    expect(forecast.next).toBe(step === 'test2-step4-ratio-changed' ? 'exceeds' : undefined);
  });

  test.each(['test1-step2-migrating', 'test2-step5a-migrating', 'test4-step3a-migration1-migrating'])(
    '%s: the migration whose target pod is there fits',
    async (step) => {
      expect((await migrationAt(step)).verdict).toBe('fits');
    },
  );

  test.each(['test2-step5b-migrated', 'test2-step6-pending-rejected', 'test2-step8-pending-vmim-deleted'])(
    '%s: the second migration, which stayed Pending, exceeds by the figures of its refusal',
    async (step) => {
      const forecast = await migrationAt(step);
      expect(forecast.verdict).toBe('exceeds');
      expect(forecast.atBest).toBeUndefined();
      expect(figures(forecast)[1]).toBe(
        'default-z4g94 limits.memory 5682461313 + 5682461313 of 10865341313: short by 499581313, overhead-grew',
      );
      expect(forecast.message).toContain(
        'exceeded quota: default-z4g94, requested: limits.memory=5682461313, used: limits.memory=5682461313, limited: limits.memory=10865341313',
      );
    },
  );

  test('test3-step1-stopped: the start that Harvester then refused exceeds, in its words', async () => {
    const forecast = forecastStart(await preparedStep('test3-step1-stopped'), 'vm1');
    expect(forecast.verdict).toBe('exceeds');
    expect(forecast.reason).toContain('"memory insufficient resources due to resource quota"');
  });

  test('test4-step1-quota-6000Mi: the start that then went through fits', async () => {
    const forecast = forecastStart(await preparedStep('test4-step1-quota-6000Mi'), 'vm1');
    expect(forecast.verdict).toBe('fits');
    expect(figures(forecast)[1]).toBe('default-z4g94 limits.memory 0 + 5682461313 of 6000Mi');
  });

  test('test4-step3b-migration1-source-still-up: the next migration waits for the old source pod', async () => {
    expect((await migrationAt('test4-step3b-migration1-source-still-up')).verdict).toBe('waits');
  });
});

describe('the same under the rules of Harvester 1.9', () => {
  test('v19-test2-step4-ratio-changed: the first migration fits, and so will the one after it', async () => {
    const forecast = await migrationAt('v19-test2-step4-ratio-changed');
    expect(forecast.verdict).toBe('fits');
    expect(forecast.next).toBeUndefined();
  });

  test.each(['v19-test2-step5b-migrated', 'v19-test2-migration2-c-settled'])(
    '%s: the migration that was then compensated by 573799041 fits',
    async (step) => {
      const forecast = await migrationAt(step);
      expect(forecast).toMatchObject({ verdict: 'fits', needsCompensation: true });
      expect(figures(forecast)[1]).toBe('default-z4g94 limits.memory 5682461313 + 5682461313 of 11439140354');
    },
  );

  test.each(['v19-test2-migration2-a-rejected', 'v19-test2-migration3-a-rejected'])(
    '%s: of one that is rejected nobody can tell whether Harvester has looked; it fits at best, as it did',
    async (step) => {
      expect(await migrationAt(step)).toMatchObject({ verdict: 'exceeds', atBest: 'fits' });
    },
  );

  test('v19-test2-migration2-b-running: the one whose target pod is there fits', async () => {
    expect((await migrationAt('v19-test2-migration2-b-running')).verdict).toBe('fits');
  });
});

describe('what else was observed', () => {
  test('extra-caps: of four, KubeVirt holds two back, whose scale-ups let one of them in; the last one waits', async () => {
    const held = await preparedStep('extra-caps-held-caps-2', 'caps');
    const [, , vm2, vm3] = forecastTogether(held, ['vm0', 'vm1', 'vm2', 'vm3']);
    expect(vm2).toMatchObject({ verdict: 'waits', atBest: 'fits' });
    expect(vm3).toMatchObject({ verdict: 'waits', atBest: 'fits' });
    // With the caps raised vm3 got in and vm2 was refused until the others had settled.
    const raised = await preparedStep('extra-caps-held-caps-500', 'caps');
    expect(forecastMigration(raised, 'vm3').verdict).toBe('fits');
    expect(forecastMigration(raised, 'vm2')).toMatchObject({ verdict: 'waits' });
    expect(forecastMigration(raised, 'vm2').atBest).toBeUndefined();
  });

  test('extra-lr-max: a LimitRange refuses the target pod in the words of the event', async () => {
    const cluster = snapshotOf(loadObserved('extra-lr-max'));
    const limits = limitRange({ type: 'Container', max: { memory: '512Mi' } });
    cluster.put({ ...limits, metadata: { name: 'bounds', namespace: 'lr-max' }, apiVersion: 'v1', kind: 'LimitRange' });
    const prepared = prepare({
      cluster: await cluster.clusterObjects(),
      namespace: await cluster.namespaceObjects('lr-max'),
    });
    expect(forecastMigration(prepared, 'vm1')).toMatchObject({
      verdict: 'exceeds',
      reason: 'LimitRange refuses the pod: maximum memory usage per Container is 512Mi, but limit is 2585787145',
    });
  });

  test('extra-must-spec: a quota on CPU limits makes KubeVirt give a VM without limits its CPUs, and it fits', async () => {
    const forecast = forecastMigration(await preparedStep('extra-must-spec', 'must-spec'), 'vm1');
    expect(figures(forecast)).toEqual(['late-quota limits.cpu 2015m + 2015m of 100']);
  });

  test('extra-stop-halted: the stopped VM starts again', async () => {
    const halted = await preparedStep('extra-stop-halted', 'stop-pend');
    expect(forecastStart(halted, 'vm1').verdict).toBe('fits');
  });
});
