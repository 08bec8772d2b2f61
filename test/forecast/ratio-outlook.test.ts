import { describe, expect, test } from '@jest/globals';
import { type Prepared, prepare } from '../../src/forecast/forecast-migrations.ts';
import { type KnownOutlook, type RatioOutlook, RatioOutlooks } from '../../src/forecast/ratio-outlook.ts';
import type { KeyRoom } from '../../src/forecast/room.ts';
import { withQuotaChanges, withRatio } from '../../src/forecast/what-if.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { limitRange, quota } from '../builders/namespace.ts';
import { emptyScene, plainScene, type Scene, scene } from '../builders/scene.ts';
import { sizedVmi, vm, vmi } from '../builders/virtual-machine.ts';

function atRatio(now: Prepared, ratio: string, namespace = now.objects.namespace): Prepared {
  return prepare({ cluster: withRatio(now.objects.cluster, ratio), namespace }, now);
}

function looked(at: Scene, ratio: string): RatioOutlook {
  const now = prepare(at.objects());
  return new RatioOutlooks().look(now, atRatio(now, ratio));
}

function outlook(at: Scene, ratio: string): KnownOutlook {
  const found = looked(at, ratio);
  if (found.kind === 'unknown') throw new Error(found.reason);
  return found;
}

function figures({ quotas }: KnownOutlook): string[] {
  return quotas.map(figure);
}

function figure({ quota: name, resource, base, needed, growBy, where }: KeyRoom): string {
  const growth = growBy === undefined ? '' : ` +${growBy}`;
  return `${name} ${resource} ${base} -> ${needed}${growth} (${where})`;
}

function largest(at: Scene) {
  const now = prepare(at.objects());
  const outlooks = new RatioOutlooks();
  outlooks.look(now, now);
  return outlooks.largest;
}

describe('a raised ratio, in the namespace of the quota notes', () => {
  test('lets the next migration through, and neither the one after it nor a start', () => {
    const { vms, quotas } = outlook(scene(), '4.5');
    expect(vms).toEqual({
      total: 1,
      fit: 0,
      stops: { next: [], later: ['vm1'], restart: ['vm1'] },
      already: [],
      gains: [],
      unknown: [],
    });
    expect(quotas.map(figure)).toEqual([
      'default-z4g94 limits.cpu 3 -> 2030m (namespace-annotation)',
      'default-z4g94 limits.memory 5000Mi -> 5477Mi +477Mi (namespace-annotation)',
    ]);
  });

  test('could be 2.8 at most, as the forecast of the VM itself advises', () => {
    expect(largest(scene())).toEqual({
      keeping: { kind: 'found', ratio: '2.8' },
      all: { kind: 'found', ratio: '2.8' },
    });
    expect(scene().ratio('4.5').forecast().remedies).toContainEqual(expect.objectContaining({ ratio: '2.8' }));
  });

  test('under Harvester 1.9 keeps migrations going by compensation, but not starts; the figure does without it', () => {
    const found = outlook(scene({ harvester: 'v1.9.0' }), '4.5');
    expect(found.vms.stops).toEqual({ next: [], later: [], restart: ['vm1'] });
    expect(figures(found)).toEqual(figures(outlook(scene(), '4.5')));
  });

  test('is harmless where the quota has been raised as well', () => {
    const now = prepare(scene().objects());
    const change = { quota: 'default-z4g94', resource: 'limits.memory', to: Quantity.parse('5477Mi') };
    const namespace = withQuotaChanges(now.objects.namespace, [{ ...change, where: 'namespace-annotation' }]);
    const outlooks = new RatioOutlooks();
    const found = outlooks.look(now, atRatio(now, '4.5', namespace));
    expect(found).toMatchObject({ vms: { fit: 1 } });
    expect(outlooks.largest.keeping).toEqual({ kind: 'found', ratio: '4.5' });
  });
});

