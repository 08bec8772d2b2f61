import { describe, expect, test } from '@jest/globals';
import { quota } from '../builders/namespace.ts';
import { emptyScene, plainScene, scene } from '../builders/scene.ts';
import { vmi } from '../builders/virtual-machine.ts';
import { figures } from './figures.ts';

describe('a ratio that is odd and yet defined', () => {
  // Overhead without a ratio: 294998017 bytes. KubeVirt multiplies in thousands, rounding up, and leaves alone what Go cannot read.
  test.each([
    { ratio: '', pod: 4649965313 },
    { ratio: '1', pod: 4649965313 },
    { ratio: '1.0', pod: 4649965313 },
    { ratio: '1,5', pod: 4649965313 },
    { ratio: 'abc', pod: 4649965313 },
    { ratio: ' 1.5', pod: 4649965313 },
    { ratio: '1.5', pod: 4797464313 },
    { ratio: '+1.5', pod: 4797464313 },
    { ratio: '1.5e0', pod: 4797464313 },
    { ratio: '0x1.8p0', pod: 4797464313 },
    { ratio: '1e1', pod: 4649965313 + 9 * 294_999_000 },
    { ratio: '10.0001', pod: 4649965313 + 2_655_020_000 },
    { ratio: '0', pod: 4649965313 - 294_999_000 },
  ])('$ratio in the KubeVirt CR makes a pod of $pod', ({ ratio, pod }) => {
    const forecast = plainScene({ 'limits.memory': '100Gi' })
      .changedKubeVirt({ spec: { configuration: { additionalGuestMemoryOverheadRatio: ratio } } })
      .forecast();
    expect(forecast.verdict).toBe('fits');
    expect(forecast.target.get('limits.memory')?.value()).toBe(BigInt(pod));
  });

  test.each([
    // The scale-up: by the Setting, of which the webhook of Harvester allows 0 and 1 to 10.
    { ratio: '', scaleUp: 4737464313 },
    { ratio: '0', scaleUp: 4737464313 },
    { ratio: '0.5', scaleUp: 4737464313 },
    { ratio: '1,5', scaleUp: 4737464313 },
    { ratio: '10.0001', scaleUp: 4737464313 },
    { ratio: '1', scaleUp: 4589965313 },
    { ratio: '1e1', scaleUp: 4589965313 + 9 * 294_999_000 },
    { ratio: '10', scaleUp: 4589965313 + 9 * 294_999_000 },
  ])('of $ratio in its Setting Harvester 1.7 makes a scale-up of $scaleUp', ({ ratio, scaleUp }) => {
    const line = scene().ratio(ratio).forecast().quotas[1];
    expect(line?.hardAfterScaleUp.subtract(line.hard).value()).toBe(BigInt(scaleUp));
  });

  test.each(['', '0', '1e1', '1,5', '10.0001'])('%j is never a reason for unknown', (ratio) => {
    const roomy = { 'limits.cpu': '30', 'limits.memory': '30Gi' };
    const forecast = scene({ base: roomy }).ratio(ratio).forecast();
    expect(forecast).toMatchObject({ verdict: 'fits' });
    expect(forecast.reason).toBeUndefined();
  });

  test('of NaN KubeVirt makes amounts that no pod can have, which is said and not denied', () => {
    const forecast = scene().ratio('NaN').forecast();
    expect(forecast).toMatchObject({
      verdict: 'unknown',
      reason: 'additionalGuestMemoryOverheadRatio of the KubeVirt CR is "NaN": no pod can be made of that',
    });
  });
});

