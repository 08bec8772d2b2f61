import { describe, expect, test } from '@jest/globals';
import { quota } from '../builders/namespace.ts';
import { attachmentOf, otherPod } from '../builders/pod.ts';
import { emptyScene, plainScene, scene } from '../builders/scene.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';
import { causes, figures } from './figures.ts';

describe('which quotas concern a migration', () => {
  test('a namespace without quotas never blocks', () => {
    const forecast = plainScene({}).without('ResourceQuota', 'team-quota').forecast();
    expect(forecast).toMatchObject({ verdict: 'fits', quotas: [], needsScaleUp: false });
    expect(forecast.message).toContain('no quota counts its pod');
  });

  test('a quota without limits of pods never blocks', () => {
    const forecast = plainScene({ 'requests.storage': '1Gi', 'count/configmaps': '0' }).forecast();
    expect(forecast).toMatchObject({ verdict: 'fits', quotas: [] });
  });

  test('a key that is absent is not limited, a key of 0 allows nothing', () => {
    expect(plainScene({ 'limits.memory': '10Gi' }).forecast().verdict).toBe('fits');
    expect(plainScene({ 'limits.memory': '10Gi', 'limits.cpu': '0' }).forecast().verdict).toBe('exceeds');
  });

  test.each([
    { scopes: ['BestEffort'], verdict: 'fits' },
    { scopes: ['Terminating'], verdict: 'fits' },
    { scopes: ['NotTerminating'], verdict: 'exceeds' },
    { scopes: ['NotBestEffort', 'NotTerminating'], verdict: 'exceeds' },
    { scopes: ['NotBestEffort', 'Terminating'], verdict: 'fits' },
  ])(
    'a launcher pod is burstable and has no deadline, so a quota of scope $scopes: $verdict',
    ({ scopes, verdict }) => {
      const scoped = quota('scoped', { pods: '1' }, { spec: { scopes } });
      expect(plainScene({ pods: '5' }).with(scoped).forecast().verdict).toBe(verdict);
    },
  );

  test.each([
    { operator: 'In', values: ['vm-high'], verdict: 'exceeds' },
    { operator: 'In', values: ['other'], verdict: 'fits' },
    { operator: 'NotIn', values: ['other'], verdict: 'exceeds' },
    { operator: 'Exists', values: undefined, verdict: 'exceeds' },
    { operator: 'DoesNotExist', values: undefined, verdict: 'fits' },
  ])('the priority class of the VMI decides a quota for $operator $values: $verdict', ({ verdict, ...expression }) => {
    const scopeSelector = { matchExpressions: [{ scopeName: 'PriorityClass', ...expression }] };
    const scoped = quota('scoped', { pods: '0' }, { spec: { scopeSelector } });
    const prioritised = plainScene({ pods: '5' }).started(vmi('vm1', { spec: { priorityClassName: 'vm-high' } }));
    expect(prioritised.with(scoped).forecast().verdict).toBe(verdict);
  });

  test('a priority class that the server gave the running pod will be given to the next one', () => {
    const selector = {
      matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['cluster-default'] }],
    };
    const scoped = quota('scoped', { pods: '0' }, { spec: { scopeSelector: selector } });
    const running = plainScene({ pods: '5' }).changed('Pod', 'virt-launcher-vm1-src01', {
      spec: { priorityClassName: 'cluster-default' },
    });
    expect(causes(running.with(scoped).forecast())).toEqual(['scoped pods not-scaled']);
  });
});

describe('several quotas at once', () => {
  test('every short key of every quota is named', () => {
    const forecast = plainScene({ 'limits.memory': '5Gi', 'requests.memory': '10Gi' })
      .with(quota('second', { 'limits.cpu': '3', pods: '1' }), quota('roomy', { pods: '100' }))
      .forecast();
    expect(causes(forecast)).toEqual([
      'team-quota limits.memory not-scaled',
      'second limits.cpu not-scaled',
      'second pods not-scaled',
    ]);
    expect(figures(forecast)).toHaveLength(5);
  });

  test("each quota's refusal is a sentence of its own", () => {
    const { message } = plainScene({ 'limits.memory': '5Gi', 'limits.cpu': '3' })
      .with(quota('second', { pods: '1' }))
      .forecast();
    expect(message).toContain(
      'exceeded quota: team-quota, requested: limits.cpu=2015m,limits.memory=4649965313, used: limits.cpu=2015m,limits.memory=4649965313, limited: limits.cpu=3,limits.memory=5Gi',
    );
    expect(message).toContain('exceeded quota: second, requested: pods=1, used: pods=1, limited: pods=1');
  });

  test('the one remedy changes all of them', () => {
    const { remedies } = plainScene({ 'limits.memory': '5Gi' })
      .with(quota('second', { pods: '1', 'limits.cpu': '4' }))
      .forecast();
    expect(remedies[0]?.text).toBe(
      'Set limits.memory of ResourceQuota team-quota to at least 8870Mi, pods of ResourceQuota second to at least 2 and limits.cpu of ResourceQuota second to at least 4030m.',
    );
  });
});

