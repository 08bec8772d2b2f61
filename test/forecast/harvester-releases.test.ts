import { describe, expect, test } from '@jest/globals';
import { emptyScene, type Scene, type SceneDraft, scene } from '../builders/scene.ts';
import { vmi } from '../builders/virtual-machine.ts';
import { causes, figures } from './figures.ts';

/** A VM that runs in a namespace with room for it and `spareBytes` more. */
function withSpare(draft: SceneDraft, spareBytes: number, vm = vmi()): Scene {
  const started = emptyScene(draft).started(vm);
  const used = started.objects().namespace.quotas.items[0]?.status?.used;
  const memory = (used?.get('limits.memory')?.value() ?? 0n) + BigInt(spareBytes);
  return started.base({ 'limits.cpu': '30', 'limits.memory': `${memory}` });
}

describe('Harvester 1.1, which scales nothing', () => {
  const old = { harvester: 'v1.1.3', kubeVirt: '1.1.1', ratio: '' };

  test('the whole target pod must fit into the plain quota', () => {
    const forecast = scene(old).forecast();
    expect(forecast).toMatchObject({ verdict: 'exceeds', needsScaleUp: false });
    expect(causes(forecast)).toEqual(['default-z4g94 limits.cpu not-scaled', 'default-z4g94 limits.memory not-scaled']);
    expect(forecast.remedies[0]).toMatchObject({ kind: 'raise-quota' });
    expect(forecast.remedies[0]?.text).toMatch(/^Set limits\.cpu of ResourceQuota default-z4g94 to at least 4030m/);
  });

  test('with room for two pods it fits', () => {
    expect(scene({ ...old, base: { 'limits.cpu': '5', 'limits.memory': '10Gi' } }).forecast().verdict).toBe('fits');
  });
});

describe('Harvester 1.2 to 1.4.1, which changes the quota in place', () => {
  test("Harvester 1.2.1 adds what its KubeVirt 0.54 would charge: 4531245057 for the notes' VM", () => {
    const forecast = scene({ harvester: 'v1.2.1', kubeVirt: '1.1.1', ratio: '' }).forecast();
    const added = (forecast.quotas[1]?.hardAfterScaleUp.value() ?? 0n) - 5000n * 1024n * 1024n;
    expect(added).toBe(4531245057n);
  });

  test('KubeVirt 0.54 itself, which Harvester 1.2.1 runs, is older than the rules of any pod', () => {
    const forecast = scene({ harvester: 'v1.2.1', ratio: '' })
      .changedKubeVirt({ status: { observedKubeVirtVersion: '0.54.0-150400.3.19.1' } })
      .forecast();
    expect(forecast.verdict).toBe('unknown');
    expect(forecast.reason).toContain('0.54.0');
  });

  test.each(['v1.2.2', 'v1.3.2'])('Harvester %s ignores the ratio of the cluster', (harvester) => {
    const forecast = withSpare({ harvester, kubeVirt: '1.1.1', ratio: '2' }, 70_000_000).forecast();
    expect(causes(forecast)).toEqual(['default-z4g94 limits.memory older-formula']);
    expect(withSpare({ harvester, kubeVirt: '1.1.1', ratio: '' }, 70_000_000).forecast().verdict).toBe('fits');
  });

  test('lowering the ratio is a remedy where the scale-up ignores it', () => {
    const { remedies } = withSpare({ harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '2' }, 70_000_000).forecast();
    expect(remedies.map(({ kind }) => kind)).toEqual(['raise-quota', 'lower-ratio']);
    expect(remedies[1]?.text).toContain('reservedMemory');
  });

  test.each([
    { length: 53, verdict: 'fits' },
    { length: 54, verdict: 'exceeds' },
  ])('a VM whose name has $length characters: $verdict, for its annotation key may have 63', ({ length, verdict }) => {
    const name = 'v'.repeat(length);
    const draft = { harvester: 'v1.4.1', kubeVirt: '1.2.2', ratio: '1' };
    const base = { 'limits.cpu': '3', 'limits.memory': '5000Mi' };
    expect(
      emptyScene({ ...draft, base })
        .started(vmi(name))
        .forecast(name).verdict,
    ).toBe(verdict);
    expect(emptyScene({ base }).started(vmi(name)).forecast(name).verdict).toBe('fits');
  });

  test('the remedy is an edit of the ResourceQuota itself, which nobody resets', () => {
    const { remedies } = withSpare({ harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '' }, 0).forecast();
    expect(remedies[0]).toMatchObject({ changes: [{ where: 'resource-quota' }] });
  });
});

