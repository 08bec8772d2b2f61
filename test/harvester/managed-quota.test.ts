import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  baseOfKey,
  defaultQuotas,
  hardAfterScaleUp,
  type KeyBase,
  quotaBase,
} from '../../src/harvester/managed-quota.ts';
import { storedScaleUps } from '../../src/harvester/quota-annotations.ts';
import type { Namespace, ResourceQuota } from '../../src/objects/kubernetes.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { managedNamespace, namespaceWith, quotaWith, releaseOf } from './objects.ts';

function bases(version: string, quota: ResourceQuota, namespace: Namespace = managedNamespace) {
  const stored = storedScaleUps(quota);
  if (stored.kind !== 'read') throw new Error(stored.message);
  const base = quotaBase({ release: releaseOf(version), namespace, quota, scaleUps: stored.scaleUps });
  return { cpu: told(base['limits.cpu']), memory: told(base['limits.memory']) };
}

function told(base: KeyBase): string {
  return base.kind === 'scaled' ? `scaled ${base.base}` : `${base.why} ${base.hard}`;
}

const scaledUp = quotaWith({
  hard: { 'limits.cpu': '5', 'limits.memory': '9980344313' },
  annotations: { 'harvesterhci.io/migratingUID-1': '{"limits.cpu":"2","limits.memory":"4737464313"}' },
});

