import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COMPENSATION_MARGIN, compensationAmount, compensationApplies } from '../../src/harvester/compensation.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { managedNamespace, namespaceWith, quotaWith, releaseOf, vmiWith } from './objects.ts';

function amountFor(used: bigint, need: bigint, hard: bigint) {
  return compensationAmount({ used: Quantity.of(used), need: Quantity.of(need), hard: Quantity.of(hard) })?.value();
}

describe('the compensation', () => {
  test.each([
    {
      title: 'the second migration of the quota notes at ratio 4.5',
      used: 5682461313n,
      need: 5622461313n,
      hard: 10865341313n,
      expected: 573799041n,
    },
    {
      title: 'a migration whose pod comes on top of a neighbour',
      used: 3627484970n,
      need: 3273653105n,
      hard: 6900138075n,
      expected: 135217728n,
    },
    { title: 'one byte over quota is rescued with 128Mi', used: 1n, need: 10n, hard: 10n, expected: 134217729n },
    {
      title: 'exactly full needs none, so the sidecars are short',
      used: 0n,
      need: 10n,
      hard: 10n,
      expected: undefined,
    },
    { title: 'room to spare needs none', used: 5n, need: 10n, hard: 60_000_014n, expected: undefined },
  ])('$title: $expected', ({ used, need, hard, expected }) => {
    expect(amountFor(used, need, hard)).toBe(expected);
  });

  test('is written in the family of the use, as Harvester starts its sum there', () => {
    const used = Quantity.parse('5000Mi');
    const amount = compensationAmount({ used, need: Quantity.parse('4Gi'), hard: Quantity.parse('5000Mi') });
    expect(amount?.toString()).toBe('4224Mi');
  });

  test('when written at all, leaves 128Mi of room above use and need, and nothing more', () => {
    const amount = fc.bigInt({ min: 0n, max: 2n ** 50n });
    fc.assert(
      fc.property(amount, amount, amount, (used, need, hard) => {
        const compensation = amountFor(used, need, hard);
        if (compensation === undefined) expect(used + need).toBeLessThanOrEqual(hard);
        else expect(hard + compensation - used - need).toBe(COMPENSATION_MARGIN.value());
      }),
    );
  });
});

describe('Harvester compensates', () => {
  const facts = {
    release: releaseOf('1.9.0'),
    quota: quotaWith({}),
    namespace: managedNamespace,
    vmi: vmiWith({ cpu: '2', memory: '4Gi' }),
  };

  test('a VM with a memory limit in a managed quota from 1.9.0 on', () => {
    expect(compensationApplies(facts)).toBe(true);
  });

  test('memory even where cpu is not limited', () => {
    const quota = quotaWith({ hard: { 'limits.memory': '5000Mi' } });
    const namespace = namespaceWith('{"limit":{"limitsMemory":"5000Mi"}}');
    expect(compensationApplies({ ...facts, quota, namespace, vmi: vmiWith({ memory: '4Gi' }) })).toBe(true);
  });

  test.each([
    { title: 'under Harvester 1.8', change: { release: releaseOf('1.8.2') } },
    { title: 'a VM without a memory limit', change: { vmi: vmiWith({ cpu: '2' }) } },
    { title: 'a quota without a memory limit', change: { quota: quotaWith({ hard: { 'limits.cpu': '3' } }) } },
    {
      title: 'a quota with the skip annotation',
      change: { quota: quotaWith({ annotations: { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' } }) },
    },
    { title: 'a namespace without limits', change: { namespace: namespaceWith(undefined) } },
    { title: 'a namespace that limits cpu alone', change: { namespace: namespaceWith('{"limit":{"limitsCpu":"3"}}') } },
    { title: 'a namespace whose limits are garbled', change: { namespace: namespaceWith('{') } },
  ])('nothing for $title', ({ change }) => {
    expect(compensationApplies({ ...facts, ...change })).toBe(false);
  });
});
