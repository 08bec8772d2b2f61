import { describe, expect, test } from '@jest/globals';
import { areScaleUpsOf, haveAttachments, vmisInvolved } from '../../src/forecast/part-of-namespace.ts';
import { scene } from '../builders/scene.ts';
import { sizedVmi } from '../builders/virtual-machine.ts';

const HOTPLUGGED = { status: { volumeStatus: [{ name: 'data', hotplugVolume: { attachPodName: 'hp-volume-1' } }] } };
const two = scene().started(sizedVmi('vm2', { cpu: 1, memoryMi: 1024 }));

function objectsOf(from: typeof two) {
  const { namespace } = from.objects();
  return {
    vmis: namespace.virtualMachineInstances.items,
    quotas: namespace.quotas.items,
    migrations: namespace.migrations.items,
  };
}

describe('the VMIs that a forecast needs', () => {
  test('are the asked ones alone where nothing is under way', () => {
    expect(vmisInvolved(['vm1'], objectsOf(two).migrations)).toEqual(['vm1']);
  });

  test.each(['pending', 'running'] as const)('are those too whose migration is %s', (state) => {
    expect(vmisInvolved(['vm1'], objectsOf(two[state]('vm2')).migrations)).toEqual(['vm1', 'vm2']);
  });

  test('are none whose migration is over', () => {
    expect(vmisInvolved(['vm1'], objectsOf(two.lingering('vm2')).migrations)).toEqual(['vm1']);
  });

  test('are named once, be they asked about or under way or both', () => {
    expect(vmisInvolved(['vm1', 'vm2'], objectsOf(two.pending('vm2').pending()).migrations)).toEqual(['vm1', 'vm2']);
  });
});

describe('scale-ups on the quotas', () => {
  const known = (from: typeof two, names: readonly string[]): boolean => {
    const { vmis, quotas } = objectsOf(from);
    return areScaleUpsOf(
      vmis.filter(({ metadata }) => names.includes(metadata.name)),
      quotas,
    );
  };

  test.each([
    ['there are none', two, [], true],
    ['the one that migrates is known', two.pending('vm2'), ['vm1', 'vm2'], true],
    ['the one that migrates is not known', two.pending('vm2'), ['vm1'], false],
    ['Harvester before 1.4.2 stores them by name', scene({ harvester: 'v1.3.2' }).pending(), ['vm1'], true],
    ['the VMI of a uid is gone', two.stored('migratingUID-of-nobody', { 'limits.cpu': '1' }), ['vm1', 'vm2'], false],
    ['the VM of a name is gone', two.stored('migrating-nobody', { 'limits.cpu': '1' }), ['vm1', 'vm2'], false],
    ['one is garbled', two.changedQuota(annotated('{"limits.cpu":')), ['vm1', 'vm2'], false],
  ])('are those of the VMIs read or not: %s', (_, from, names, expected) => {
    expect(known(from, names)).toBe(expected);
  });
});

function annotated(text: string) {
  return { metadata: { annotations: { 'harvesterhci.io/migratingUID-uid-of-vmi-vm1': text } } };
}

test('attachment pods are those of VMIs with hotplugged volumes', () => {
  expect(haveAttachments(objectsOf(two).vmis)).toBe(false);
  expect(haveAttachments(objectsOf(two.changedVmi(HOTPLUGGED, 'vm2')).vmis)).toBe(true);
});
