import { describe, expect, test } from '@jest/globals';
import { emptyScene, scene } from '../builders/scene.ts';
import { vm } from '../builders/virtual-machine.ts';
import { figures } from './figures.ts';

describe("Harvester's notes on migration with ResourceQuota, Harvester 1.7.0", () => {
  const ratioRaised = scene().ratio('4.5');
  /** After one migration at the new ratio: the pod that runs was made with it. */
  const regrown = scene({ ratio: '4.5' });

  test('at ratio 1.5 a VM of 4Gi migrates within 5000Mi: 9594928626 of 9980344313', () => {
    const forecast = scene().forecast();
    expect(forecast).toMatchObject({ verdict: 'fits', needsScaleUp: true, needsCompensation: false, remedies: [] });
    expect(forecast.next).toBeUndefined();
    expect(forecast.atBest).toBeUndefined();
    expect(figures(forecast)).toEqual([
      'default-z4g94 limits.cpu 2015m + 2015m of 5',
      'default-z4g94 limits.memory 4797464313 + 4797464313 of 9980344313',
    ]);
  });

  test('with the ratio raised to 4.5 the first migration fits: 10479925626 of 10865341313', () => {
    const forecast = ratioRaised.forecast();
    expect(forecast.verdict).toBe('fits');
    expect(figures(forecast)[1]).toBe('default-z4g94 limits.memory 4797464313 + 5682461313 of 10865341313');
  });

  test('and leaves the VM using 5682461313 of 5000Mi, so that the next one will exceed', () => {
    const forecast = ratioRaised.forecast();
    expect(forecast.next).toBe('exceeds');
    expect(forecast.message.split('\n')[0]).toContain('but the migration after this one will not fit');
    expect(forecast.message).toContain('used 5682461313 + requested 5682461313 = 11364922626 of 10865341313');
  });

  test('the second migration is short by 499581313 because the overhead grew', () => {
    const forecast = regrown.forecast();
    expect(forecast.verdict).toBe('exceeds');
    expect(forecast.atBest).toBeUndefined();
    expect(figures(forecast)).toEqual([
      'default-z4g94 limits.cpu 2015m + 2015m of 5',
      'default-z4g94 limits.memory 5682461313 + 5682461313 of 10865341313: short by 499581313, overhead-grew',
    ]);
  });

  test("the second migration's remedy is 5477Mi on the namespace, for the ratio moves pod and scale-up alike", () => {
    const { remedies, message } = regrown.forecast();
    // 5000Mi = 5242880000 and 499581313 more are 5476.4Mi.
    expect(remedies).toHaveLength(1);
    expect(remedies[0]).toMatchObject({
      kind: 'raise-quota',
      changes: [{ quota: 'default-z4g94', resource: 'limits.memory', where: 'namespace-annotation' }],
    });
    expect(message).toContain('limitsMemory of namespace quota-test to 5477Mi');
    expect(message).toContain('No change of the overhead ratio helps now');
    expect(message).toContain(
      'exceeded quota: default-z4g94, requested: limits.memory=5682461313, used: limits.memory=5682461313, limited: limits.memory=10865341313',
    );
  });

  test('with 6000Mi a migration at 4.5 fits: 11364922626 of 11913917313', () => {
    const forecast = regrown.base({ 'limits.cpu': '3', 'limits.memory': '6000Mi' }).forecast();
    expect(forecast.verdict).toBe('fits');
    expect(forecast.next).toBeUndefined();
    expect(figures(forecast)[1]).toBe('default-z4g94 limits.memory 5682461313 + 5682461313 of 11913917313');
  });

  test('the stopped VM does not start at 4.5 within 5000Mi, and Harvester itself refuses it first', () => {
    const forecast = emptyScene({ ratio: '4.5' }).with(vm()).start();
    expect(forecast.verdict).toBe('exceeds');
    // Harvester's own sum is less than the pod's: 4Gi + 4.5 x 276Mi, without page tables and sidecar.
    expect(forecast.reason).toBe(
      'Harvester itself refuses the start first ("memory insufficient resources due to resource quota"): ' +
        'it reckons with 5597298272 of limits.memory, and 5000Mi are free',
    );
    expect(figures(forecast)).toEqual([
      'default-z4g94 limits.cpu 0 + 2015m of 3',
      'default-z4g94 limits.memory 0 + 5682461313 of 5000Mi: short by 439581313, overhead-grew',
    ]);
  });

  test('the stopped VM starts at 4.5 within 6000Mi', () => {
    const stopped = emptyScene({ ratio: '4.5', base: { 'limits.cpu': '3', 'limits.memory': '6000Mi' } }).with(vm());
    expect(stopped.start()).toMatchObject({ verdict: 'fits', needsScaleUp: false, remedies: [] });
  });
});