describe('Harvester 1.4.2 to 1.8, base plus deltas', () => {
  test.each([
    { harvester: 'v1.4.2', kubeVirt: '1.3.1-150600.5.9.1' },
    { harvester: 'v1.5.0', kubeVirt: '1.4.0-150600.5.15.1' },
    { harvester: 'v1.7.0', kubeVirt: '1.6.3-150700.3.13.1' },
    { harvester: 'v1.7.3', kubeVirt: '1.6.6-150700.15.7.1' },
    { harvester: 'v1.8.0', kubeVirt: '1.7.0-150700.3.16.2' },
    { harvester: 'v1.8.2', kubeVirt: '1.7.4-150700.3.24.2' },
  ])('Harvester $harvester with KubeVirt $kubeVirt leaves out the 60M of the sidecar and no more', (versions) => {
    const draft = { ...versions, ratio: '1.5' };
    expect(withSpare(draft, 60_000_000).forecast().verdict).toBe('fits');
    expect(causes(withSpare(draft, 59_999_999).forecast())).toEqual(['default-z4g94 limits.memory sidecar-gap']);
  });

  test('a scale-up of the default ratio 1.5 is used where the Setting cannot be read', () => {
    const invalid = scene().changed('Setting', 'additional-guest-memory-overhead-ratio', { value: 'nonsense' });
    expect(figures(invalid.forecast())[1]).toContain('of 9980344313');
    const missing = scene().without('Setting', 'additional-guest-memory-overhead-ratio');
    expect(figures(missing.forecast())[1]).toContain('of 9980344313');
  });

  test.each([
    { harvester: 'v1.7.0', kubeVirt: '1.6.3', requested: 4649965313n, added: 4737464313n },
    { harvester: 'v1.6.1', kubeVirt: '1.5.2', requested: 4633188097n, added: 4573188097n },
  ])(
    'of a ratio of 0, which is none, Harvester $harvester adds $added',
    ({ harvester, kubeVirt, requested, added }) => {
      const none = { spec: { configuration: { additionalGuestMemoryOverheadRatio: undefined } } };
      const line = scene({ harvester, kubeVirt }).ratio('0').changedKubeVirt(none).forecast().quotas[1];
      expect(line?.requested.value()).toBe(requested);
      expect(line?.hardAfterScaleUp.subtract(line.hard).value()).toBe(added);
    },
  );
});