describe('a lowered ratio', () => {
  /** vm1 runs at 4.5. */
  const stuck = scene().ratio('4.5').started(vmi());

  test('does not help a VM that is stuck: the pod and the scale-up shrink alike, and what is used stays', () => {
    expect(outlook(stuck, '1.5').vms).toMatchObject({ fit: 0, already: ['vm1'], gains: [] });
    expect(largest(stuck).all).toEqual({ kind: 'none', namespace: 'quota-test', vmi: 'vm1' });
  });

  test('helps where nothing is lent: the smaller pod has room beside the larger one', () => {
    const plain = plainScene({ 'limits.memory': '10Gi' }).ratio('4.5').started(vmi());
    expect(outlook(plain, '1.5').vms).toMatchObject({ fit: 1, already: [], gains: ['vm1'] });
    expect(largest(plain).all).toEqual({ kind: 'found', ratio: '2.3' });
  });

  test('is needed in a namespace that holds its VM and too little for another pod', () => {
    const tight = scene({ base: { 'limits.cpu': '3', 'limits.memory': '4600Mi' } });
    expect(largest(tight)).toEqual({
      keeping: { kind: 'found', ratio: '1.5' },
      all: { kind: 'none', namespace: 'quota-test', vmi: 'vm1' },
    });
  });
});

describe('what is under way', () => {
  test.each(['pending', 'running', 'lingering'] as const)(
    'is taken as settled: a %s migration changes no figure',
    (state) => {
      expect(figures(outlook(scene()[state](), '4.5'))).toEqual(figures(outlook(scene(), '4.5')));
    },
  );

  test('leaves nothing to say where its end is open', () => {
    const open = scene()
      .started(sizedVmi('vm2', { cpu: 1, memoryMi: 1024 }))
      .pending('vm2')
      .without('Pod', 'virt-launcher-vm2-src01');
    expect(looked(open, '4.5')).toEqual({
      kind: 'unknown',
      namespace: 'quota-test',
      reason: 'a migration of vm2 is under way: the running pod of vm2 is not known',
    });
  });

  test('is not known where a migrating VMI is not understood', () => {
    const garbled = scene()
      .running()
      .changedVmi({ spec: { domain: { cpu: 'many' } } });
    expect(looked(garbled, '4.5')).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('is under way') });
  });

  test('of leaked scale-ups the base needs that much less', () => {
    const leaked = scene().stored('migratingUID-of-nobody', { 'limits.cpu': '1', 'limits.memory': '1Gi' });
    expect(figures(outlook(leaked, '4.5'))).toEqual([
      'default-z4g94 limits.cpu 3 -> 1030m (namespace-annotation)',
      'default-z4g94 limits.memory 5000Mi -> 4453Mi (namespace-annotation)',
    ]);
  });

  test('the first migration gets the scale-up that an earlier one of the VM has left', () => {
    const own = scene().stored('migratingUID-uid-of-vmi-vm1', { 'limits.cpu': '1', 'limits.memory': '4Gi' });
    const { quotas } = outlook(own, '4.5');
    expect(quotas.map(figure)).toEqual([
      'default-z4g94 limits.cpu 3 -> 3030m +30m (namespace-annotation)',
      expect.stringContaining('limits.memory 5000Mi -> 5899Mi +899Mi'),
    ]);
  });
});

describe('what no quota can mend', () => {
  test('a pod that a LimitRange refuses at the higher ratio fits nowhere, and the figure is without it', () => {
    const bounded = scene().with(limitRange({ type: 'Container', max: { memory: '5000Mi' } }));
    const found = outlook(bounded, '4.5');
    expect(found.vms.stops).toEqual({ next: ['vm1'], later: ['vm1'], restart: ['vm1'] });
    expect(found.quotas).toEqual([]);
    expect(largest(bounded).all).toMatchObject({ kind: 'found' });
  });

  test('a sidecar without limits is refused at any ratio', () => {
    const hooked = scene().changedVmi({ metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{}]' } } });
    expect(outlook(hooked, '1.5').vms).toMatchObject({ fit: 0, already: ['vm1'] });
    expect(largest(hooked)).toEqual({
      keeping: undefined,
      all: { kind: 'none', namespace: 'quota-test', vmi: 'vm1' },
    });
  });
});

describe('what is not known', () => {
  test('a VM whose running pod is not among the objects is named', () => {
    const found = outlook(scene().started(vmi('vm2')).without('Pod', 'virt-launcher-vm2-src01'), '4.5');
    expect(found.vms).toMatchObject({ total: 2, unknown: ['vm2'] });
  });

  test('a VMI that is not understood is named', () => {
    const found = outlook(scene().with(vmi('vm2', { spec: { domain: { cpu: 'many' } } })), '4.5');
    expect(found.vms.unknown).toEqual(['vm2']);
  });

  test.each([
    { what: 'the namespace', at: scene().without('Namespace', 'quota-test'), ratio: '4.5', reason: 'was not found' },
    { what: 'a ratio that no pod can be made of', at: scene(), ratio: '1e12', reason: 'no pod can be made of that' },
  ])('$what', ({ at, ratio, reason }) => {
    expect(looked(at, ratio)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining(reason) });
  });

  test('a quota that is tried and not understood', () => {
    const now = prepare(scene().objects());
    const changed = prepare(scene().changedQuota({ status: {} }).objects());
    expect(new RatioOutlooks().look(now, changed)).toMatchObject({ kind: 'unknown' });
  });
});

