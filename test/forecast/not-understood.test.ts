import { describe, expect, test } from '@jest/globals';
import { scene } from '../builders/scene.ts';
import { vm, vmi } from '../builders/virtual-machine.ts';

/** vm1 asks, and a migration of vm2 is under way. */
const migrating = (state: 'pending' | 'running') => scene().started(vmi('vm2'))[state]('vm2');

const badMemory = { spec: { domain: { resources: { limits: { memory: '1GB' } } } } };
const noVersion = { status: { observedKubeVirtVersion: undefined, targetKubeVirtVersion: undefined } };
const noImage = { status: { launcherContainerImageVersion: undefined } };

describe.each(['pending', 'running'] as const)('a migration under way (%s) that is not understood', (state) => {
  const badQuantity =
    'migration vm2-z9lkd of vm2 is under way: spec.domain.resources.limits.memory: ' +
    'expected a Kubernetes quantity such as 5000Mi, 1500m or 1e3, got "1GB"';

  test('for a bad quantity in its VMI makes every migration of the namespace unknown, and is named', () => {
    const broken = migrating(state).changedVmi(badMemory, 'vm2');
    for (const name of ['vm1', 'vm2', 'vm9']) {
      expect(broken.forecast(name)).toMatchObject({
        verdict: 'unknown',
        reason: badQuantity,
        quotas: [],
        remedies: [],
      });
    }
    expect(broken.together('vm1', 'vm2').map(({ reason }) => reason)).toEqual([badQuantity, badQuantity]);
  });

  test('for a bad quantity in its VMI makes the start of a VM unknown too', () => {
    const broken = migrating(state).changedVmi(badMemory, 'vm2').with(vm('vm3'));
    expect(broken.start('vm3')).toMatchObject({ verdict: 'unknown', reason: badQuantity });
  });

  test('for want of a version makes every migration of the namespace unknown, and is named', () => {
    const silent = migrating(state).changedKubeVirt(noVersion).changedVmi(noImage, 'vm2');
    for (const name of ['vm1', 'vm2']) {
      expect(silent.forecast(name)).toMatchObject({
        verdict: 'unknown',
        reason:
          'migration vm2-z9lkd of vm2 is under way: no object says which KubeVirt version runs: the KubeVirt status has none',
      });
    }
  });

  test('for an image of a KubeVirt older than the rules is named as well', () => {
    const image = { status: { launcherContainerImageVersion: 'registry/virt-launcher:v0.59.0' } };
    const old = migrating(state).changedKubeVirt(noVersion).changedVmi(image, 'vm2');
    expect(old.forecast().reason).toMatch(/^migration vm2-z9lkd of vm2 is under way: KubeVirt v0\.59\.0 is none whose/);
  });
});

test('a VMI that is not understood harms nobody once its migration has ended', () => {
  const ended = migrating('pending')
    .changedVmi(badMemory, 'vm2')
    .changed('VirtualMachineInstanceMigration', 'vm2-z9lkd', { status: { phase: 'Failed' } });
  expect(ended.forecast().verdict).toBe('fits');
});

describe('a key that a quota has just got', () => {
  const counted = {
    hard: { 'limits.cpu': '3', 'limits.memory': '5000Mi' },
    used: { 'limits.cpu': '2015m', 'limits.memory': '4797464313' },
  };
  const withKey = (key: string) => scene().changedQuota({ spec: { hard: { [key]: '50' } }, status: counted });

  test.each(['pods', 'count/pods', 'requests.memory', 'requests.cpu'])(
    'is unknown where pods are counted by it (%s) and their use is not known yet',
    (key) => {
      expect(withKey(key).forecast()).toMatchObject({
        verdict: 'unknown',
        reason: 'ResourceQuota default-z4g94: its status has not been filled yet',
      });
    },
  );

  test.each(['requests.storage', 'count/configmaps', 'services'])('does not matter where it is %s', (key) => {
    expect(withKey(key).forecast().verdict).toBe('fits');
  });
});