describe('Harvester 1.9, which compensates memory', () => {
  const nine: SceneDraft = { harvester: 'v1.9.0', kubeVirt: '1.8.4', ratio: '1.5' };
  const disks = (count: number) =>
    vmi('vm1', {
      spec: { volumes: Array.from({ length: count }, (_, index) => ({ name: `disk${index}`, containerDisk: {} })) },
    });

  test.each([
    { spare: -1, verdict: 'fits' },
    { spare: -1_000_000_000, verdict: 'fits' },
    { spare: 0, verdict: 'exceeds' },
    { spare: 1, verdict: 'exceeds' },
    { spare: 59_999_999, verdict: 'exceeds' },
    { spare: 60_000_000, verdict: 'fits' },
  ])('with $spare bytes to spare a migration $verdict: over by one byte is rescued, a little room is fatal', (row) => {
    const forecast = withSpare(nine, row.spare).forecast();
    expect(forecast.verdict).toBe(row.verdict);
    expect(forecast.needsCompensation).toBe(row.spare < 0);
  });

  test.each([
    { harvester: 'v1.8.2', verdict: 'exceeds' },
    { harvester: 'v1.9.0', verdict: 'fits' },
  ])('over quota by a byte Harvester $harvester: $verdict', ({ harvester, verdict }) => {
    expect(withSpare({ ...nine, harvester }, -1).forecast().verdict).toBe(verdict);
  });

  test('the compensation is what is missing by its own sum and 128Mi, which pays for the sidecar', () => {
    // After the ratio was raised to 4.5 and one migration: used 5682461313, need 5622461313, hard 10865341313.
    const forecast = scene({ harvester: 'v1.9.0', ratio: '4.5' }).forecast();
    expect(forecast).toMatchObject({ verdict: 'fits', needsCompensation: true });
    expect(figures(forecast)[1]).toBe('default-z4g94 limits.memory 5682461313 + 5682461313 of 11439140354');
  });

  test.each([
    { count: 1, sidecarBytes: 100_000_000 },
    { count: 2, sidecarBytes: 140_000_000 },
    { count: 3, sidecarBytes: 180_000_000 },
  ])('with $count container disks the window is $sidecarBytes wide', ({ count, sidecarBytes }) => {
    expect(withSpare(nine, sidecarBytes, disks(count)).forecast().verdict).toBe('fits');
    expect(withSpare(nine, sidecarBytes - 1, disks(count)).forecast().verdict).toBe('exceeds');
    expect(withSpare(nine, 0, disks(count)).forecast().verdict).toBe('exceeds');
  });

  test.each([
    { count: 1, verdict: 'fits' },
    { count: 2, verdict: 'exceeds' },
    { count: 3, verdict: 'exceeds' },
  ])('over quota with $count container disks: $verdict, for 128Mi pay for 134217728 bytes of sidecars', (row) => {
    expect(withSpare(nine, -1_000_000, disks(row.count)).forecast().verdict).toBe(row.verdict);
  });

  test('a VM without sidecars has no window', () => {
    const silent = vmi('vm1', { spec: { domain: { devices: { logSerialConsole: false } } } });
    for (const spare of [-1, 0, 1]) expect(withSpare(nine, spare, silent).forecast().verdict).toBe('fits');
  });

  test.each([60_000_000, 100_000_000, 1_000_000_000])(
    'with %i bytes to spare no compensation is needed, and none is in the limit that is shown',
    (spare) => {
      const forecast = withSpare(nine, spare).forecast();
      expect(forecast).toMatchObject({ verdict: 'fits', needsScaleUp: true, needsCompensation: false });
      expect(forecast.quotas[1]?.hardAfterScaleUp.value()).toBe(4797464313n + BigInt(spare) + 4737464313n);
      expect(forecast.message).not.toContain('compensation');
    },
  );

  test('CPU is never compensated', () => {
    const forecast = withSpare(nine, -1).base({ 'limits.cpu': '2015m', 'limits.memory': '5000Mi' }).forecast();
    expect(forecast.verdict).toBe('exceeds');
    expect(causes(forecast)).toEqual(['default-z4g94 limits.cpu sidecar-gap']);
  });

  test.each([
    { title: 'the skip annotation', change: { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' } },
    { title: 'a compensation that is there already', change: { 'harvesterhci.io/migratingCompensation': '' } },
  ])('$title is heeded', ({ title, change }) => {
    const forecast = withSpare(nine, -1)
      .changedQuota({ metadata: { annotations: change } })
      .forecast();
    expect(forecast.verdict).toBe(title.startsWith('the skip') ? 'exceeds' : 'fits');
  });

  test('a migration that hangs in the window may have been looked at already, and nothing looks again', () => {
    const stuck = withSpare(nine, 0).pending();
    expect(stuck.forecast().verdict).toBe('exceeds');
  });

  test('a pending one that is over quota may still be compensated, or has been passed over', () => {
    const forecast = withSpare(nine, -1).pending().forecast();
    expect(forecast).toMatchObject({ verdict: 'exceeds', atBest: 'fits' });
  });
});