describe('several possibilities', () => {
  test('of two default quotas either may be scaled, so each must do without', () => {
    const labels = { 'resourcequota.management.cattle.io/default-resource-quota': 'true' };
    const second = quota('default-other', { 'limits.memory': '5000Mi' }, { metadata: { labels } });
    const { quotas, vms } = outlook(scene().with(second), '1.5');
    expect(vms.already).toEqual(['vm1']);
    expect(quotas.filter(({ growBy }) => growBy !== undefined).map((key) => `${key.quota} ${key.resource}`)).toEqual([
      'default-z4g94 limits.cpu',
      'default-z4g94 limits.memory',
      'default-other limits.memory',
    ]);
  });

  test('while KubeVirt is upgraded the larger pod counts', () => {
    const status = { observedKubeVirtVersion: 'v1.4.0', targetKubeVirtVersion: 'v1.6.3' };
    const both = outlook(scene().changedKubeVirt({ status }), '4.5').quotas[1]?.needed;
    const newer = outlook(scene(), '4.5').quotas[1]?.needed;
    expect(both).toEqual(newer);
  });
});

test('without Harvester nothing is lent: a quota must hold every VM and one more pod', () => {
  const found = outlook(plainScene({ 'limits.memory': '9Gi', pods: '2' }).started(vmi('vm2')), '4.5');
  expect(figures(found)).toEqual([
    expect.stringMatching(/^team-quota limits\.memory 9Gi -> 16\d{3}Mi \+\d+Mi \(resource-quota\)$/),
    'team-quota pods 2 -> 3 +1 (resource-quota)',
  ]);
});

describe('starts of stopped VMs', () => {
  function startsAt(at: Scene, names: readonly string[]) {
    const now = prepare(at.objects());
    const outlooks = new RatioOutlooks();
    return { found: outlooks.lookAtStarts(now, atRatio(now, '4.5'), names) as KnownOutlook, largest: outlooks.largest };
  }

  test('each by itself, with the room that each needs', () => {
    const { found, largest: ratios } = startsAt(emptyScene().with(vm('vm1'), vm('vm2')), ['vm1', 'vm2']);
    expect(found.vms).toMatchObject({ total: 2, fit: 0, stops: { next: [], later: [], restart: ['vm1', 'vm2'] } });
    expect(figures(found)[1]).toBe('default-z4g94 limits.memory 5000Mi -> 5420Mi +420Mi (namespace-annotation)');
    expect(ratios.keeping).toEqual({ kind: 'found', ratio: '3.0' });
  });

  test('of a VM whose size is not in the objects nothing can be said', () => {
    const unknown = vm('vm2', { spec: { instancetype: { name: 'u1.medium' } } });
    const { found } = startsAt(emptyScene().with(vm('vm1'), unknown, vm('vm3', { spec: { template: undefined } })), [
      'vm1',
      'vm2',
      'vm3',
      'vm4',
    ]);
    expect(found.vms.unknown).toEqual(['vm2', 'vm3', 'vm4']);
  });

  test('during an upgrade of KubeVirt nothing can be said of any', () => {
    const status = { observedKubeVirtVersion: 'v1.4.0', targetKubeVirtVersion: 'v1.6.3' };
    expect(startsAt(emptyScene().with(vm()).changedKubeVirt({ status }), ['vm1']).found.vms.unknown).toEqual(['vm1']);
  });
});
