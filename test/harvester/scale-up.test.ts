import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HARVESTER_RELEASES } from '../../src/harvester/release-table.ts';
import { harvesterMemoryNeed, scaleUpDelta } from '../../src/harvester/scale-up.ts';
import { printed, quotaWith, releaseOf, vmiWith } from './objects.ts';

const facts = {
  vmi: vmiWith({ cpu: '2', memory: '4Gi' }, { cpu: '125m', memory: '2730Mi' }),
  quota: quotaWith({}),
  release: releaseOf('1.7.0'),
  ratio: '1.5' as string | undefined,
  architecture: 'amd64',
};

const skipping = quotaWith({ annotations: { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' } });

function delta(change: Partial<typeof facts>) {
  return printed(scaleUpDelta({ ...facts, ...change }));
}

describe('a migration scales the quota up', () => {
  test("by the VMI's limits and the overhead, as in the quota notes", () => {
    expect(delta({})).toEqual({ 'limits.cpu': '2', 'limits.memory': '4737464313' });
  });

  test('by cpu alone when the quota limits cpu alone', () => {
    expect(delta({ quota: quotaWith({ hard: { 'limits.cpu': '3' } }) })).toEqual({ 'limits.cpu': '2' });
  });

  test('by memory alone when the quota limits memory alone', () => {
    expect(delta({ quota: quotaWith({ hard: { 'limits.memory': '5000Mi', pods: '4' } }) })).toEqual({
      'limits.memory': '4737464313',
    });
  });

  test('by cpu alone when the VMI has no memory limit', () => {
    expect(delta({ vmi: vmiWith({ cpu: '2' }, { memory: '1Gi' }) })).toEqual({ 'limits.cpu': '2' });
  });

  test('by memory alone when the cpu limit of the VMI is zero', () => {
    expect(delta({ vmi: vmiWith({ cpu: '0', memory: '1Gi' }) })).not.toHaveProperty(['limits.cpu']);
  });

  test('in a key with a hard limit of zero when the other key has one', () => {
    const quota = quotaWith({ hard: { 'limits.cpu': '0', 'limits.memory': '5000Mi' } });
    expect(delta({ quota })).toHaveProperty(['limits.cpu'], '2');
  });

  test("by 128Mi more before the ratio when Harvester's own node is arm64", () => {
    expect(delta({ architecture: 'arm64' })).toEqual({ 'limits.cpu': '2', 'limits.memory': '4938791041' });
  });

  test('never by requests, which enter through the page tables alone', () => {
    expect(delta({ vmi: vmiWith({ cpu: '2', memory: '4Gi' }) })).toEqual({
      'limits.cpu': '2',
      'limits.memory': '4729077272',
    });
  });

  test('under Harvester 1.8 in spite of the skip annotation, although no hard limit follows', () => {
    expect(delta({ quota: skipping, release: releaseOf('1.8.2') })).not.toEqual({});
  });

  test('under Harvester 1.4.1 for a name of 53 characters, under 1.4.2 for any', () => {
    const limits = { cpu: '1' };
    expect(delta({ vmi: vmiWith(limits, {}, 'v'.repeat(53)), release: releaseOf('1.4.1') })).toEqual({
      'limits.cpu': '1',
    });
    expect(delta({ vmi: vmiWith(limits, {}, 'v'.repeat(54)), release: releaseOf('1.4.2') })).toEqual({
      'limits.cpu': '1',
    });
  });
});

describe('a migration adds nothing', () => {
  test.each([
    { title: 'under Harvester before 1.2', change: { release: releaseOf('1.1.3') } },
    { title: 'when the VMI has no limits', change: { vmi: vmiWith({}, { cpu: '1', memory: '1Gi' }) } },
    { title: 'when the limits of the VMI are zero', change: { vmi: vmiWith({ cpu: '0', memory: '0' }) } },
    { title: 'when the quota limits neither cpu nor memory', change: { quota: quotaWith({ hard: { pods: '4' } }) } },
    {
      title: 'when the quota limits both to zero',
      change: { quota: quotaWith({ hard: { 'limits.cpu': '0', 'limits.memory': '0' } }) },
    },
    { title: 'when the quota has no spec', change: { quota: { ...quotaWith({}), spec: null } } },
    {
      title: 'when the quota limits memory and the VMI cpu',
      change: { vmi: vmiWith({ cpu: '1' }), quota: quotaWith({ hard: { 'limits.memory': '1Gi' } }) },
    },
    { title: 'under Harvester 1.9 with the skip annotation', change: { release: releaseOf('1.9.0'), quota: skipping } },
    {
      title: 'under Harvester 1.4.1 for a name of more than 53 characters, whose annotation Kubernetes refuses',
      change: { release: releaseOf('1.4.1'), vmi: vmiWith({ cpu: '1' }, {}, 'v'.repeat(54)) },
    },
  ])('$title', ({ change }) => {
    expect(delta(change)).toEqual({});
  });
});

describe("Harvester's memory need of a VM", () => {
  test('has a formula in every release of the table', () => {
    for (const release of HARVESTER_RELEASES) {
      expect(harvesterMemoryNeed(facts.vmi, { ...facts, release }).isPositive()).toBe(true);
    }
    const release = { ...facts.release, vendoredKubeVirt: '0.50.0' };
    expect(() => harvesterMemoryNeed(facts.vmi, { ...facts, release })).toThrow(
      'names a KubeVirt without rules: 0.50.0',
    );
  });

  test('is the overhead alone without a memory limit', () => {
    const need = harvesterMemoryNeed(vmiWith({ cpu: '2' }), { ...facts, ratio: undefined });
    expect(need.value()).toBe(276n * 1024n * 1024n);
  });

  test('grows with the limit by just as much', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 0, max: 2 ** 40 }), (limit, more) => {
        const need = harvesterMemoryNeed(vmiWith({ memory: `${limit}` }), facts);
        const grown = harvesterMemoryNeed(vmiWith({ memory: `${limit + more}` }), facts);
        expect(grown.subtract(need).value()).toBe(BigInt(more));
      }),
    );
  });
});
