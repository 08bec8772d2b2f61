import { describe, expect, test } from '@jest/globals';
import { isLongDecimal } from '../../src/kubevirt/long-decimal.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { computeOf, configurationWith } from './objects.ts';

describe('how Go holds an amount', () => {
  test.each<[string, boolean]>([
    ['4Gi', false],
    ['99999Gi', false],
    ['99Ti', false],
    ['100Ti', true],
    ['1Pi', true],
    ['4Ei', true],
    ['102401Gi', true],
    ['1073741825', false],
    ['999999999999999999', false],
    ['1000000000000000001', true],
    ['1.1Gi', false],
    ['1.000000001Gi', true],
    ['-100Ti', true],
  ])('%s is a decimal of any length: %s', (text, expected) => {
    expect(isLongDecimal(Quantity.parse(text))).toBe(expected);
  });
});

describe('a memory limit and request that KubeVirt copies from each other', () => {
  const OVERHEAD = 281018368n;
  const limited = (memory: string) => ({ resources: { limits: { memory } } });
  const beyond = (amount: string | undefined, size: string) =>
    Quantity.parse(amount ?? '0')
      .subtract(Quantity.parse(size))
      .value();

  test.each<[string, string, object, bigint]>([
    ['of a usual size carry the overhead once', '4Gi', {}, 1n],
    ['from 100Ti on carry it twice', '100Ti', {}, 2n],
    ['with a long fraction carry it twice', '2.1234567Gi', {}, 2n],
    ['carry it twice for a pinned VM too', '1Pi', { cpu: { cores: 1, dedicatedCpuPlacement: true } }, 2n],
  ])('%s', (_, size, domain, times) => {
    const { limits, requests } = computeOf('1.8.0', { ...limited(size), ...domain });
    const overhead = 'cpu' in domain ? OVERHEAD + 100n * 1024n * 1024n : OVERHEAD;
    expect([beyond(limits.memory, size), beyond(requests.memory, size)]).toEqual([overhead * times, overhead * times]);
  });

  test('both carry it once where overcommitGuestOverhead would have spared the request', () => {
    const { limits, requests } = computeOf('1.8.0', {
      resources: { limits: { memory: '1Pi' }, overcommitGuestOverhead: true },
    });
    expect([beyond(limits.memory, '1Pi'), beyond(requests.memory, '1Pi')]).toEqual([OVERHEAD, OVERHEAD]);
  });

  test('a request reckoned from the guest is an integer, whatever its size', () => {
    const { limits, requests } = computeOf(
      '1.8.0',
      { memory: { guest: '300Ti' }, cpu: { cores: 1, dedicatedCpuPlacement: true } },
      { configuration: configurationWith({ developerConfiguration: { memoryOvercommit: 150 } }) },
    );
    expect(limits.memory).toBe(requests.memory);
    expect(beyond(requests.memory, '200Ti')).toBe(OVERHEAD + 100n * 1024n * 1024n);
  });

  test('an explicit request of zero is copied for a pinned VM, not its guest', () => {
    const { limits } = computeOf('1.8.0', {
      memory: { guest: '4Ei' },
      cpu: { dedicatedCpuPlacement: true },
      resources: { requests: { memory: '0', cpu: '2' } },
    });
    expect(beyond(limits.memory, '0')).toBe(OVERHEAD + 100n * 1024n * 1024n);
  });
});

describe('a request overcommitted from a guest', () => {
  test('wraps where a hundred times the guest is more than an int64 holds', () => {
    const { requests } = computeOf(
      '1.8.0',
      { memory: { guest: '4Ei' }, cpu: {} },
      {
        configuration: configurationWith({
          additionalGuestMemoryOverheadRatio: '0',
          developerConfiguration: { memoryOvercommit: 150 },
        }),
      },
    );
    // 4Ei x 100 is a multiple of 2^64.
    expect(Quantity.parse(requests.memory ?? '').value()).toBeLessThanOrEqual(0n);
  });
});