describe('what a quota counts', () => {
  const hugepages = { spec: { domain: { memory: { guest: '4Gi', hugepages: { pageSize: '2Mi' } } } } };

  test('huge pages are a key of their own that nothing scales', () => {
    const requests = { spec: { domain: { resources: { requests: { memory: '4Gi' } } } } };
    const huge = emptyScene().started(vmi('vm1', hugepages)).changedVmi(requests);
    const forecast = huge.with(quota('huge', { 'requests.hugepages-2Mi': '6Gi', 'hugepages-2Mi': '20Gi' })).forecast();
    expect(forecast.verdict).toBe('exceeds');
    expect(causes(forecast)).toEqual(['huge requests.hugepages-2Mi not-scaled']);
    expect(forecast.quotas.find(({ resource }) => resource === 'hugepages-2Mi')?.requested.toString()).toBe('4Gi');
  });

  test("a VM in huge pages needs little of limits.memory, and Harvester's scale-up covers it many times", () => {
    const forecast = emptyScene({ base: { 'limits.cpu': '3', 'limits.memory': '600Mi' } })
      .started(vmi('vm1', hugepages))
      .forecast();
    expect(forecast.verdict).toBe('fits');
    // Only overhead and sidecar.
    expect(forecast.target.get('limits.memory')?.toString()).toBe('502497017');
  });

  test('the attachment pod of hotplugged volumes is charged beside the launcher', () => {
    const volumes = { status: { volumeStatus: [{ name: 'data', hotplugVolume: { attachPodName: 'hp-volume-1' } }] } };
    const start = emptyScene().started(vmi('vm1', volumes));
    const source = start.find('Pod', 'virt-launcher-vm1-src01');
    const attached = start.with(attachmentOf(source, start.find('KubeVirt', 'kubevirt')));
    const forecast = attached.forecast();
    expect(forecast.verdict).toBe('fits');
    // Used and requested are those of both pods: 4797464313 + 80M each.
    expect(figures(forecast)[1]).toBe('default-z4g94 limits.memory 4877464313 + 4877464313 of 9980344313');
    // The target is the launcher alone.
    expect(forecast.target.get('limits.memory')?.toString()).toBe('4797464313');
  });

  test('where only the attachment pod is short, its refusal has the launcher among what is used', () => {
    const volumes = { status: { volumeStatus: [{ name: 'data', hotplugVolume: { attachPodName: 'hp-volume-1' } }] } };
    // Room for the sidecar's 60M, and 40M for an attachment of 80M.
    const base = { 'limits.cpu': '3', 'limits.memory': `${4797464313 + 100_000_000}` };
    const forecast = emptyScene({ base }).started(vmi('vm1', volumes)).forecast();
    expect(forecast.verdict).toBe('exceeds');
    expect(figures(forecast)[1]).toBe(
      'default-z4g94 limits.memory 9594928626 + 80M of 9634928626: short by 40M, sidecar-gap',
    );
  });

  test('network devices of the running pod will be asked for again', () => {
    const networks = { spec: { networks: [{ name: 'sriov', multus: { networkName: 'default/sriov' } }] } };
    const running = emptyScene().started(vmi('vm1', networks));
    const pod = running.find('Pod', 'virt-launcher-vm1-src01') as {
      spec: { containers: { name: string; resources: { limits: object } }[] };
    };
    const containers = pod.spec.containers.map((container) => {
      const limits = { ...container.resources.limits, 'intel.com/sriov': '1' };
      return { ...container, resources: { limits, requests: limits } };
    });
    const forecast = running
      .changed('Pod', 'virt-launcher-vm1-src01', { spec: { containers } })
      .with(quota('devices', { 'requests.intel.com/sriov': '1' }))
      .forecast();
    expect(causes(forecast)).toEqual(['devices requests.intel.com/sriov not-scaled']);
  });
});

describe('limits that are being changed', () => {
  test('status.hard behind spec.hard will follow within a moment, so that spec.hard counts', () => {
    const lagging = quota(
      'team-quota',
      { 'limits.memory': '10Gi' },
      {
        status: { hard: { 'limits.memory': '5Gi' }, used: { 'limits.memory': '4Gi' } },
      },
    );
    const forecast = plainScene({}).with(lagging).forecast();
    expect(forecast.verdict).toBe('fits');
    expect(forecast.quotas[0]?.hard.toString()).toBe('5Gi');
    expect(forecast.quotas[0]?.hardAfterScaleUp.toString()).toBe('10Gi');
  });

  test("a default quota that differs from the namespace's limits is set to them before anything else", () => {
    // Somebody has edited the ResourceQuota: Harvester resets it to 5000Mi.
    const edited = scene().changedQuota({ spec: { hard: { 'limits.memory': '1Gi' } } });
    expect(edited.forecast().verdict).toBe('fits');
    expect(figures(edited.forecast())[1]).toContain('of 9980344313');
  });

  test("a key that the namespace limits appears in the quota even if the quota's spec lacks it", () => {
    const cpuOnly = scene().changedQuota({ spec: { hard: { 'limits.memory': undefined } } });
    const forecast = cpuOnly.with(otherPod({ limits: { cpu: '10m', memory: '8Gi' } })).forecast();
    expect(figures(forecast).some((text) => text.includes('limits.memory'))).toBe(true);
  });

  test('Harvester before 1.4.2 takes the quota as it stands', () => {
    const edited = scene({ harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '' }).changedQuota({
      spec: { hard: { 'limits.memory': '4Gi' } },
    });
    expect(edited.forecast().verdict).toBe('exceeds');
  });
});

test('two VMs of different size are each measured by their own pod', () => {
  const both = emptyScene({ base: { 'limits.cpu': '10', 'limits.memory': '16Gi' } }).started(
    vmi(),
    sizedVmi('vm2', { cpu: 4, memoryMi: 8192 }),
  );
  expect(both.forecast('vm1').target.get('limits.cpu')?.toString()).toBe('2015m');
  expect(both.forecast('vm2').target.get('limits.cpu')?.toString()).toBe('4015m');
});