describe('a VMI without limits', () => {
  const unlimited = vmi('vm1', { spec: { domain: { resources: { limits: undefined } } } });

  test('gets limits from KubeVirt where a quota limits them: twice the request, and its CPUs', () => {
    const forecast = plainScene({ 'limits.cpu': '10', 'limits.memory': '20Gi' }).with(unlimited).forecast();
    expect(forecast.verdict).toBe('fits');
    // 2 x (2730Mi + 294998017) + 60M.
    expect(forecast.target.get('limits.memory')?.value()).toBe(2n * (2730n * 1024n * 1024n + 294998017n) + 60_000_000n);
    expect(forecast.target.get('limits.cpu')?.toString()).toBe('2015m');
  });

  test('needs no room where no quota limits it', () => {
    const forecast = plainScene({ 'requests.memory': '10Gi' }).with(unlimited).forecast();
    expect(forecast.verdict).toBe('fits');
    expect(forecast.quotas.map(({ resource }) => resource)).toEqual(['requests.memory']);
  });

  test('has no scale-up in a managed namespace, and Harvester 1.9 does not compensate it', () => {
    for (const harvester of ['v1.7.0', 'v1.9.0']) {
      const forecast = emptyScene({ harvester }).started(unlimited).forecast();
      expect(forecast).toMatchObject({ verdict: 'exceeds', needsScaleUp: false, needsCompensation: false });
    }
  });
});

describe('what is unusual in a quota', () => {
  test('two hundred migrating annotations of nobody are two hundred scale-ups that stay', () => {
    const annotations = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [
        `harvesterhci.io/migratingUID-${index}`,
        '{"limits.cpu":"10m","limits.memory":"1Mi"}',
      ]),
    );
    const forecast = scene().changedQuota({ metadata: { annotations } }).forecast();
    expect(forecast.verdict).toBe('fits');
    expect(figures(forecast)).toEqual([
      'default-z4g94 limits.cpu 2015m + 2015m of 7',
      `default-z4g94 limits.memory 4797464313 + 4797464313 of ${9980344313 + 200 * 2 ** 20}`,
    ]);
  });

  test('amounts of any suffix, of thousandths, exponents and numbers are compared by what they mean', () => {
    const limits = { 'limits.memory': '10e9', 'limits.cpu': '4030000u', pods: 2, 'requests.memory': '1.1E10' };
    const odd = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'odd', namespace: 'quota-test' } };
    const used = { 'limits.memory': '4649965313', 'limits.cpu': '2.015', pods: '1', 'requests.memory': '0' };
    const forecast = plainScene({})
      .with({ ...odd, spec: { hard: limits }, status: { hard: limits, used } })
      .forecast();
    expect(forecast.verdict).toBe('fits');
    expect(figures(forecast)).toContain('odd limits.cpu 2015m + 2015m of 4030m');
  });

  test('what is used beyond every limit, as after a limit was lowered, is no reason to refuse what uses nothing of it', () => {
    const hard = { 'limits.memory': '10Gi', 'requests.storage': '1Gi' };
    const used = { 'limits.memory': '0', 'requests.storage': '5Gi' };
    const over = quota('over', hard, { status: { hard, used } });
    expect(plainScene({}).with(over).forecast().verdict).toBe('fits');
  });

  test('a quota of nothing at all is none', () => {
    expect(plainScene({}).forecast()).toMatchObject({ verdict: 'fits', quotas: [] });
  });

  test('Harvester does not scale a default quota that limits neither CPU nor memory', () => {
    const hard = { 'limits.cpu': undefined, 'limits.memory': undefined, pods: '5' };
    const forecast = scene().changedQuota({ spec: { hard } }).forecast();
    expect(forecast.verdict).toBe('fits');
    expect(figures(forecast)).toEqual(['default-z4g94 pods 1 + 1 of 5']);
  });
});

describe('names that are long', () => {
  const name = 'v'.repeat(253);
  const long = 'q'.repeat(253);

  test('are shortened in the middle, so that the first line says all it has to in 256 characters', () => {
    const { message } = plainScene({})
      .started(vmi(name))
      .with(quota(long, { 'limits.memory': '5Gi' }))
      .forecast(name);
    const first = message.split('\n')[0] ?? '';
    expect(first.length).toBeLessThanOrEqual(256);
    expect(first).toMatch(/^VM quota-test\/v+…v+ cannot migrate: quota q+…q+ is short of limits\.memory by \d+ /);
    expect(first).toMatch(/; set limits\.memory of quota q+…q+ to \d+Mi$/);
  });

  test('are left whole where they fit', () => {
    expect(plainScene({ pods: '1' }).forecast().message).toMatch(
      /^VM quota-test\/vm1 cannot migrate: quota team-quota is short of pods by 1 \(1 used \+ 1 requested > 1\); set pods of quota team-quota to 2\n/,
    );
  });
});
