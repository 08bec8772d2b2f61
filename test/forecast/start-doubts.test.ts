import { describe, expect, test } from '@jest/globals';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { forecastStart } from '../../src/forecast/forecast-start.ts';
import type { Amounts } from '../builders/json.ts';
import { defaultQuota, quota } from '../builders/namespace.ts';
import { emptyScene, plainScene, scene } from '../builders/scene.ts';
import { vm } from '../builders/virtual-machine.ts';

const roomy: Amounts = { 'limits.cpu': '30', 'limits.memory': '30Gi' };

describe('a start while KubeVirt is upgraded', () => {
  // The pod of vm2: 4772298097 by 1.5.2 and 4797464313 by 1.6.3, both at ratio 1.5.
  const upgrading = (memory: string, [observed, target] = ['v1.5.2', 'v1.6.3']) =>
    plainScene({})
      .without('VirtualMachineInstance', 'vm1')
      .without('Pod', 'virt-launcher-vm1-src01')
      .changedKubeVirt({
        spec: { configuration: { additionalGuestMemoryOverheadRatio: '1.5' } },
        status: { observedKubeVirtVersion: observed, targetKubeVirtVersion: target },
      })
      .with(vm('vm2'), quota('team-quota', { 'limits.memory': memory }))
      .start('vm2');

  test.each([
    { memory: '4772298096', verdict: 'exceeds' },
    { memory: '4772298097', verdict: 'unknown' },
    { memory: '4797464312', verdict: 'unknown' },
    { memory: '4797464313', verdict: 'fits' },
  ])('within $memory bytes: $verdict', ({ memory, verdict }) => {
    expect(upgrading(memory).verdict).toBe(verdict);
  });

  test('is explained by what each version answers, whichever of them is the older', () => {
    const reason =
      'it depends on what no object tells: fits if KubeVirt 1.5.2 renders the pod, exceeds if KubeVirt 1.6.3 renders the pod';
    expect(upgrading('4780M').reason).toBe(reason);
    expect(upgrading('4780M').unknown).toBe('kubevirt-upgrade');
    expect(upgrading('4780M', ['v1.6.3', 'v1.5.2']).reason).toBe(reason);
  });

  test('is unknown where the rules of one version are not known', () => {
    expect(upgrading('30Gi', ['v1.6.3', 'devel'])).toMatchObject({
      verdict: 'unknown',
      unknown: 'kubevirt-version-not-known',
      reason: expect.stringContaining('devel'),
    });
  });
});

describe('what makes a start unknown', () => {
  test.each(['-1', 'NaN', 'Inf'])('a ratio of %s, of which no pod can be made', (ratio) => {
    expect(emptyScene().ratio(ratio).with(vm('vm2')).start('vm2')).toMatchObject({
      verdict: 'unknown',
      reason: `additionalGuestMemoryOverheadRatio of the KubeVirt CR is "${ratio}": no pod can be made of that`,
    });
  });

  test('VirtualMachines that cannot be read, by the reason why', () => {
    const { cluster, namespace } = scene().with(vm('vm2')).objects();
    const unreadable = 'VirtualMachines: 403, expected the right to list them';
    const virtualMachines = { items: [], problems: [], unreadable };
    const prepared = prepare({ cluster, namespace: { ...namespace, virtualMachines } });
    expect(forecastStart(prepared, 'vm2')).toMatchObject({ verdict: 'unknown', reason: unreadable });
    expect(forecastMigration(prepared, 'vm1').verdict).toBe('fits');
  });

  test('an instance type, which has the size of the VM', () => {
    const sized = vm('vm2', {
      spec: { instancetype: { name: 'u1.medium', kind: 'VirtualMachineClusterInstancetype' } },
    });
    expect(emptyScene().with(sized).start('vm2')).toMatchObject({
      verdict: 'unknown',
      reason: 'VirtualMachine vm2 takes its size from an instance type, which is not among the objects read',
    });
  });

  test('no instance type is nothing unknown', () => {
    const plain = vm('vm2', { spec: { instancetype: null } });
    expect(emptyScene().with(plain).start('vm2').verdict).toBe('fits');
  });
});

describe("several default quotas, of which Harvester's check takes any", () => {
  // Limits of 3 CPUs and 5000Mi in the namespace, edited to much more in both quotas: nothing but the check refuses.
  const second = defaultQuota(roomy, { metadata: { name: 'default-second' } });
  const edited = scene({ harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '' })
    .changedQuota({ spec: { hard: roomy } })
    .with(vm('vm2'));

  test('are unknown where it passes by one and refuses by another', () => {
    const leaked = edited.stored('migrating-gone', { 'limits.cpu': '2', 'limits.memory': '5Gi' });
    expect(leaked.start('vm2').verdict).toBe('fits');
    expect(leaked.with(second).start('vm2')).toMatchObject({
      verdict: 'unknown',
      unknown: 'several-default-quotas',
      reason: 'Harvester checks the start against one of several default quotas',
    });
  });

  test('are no doubt where it refuses by each of them', () => {
    expect(edited.with(second).start('vm2')).toMatchObject({
      verdict: 'exceeds',
      reason: expect.stringMatching(/^Harvester itself refuses the start first/),
    });
  });

  test('are no doubt where it passes by each of them', () => {
    const free = edited.without('VirtualMachineInstance', 'vm1').without('Pod', 'virt-launcher-vm1-src01');
    expect(free.with(second).start('vm2').verdict).toBe('fits');
  });
});
