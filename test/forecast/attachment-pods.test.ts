import { describe, expect, test } from '@jest/globals';
import { limitRange } from '../builders/namespace.ts';
import { attachmentOf, otherPod } from '../builders/pod.ts';
import { emptyScene, plainScene } from '../builders/scene.ts';
import { vmi } from '../builders/virtual-machine.ts';
import { causes, figures } from './figures.ts';

const POD_BYTES = 4797464313;
const SIDECAR_BYTES = 60_000_000;
const HOTPLUGGED = { status: { volumeStatus: [{ name: 'data', hotplugVolume: { attachPodName: 'hp-volume-1' } }] } };

describe('an attachment pod that does not fit where its launcher does', () => {
  const withSpare = (bytes: number) =>
    emptyScene({ base: { 'limits.cpu': '3', 'limits.memory': `${POD_BYTES + SIDECAR_BYTES + bytes}` } });
  const forecast = withSpare(40_000_000).started(vmi('vm1', HOTPLUGGED)).forecast();

  test("is what is requested, in the API server's form, with the launcher among what is used", () => {
    expect(forecast.verdict).toBe('exceeds');
    expect(figures(forecast)[1]).toBe(
      'default-z4g94 limits.memory 9594928626 + 80M of 9634928626: short by 40M, sidecar-gap',
    );
    expect(forecast.message).toContain(
      'exceeded quota: default-z4g94, requested: limits.memory=80M, used: limits.memory=9594928626, limited: limits.memory=9634928626',
    );
  });

  test('is not counted as use by others: nobody else is there to free room', () => {
    expect(forecast.remedies.map(({ kind }) => kind)).toEqual(['raise-quota']);
  });

  test('is helped by others who free room', () => {
    const others = withSpare(-30_000_000)
      .started(vmi('vm1', HOTPLUGGED))
      .with(otherPod({ limits: { cpu: '10m', memory: '70M' } }));
    const crowded = others.base({ 'limits.cpu': '3', 'limits.memory': `${POD_BYTES + SIDECAR_BYTES + 110_000_000}` });
    expect(crowded.forecast().remedies.map(({ kind }) => kind)).toEqual(['raise-quota', 'free-room']);
  });

  test('lacks CPU in the same way, in thousandths', () => {
    const tight = emptyScene({ base: { 'limits.cpu': '2080m', 'limits.memory': '5000Mi' } });
    expect(figures(tight.started(vmi('vm1', HOTPLUGGED)).forecast())[0]).toBe(
      'default-z4g94 limits.cpu 4030m + 100m of 4080m: short by 50m, sidecar-gap',
    );
  });

  test('is one pod more where pods are counted', () => {
    const counted = plainScene({ pods: '2' }).changedVmi(HOTPLUGGED).forecast();
    expect(figures(counted)).toEqual(['team-quota pods 2 + 1 of 2: short by 1, not-scaled']);
    expect(plainScene({ pods: '3' }).changedVmi(HOTPLUGGED).forecast().verdict).toBe('fits');
  });

  test('where already the launcher does not fit, is not what is requested', () => {
    const full = withSpare(-1).started(vmi('vm1', HOTPLUGGED)).forecast();
    expect(figures(full)[1]).toContain('4797464313 + 4797464313 of 9594928625: short by 1,');
  });

  test('is refused by a LimitRange for the whole migration', () => {
    const small = emptyScene()
      .started(vmi('vm1', HOTPLUGGED))
      .changedKubeVirt({
        spec: {
          configuration: {
            supportContainerResources: [{ type: 'hotplug-disk', resources: { limits: { memory: '20Gi' } } }],
          },
        },
      });
    expect(small.with(limitRange({ type: 'Container', max: { memory: '10Gi' } })).forecast()).toMatchObject({
      verdict: 'exceeds',
      cause: 'not-admitted',
      reason: expect.stringContaining('maximum memory usage per Container is 10Gi'),
    });
  });
});

describe('the attachment pod of a migration that runs', () => {
  /** vm2's target is there, with its attachment pod or without; `bytes` are to spare beyond all launchers. */
  const running = (bytes: number, attachment: 'there' | 'coming') => {
    const base = { 'limits.cpu': '30', 'limits.memory': `${2 * POD_BYTES + 2 * SIDECAR_BYTES + bytes}` };
    const migrating = emptyScene({ base }).started(vmi('vm1'), vmi('vm2', HOTPLUGGED)).running('vm2');
    if (attachment === 'coming') return migrating;
    const target = migrating.find('Pod', 'virt-launcher-vm2-tgt01');
    return migrating.with(attachmentOf(target, migrating.find('KubeVirt', 'kubevirt')));
  };

  test.each(['there', 'coming'] as const)('counts against others alike, when it is %s', (attachment) => {
    expect(running(80_000_000, attachment).forecast().verdict).toBe('fits');
    expect(running(79_999_999, attachment).forecast().verdict).toBe('waits');
  });

  test('counts once: what is used has it from then on', () => {
    expect(figures(running(80_000_000, 'coming').forecast())).toEqual(figures(running(80_000_000, 'there').forecast()));
  });

  test('does not come for a VM without hotplugged volumes', () => {
    const base = { 'limits.cpu': '30', 'limits.memory': `${2 * POD_BYTES + 2 * SIDECAR_BYTES}` };
    const plain = emptyScene({ base }).started(vmi('vm1'), vmi('vm2')).running('vm2').forecast();
    expect(plain.verdict).toBe('fits');
    expect(causes(plain)).toEqual([]);
  });
});