describe('the base of a quota', () => {
  test.each(['1.4.2', '1.7.0', '1.8.2', '1.9.0'])(
    'is what the namespace says under Harvester %s, whatever the hard limit is',
    (version) => {
      expect(bases(version, scaledUp)).toEqual({ cpu: 'scaled 3', memory: 'scaled 5000Mi' });
    },
  );

  test.each(['1.2.0', '1.4.1'])('is the hard limit less the stored scale-ups under Harvester %s', (version) => {
    expect(bases(version, scaledUp)).toEqual({ cpu: 'scaled 3', memory: 'scaled 5242880k' });
  });

  test('drifts under Harvester 1.4.1 when Rancher resets the hard limit during a migration', () => {
    const reset = quotaWith({
      hard: { 'limits.cpu': '30' },
      annotations: { 'harvesterhci.io/migrating-vm1': '{"limits.cpu":"4"}' },
    });
    expect(bases('1.4.1', reset).cpu).toBe('scaled 26');
  });

  test('takes in a key that only the namespace limits', () => {
    const cpuOnly = quotaWith({ hard: { 'limits.cpu': '3' } });
    expect(bases('1.7.0', cpuOnly)).toEqual({ cpu: 'scaled 3', memory: 'scaled 5000Mi' });
    expect(bases('1.4.1', cpuOnly)).toEqual({ cpu: 'scaled 3', memory: 'base-zero undefined' });
  });

  test.each([
    { why: 'no-harvester-scaling', title: 'Harvester before 1.2', version: '1.1.3', quota: quotaWith({}) },
    {
      why: 'skip-annotation',
      title: 'the skip annotation',
      version: '1.7.0',
      quota: quotaWith({ annotations: { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' } }),
    },
    {
      why: 'no-namespace-annotation',
      title: 'no namespace annotation',
      version: '1.7.0',
      namespace: namespaceWith(undefined),
    },
    { why: 'no-namespace-annotation', title: 'an empty one', version: '1.9.0', namespace: namespaceWith('') },
    { why: 'invalid-namespace-annotation', title: 'broken JSON', version: '1.7.0', namespace: namespaceWith('{') },
    {
      why: 'invalid-namespace-annotation',
      title: 'a namespace limit that is no quantity',
      version: '1.7.0',
      namespace: namespaceWith('{"limit":{"limitsCpu":"three","limitsMemory":"5000Mi"}}'),
    },
    {
      why: 'base-zero',
      title: 'namespace limits of zero',
      version: '1.7.0',
      namespace: namespaceWith('{"limit":{"limitsCpu":"0"}}'),
    },
  ])('is fixed with $title under Harvester $version: $why', ({ why, version, quota, namespace }) => {
    expect(bases(version, quota ?? quotaWith({}), namespace)).toEqual({ cpu: `${why} 3`, memory: `${why} 5000Mi` });
  });

  test.each([
    { version: '1.4.1', hard: { pods: '10' }, expected: 'undefined', title: 'neither key' },
    { version: '1.7.0', hard: { pods: '10' }, expected: 'undefined', title: 'neither key' },
    { version: '1.9.0', hard: { 'limits.cpu': '0', 'limits.memory': '0' }, expected: '0', title: 'both keys zero' },
  ])('is fixed under Harvester $version for a quota with $title', ({ version, hard, expected }) => {
    const told = { cpu: `quota-empty ${expected}`, memory: `quota-empty ${expected}` };
    expect(bases(version, quotaWith({ hard }))).toEqual(told);
  });

  test('of a quota with neither key is fixed even if the namespace limit is no quantity', () => {
    const namespace = namespaceWith('{"limit":{"limitsCpu":"three"}}');
    expect(bases('1.7.0', quotaWith({ hard: {} }), namespace).cpu).toBe('quota-empty undefined');
  });

  test('is fixed for memory alone when the namespace limits cpu alone', () => {
    const namespace = namespaceWith('{"limit":{"limitsCpu":"3"}}');
    expect(bases('1.7.0', quotaWith({}), namespace)).toEqual({ cpu: 'scaled 3', memory: 'base-zero 5000Mi' });
  });

  test('is scaled under Harvester 1.4.1 in spite of a skip annotation, which it does not know', () => {
    const quota = quotaWith({ annotations: { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' } });
    expect(bases('1.4.1', quota).cpu).toBe('scaled 3');
  });

  test('is fixed on plain KubeVirt', () => {
    const base = quotaBase({ release: undefined, namespace: managedNamespace, quota: quotaWith({}), scaleUps: [] });
    expect(told(base['limits.memory'])).toBe('no-harvester-scaling 5000Mi');
  });

  test('of requests and counts is always the hard limit', () => {
    const quota = quotaWith({ hard: { 'limits.cpu': '3', 'requests.memory': '4200Mi' } });
    const base = quotaBase({ release: releaseOf('1.7.0'), namespace: managedNamespace, quota, scaleUps: [] });
    expect(told(baseOfKey(base, quota, 'requests.memory'))).toBe('other-key 4200Mi');
    expect(told(baseOfKey(base, quota, 'pods'))).toBe('other-key undefined');
    expect(told(baseOfKey(base, quota, 'limits.memory'))).toBe('scaled 5000Mi');
    expect(told(baseOfKey(base, quota, 'limits.cpu'))).toBe('scaled 3');
  });
});

describe('the hard limit after scale-up', () => {
  const amount = fc.bigInt({ min: 0n, max: 2n ** 62n }).map((bytes) => Quantity.of(bytes));

  test('is base and scale-ups: 5000Mi and 4737464313 bytes are the 9980344313 of the quota notes', () => {
    const base: KeyBase = { kind: 'scaled', base: Quantity.parse('5000Mi') };
    expect(hardAfterScaleUp(base, [Quantity.of(4737464313n)])?.value()).toBe(9980344313n);
  });

  test('never shrinks when another migration is asked for, and grows by just its scale-up', () => {
    fc.assert(
      fc.property(amount, fc.array(amount), amount, (base, others, another) => {
        const before = hardAfterScaleUp({ kind: 'scaled', base }, others) ?? Quantity.zero;
        const after = hardAfterScaleUp({ kind: 'scaled', base }, [...others, another]) ?? Quantity.zero;
        expect(after.subtract(before).equals(another)).toBe(true);
        expect(before.exceeds(after)).toBe(false);
      }),
    );
  });

  test('of a fixed key never moves', () => {
    fc.assert(
      fc.property(amount, fc.array(amount), (hard, others) => {
        expect(hardAfterScaleUp({ kind: 'fixed', why: 'base-zero', hard }, others)).toBe(hard);
      }),
    );
  });
});

describe('the default quota', () => {
  test('is known by its label of exactly "true"', () => {
    const label = 'resourcequota.management.cattle.io/default-resource-quota';
    const marked = quotaWith({ labels: { [label]: 'true' } });
    const quotas = [quotaWith({ labels: { [label]: 'True' } }), marked, quotaWith({ labels: {} })];
    expect(defaultQuotas(quotas)).toEqual([marked]);
  });
});
