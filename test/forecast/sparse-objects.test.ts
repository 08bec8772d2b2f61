import { describe, expect, test } from '@jest/globals';
import { node } from '../builders/cluster.ts';
import { quota } from '../builders/namespace.ts';
import { emptyScene, plainScene, type Scene, scene } from '../builders/scene.ts';
import { sizedVmi, vm, vmi } from '../builders/virtual-machine.ts';
import { causes, figures } from './figures.ts';

describe('objects that leave out what they may', () => {
  test('a KubeVirt CR without a spec has every default', () => {
    const bare = plainScene({ 'limits.memory': '20Gi' });
    expect(bare.changedKubeVirt({ spec: undefined }).forecast()).toEqual(bare.forecast());
  });

  test('a Node that does not tell its architecture is taken for amd64', () => {
    const told = scene().with(node('a', 'arm64'));
    const silent = told.with({ ...node('b'), status: {} }).changedVmi({ spec: { architecture: 'arm64' } });
    // Mixed nodes, so that the scale-up has no arm64 overhead: 5000Mi + 4737464313.
    expect(figures(silent.forecast())[1]).toContain('of 9980344313');
  });

  test('a quota without a spec limits nothing', () => {
    const empty = quota('empty', {}, { spec: undefined, status: {} });
    expect(figures(scene().with(empty).forecast())).toEqual(figures(scene().forecast()));
  });

  test('a scale-up of nobody that has one key leaves the other as it is', () => {
    const leaked = scene().stored('migratingUID-gone', { 'limits.cpu': '1' });
    expect(leaked.forecast().quotas.map(({ hardAfterScaleUp }) => `${hardAfterScaleUp}`)).toEqual(['6', '9980344313']);
  });

  test('a namespace with limits and no default quota has no check of Harvester before a start', () => {
    const unlabelled = {
      metadata: { labels: { 'resourcequota.management.cattle.io/default-resource-quota': undefined } },
    };
    const started = scene({ base: { 'limits.cpu': '3' } }).changedQuota({
      ...unlabelled,
      spec: { hard: { 'limits.cpu': '30' } },
    });
    expect(started.with(vm('vm2')).start('vm2').verdict).toBe('fits');
  });

  test('a VMI without a uid has no pods that are known to be its own', () => {
    const anonymous = scene()
      .ratio('4.5')
      .changedVmi({ metadata: { uid: undefined } });
    expect(anonymous.forecast().verdict).toBe('fits');
    expect(anonymous.forecast().next).toBeUndefined();
    expect(scene().ratio('4.5').forecast().next).toBe('exceeds');
  });
});

describe('a launcher pod', () => {
  const name = 'virt-launcher-vm1-src01';
  const unlabelled = { metadata: { labels: { 'kubevirt.io/created-by': undefined } } };

  test('belongs to its owner where no label says for whom it was made', () => {
    const raised = scene().ratio('4.5');
    expect(raised.changed('Pod', name, unlabelled).forecast()).toEqual(raised.forecast());
  });

  test('that tells neither is of nobody: no migration waits for its end', () => {
    const stray = plainScene({ pods: '2' }).started(vmi('vm2')).without('VirtualMachineInstance', 'vm2');
    expect(stray.forecast().verdict).toBe('waits');
    const ownerless = { ...unlabelled.metadata, ownerReferences: undefined };
    expect(stray.changed('Pod', 'virt-launcher-vm2-src01', { metadata: ownerless }).forecast().verdict).toBe('exceeds');
  });
});

describe('what a VMI tells of its growth', () => {
  /** 6Gi of guest in a namespace of 5000Mi. */
  const grown = (status: object): Scene =>
    emptyScene().started(sizedVmi('vm1', { cpu: 2, memoryMi: 6144 }, { status }));

  test.each([
    { title: 'requested', memory: { guestAtBoot: '4Gi', guestCurrent: undefined, guestRequested: '6Gi' } },
    { title: 'plugged in', memory: { guestAtBoot: '4Gi', guestCurrent: '6Gi', guestRequested: undefined } },
    { title: 'the larger of both', memory: { guestAtBoot: '4Gi', guestCurrent: '4Gi', guestRequested: '6Gi' } },
  ])('is the memory that is $title', ({ memory }) => {
    expect(causes(grown({ memory }).forecast())).toEqual(['default-z4g94 limits.memory vm-grew']);
  });

  test.each([
    { title: 'the memory of its boot', status: { memory: { guestAtBoot: undefined } } },
    { title: 'any memory', status: { memory: undefined } },
    { title: 'more than the memory of its boot', status: { memory: { guestAtBoot: '6Gi', guestCurrent: undefined } } },
    { title: 'anything but less memory than at boot', status: { memory: { guestAtBoot: '8Gi' } } },
  ])('is nothing where it does not tell $title', ({ status }) => {
    expect(causes(grown(status).forecast())).toEqual(['default-z4g94 limits.memory over-quota']);
  });

  test('is no CPU where the topology of now is not told', () => {
    const larger = (status: object) =>
      emptyScene({ base: { 'limits.cpu': '3', 'limits.memory': '9Gi' } })
        .started(sizedVmi('vm1', { cpu: 4, memoryMi: 4096 }, { status }))
        .forecast();
    expect(causes(larger({ currentCPUTopology: { cores: 2 } }))).toEqual(['default-z4g94 limits.cpu vm-grew']);
    expect(causes(larger({ currentCPUTopology: undefined }))).toEqual(['default-z4g94 limits.cpu over-quota']);
  });
});

describe('devices of network attachments', () => {
  const networks = [{ name: 'sriov', multus: { networkName: 'default/sriov' } }];
  const attached = emptyScene().started(vmi('vm1', { spec: { networks } }));

  test('are none where the running pod asks for none', () => {
    expect(figures(attached.forecast())).toEqual(figures(scene().forecast()));
  });

  test('are unknown, and taken for none, where no running pod tells them', () => {
    const used = { 'limits.cpu': '2015m', 'limits.memory': '4797464313' };
    const status = { hard: { 'limits.cpu': '3', 'limits.memory': '5000Mi' }, used };
    const podless = attached.changedQuota({ status }).without('Pod', 'virt-launcher-vm1-src01');
    expect(podless.forecast().verdict).toBe('fits');
  });
});
