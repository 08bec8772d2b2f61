import { describe, expect, test } from '@jest/globals';
import { Quantity } from '../../src/quantity/quantity.ts';
import { computeOf, configurationWith, harvesterDomain, podOf, requestAt, vmiWith } from './objects.ts';

const quotaOf = (...keys: string[]) => [{ spec: { hard: new Map(keys.map((key) => [key, Quantity.zero])) } }];

describe('the memory of compute', () => {
  test.each<[string, string, string, string]>([
    ['limit and request carry the overhead', '1.6.0', '4737464313', '3305109497'],
    ['1.6.2 alone overcommits an explicit request', '1.6.2', '4737464313', '2350905337'],
    ['1.6.3 takes that back', '1.6.3', '4737464313', '3305109497'],
  ])('%s', (_, version, limit, request) => {
    const compute = computeOf(version, harvesterDomain, {
      configuration: configurationWith({
        additionalGuestMemoryOverheadRatio: '1.5',
        developerConfiguration: { memoryOvercommit: 150 },
      }),
    });
    expect(compute.limits.memory).toBe(limit);
    expect(compute.requests.memory).toBe(request);
  });

  test('overcommitGuestOverhead spares the request, never the limit', () => {
    const resources = { ...harvesterDomain.resources, overcommitGuestOverhead: true };
    const { limits, requests } = computeOf('1.6.0', { ...harvesterDomain, resources });
    expect([limits.memory, requests.memory]).toEqual(['4589965313', '2730Mi']);
  });

  test.each<[string, string, object, string | undefined]>([
    ['up to 1.6.3 the request must be stored', '1.6.3', { memory: { guest: '4Gi' } }, undefined],
    ['from 1.6.4 the guest size is requested, overcommitted', '1.6.4', { memory: { guest: '4Gi' } }, '2Gi'],
    ['else the page size', '1.7.0', { memory: { hugepages: { pageSize: '2Mi' } } }, undefined],
    [
      'a limit beats the guest size',
      '1.7.0',
      { memory: { guest: '4Gi' }, resources: { limits: { memory: '6Gi' } } },
      '6Gi',
    ],
    [
      'an explicit zero stays',
      '1.7.0',
      { memory: { guest: '4Gi' }, resources: { requests: { memory: '0' } } },
      undefined,
    ],
    ['nothing is known of a VM without sizes', '1.7.0', {}, undefined],
  ])('of an absent request: %s', (...row) => {
    const [, version, domain, expected] = row;
    const configuration = configurationWith({ developerConfiguration: { memoryOvercommit: 200 } });
    const vmi = vmiWith({ resources: {}, ...domain });
    const request = requestAt(version, { configuration, vmi });
    const { spec, overhead } = podOf(request);
    const memory = spec.containers?.[0]?.resources.requests.get('memory');
    const own = memory?.subtract(overhead.total);
    const withoutPages = own?.isPositive() === true ? `${own}` : undefined;
    expect(withoutPages).toBe(expected);
  });

  test('huge pages hold the guest, and plain memory the rest', () => {
    const memory = { guest: '4Gi', hugepages: { pageSize: '2Mi' } };
    const resources = { limits: { memory: '5Gi' }, requests: { memory: '4608Mi' } };
    const { limits, requests } = computeOf('1.6.0', { memory, resources });
    expect([limits['hugepages-2Mi'], requests['hugepages-2Mi']]).toEqual(['4Gi', '4Gi']);
    expect([limits.memory, requests.memory]).toEqual(['1364197377', '827326465']);
  });

  test('huge pages of a guest as large as the request leave the overhead alone', () => {
    const memory = { hugepages: { pageSize: 'odd' } };
    const { limits, requests } = computeOf('1.7.0', { memory, resources: { limits: { memory: '1Gi' } } });
    expect(limits['hugepages-odd']).toBe('1Gi');
    expect(limits.memory).toBe(requests.memory);
  });

  test('a ratio below one makes a pod that the API server refuses', () => {
    const configuration = configurationWith({ additionalGuestMemoryOverheadRatio: 'NaN' });
    expect(podOf(requestAt('1.6.0', { configuration })).invalid).toContain('must not be negative');
  });
});

describe('the CPU of compute', () => {
  const pinned = { dedicatedCpuPlacement: true, isolateEmulatorThread: true };
  const parity = { annotations: { 'alpha.kubevirt.io/EmulatorThreadCompleteToEvenParity': '' } };
  const pool = { ioThreadsPolicy: 'supplementalPool', ioThreads: { supplementalPoolThreadCount: 3 } };

  test.each<[string, string, object, string | undefined, string | undefined]>([
    ['a share of the vCPUs is requested', '1.6.0', { cpu: { cores: 4 } }, undefined, '400m'],
    ['without a topology, of one vCPU', '1.6.0', {}, undefined, '100m'],
    ['the VMI has its way', '1.6.0', harvesterDomain, '2', '125m'],
    ['an empty topology requests nothing', '1.6.0', { cpu: {} }, undefined, undefined],
    ['IO threads counted nowhere up to 1.4', '1.4.1', { cpu: { cores: 4 }, ...pool }, undefined, '400m'],
    ['1.5.0 and 1.5.1 set them as the limit', '1.5.1', { cpu: { cores: 4 }, ...pool }, '3', '400m'],
    ['or add them to it', '1.5.0', { ...harvesterDomain, ...pool }, '5', '125m'],
    ['from 1.5.2 they count as vCPUs', '1.5.2', { cpu: { cores: 4 }, ...pool }, undefined, '700m'],
    ['whatever the policy', '1.6.0', { cpu: { cores: 4 }, ...pool, ioThreadsPolicy: 'auto' }, undefined, '700m'],
    [
      'pinned CPUs are a limit alone up to 1.5.1',
      '1.5.1',
      { cpu: { cores: 4, dedicatedCpuPlacement: true } },
      '4',
      undefined,
    ],
    [
      'which the VMI beats',
      '1.5.1',
      { ...harvesterDomain, cpu: { cores: 4, dedicatedCpuPlacement: true } },
      '2',
      '125m',
    ],
    [
      'from 1.5.2 they beat the VMI',
      '1.5.2',
      { ...harvesterDomain, cpu: { cores: 4, dedicatedCpuPlacement: true } },
      '4',
      '4',
    ],
    [
      'without a topology limit and request are equal',
      '1.5.1',
      { cpu: { dedicatedCpuPlacement: true }, resources: { limits: { cpu: '3' } } },
      '3',
      '3',
    ],
    [
      'from either side',
      '1.1.1',
      { cpu: { dedicatedCpuPlacement: true }, resources: { requests: { cpu: '3' } } },
      '3',
      '3',
    ],
    [
      'later they keep what they have',
      '1.6.0',
      { cpu: { dedicatedCpuPlacement: true }, resources: { requests: { cpu: '3' } }, ...pool },
      undefined,
      '6',
    ],
    ['an isolated emulator thread takes one more', '1.6.0', { cpu: { cores: 4, ...pinned } }, '5', '5'],
    [
      'of a VM without a topology it was all that is left',
      '1.5.1',
      { cpu: pinned, resources: { limits: { cpu: '3' } } },
      '1',
      '4',
    ],
  ])('%s', (...row) => {
    const [, version, domain, limit, request] = row;
    const { limits, requests } = computeOf(version, { ...domain });
    expect([limits.cpu, requests.cpu]).toEqual([limit, request]);
  });

  test.each<[string, string, object, string]>([
    ['1.1.0 always adds one', '1.1.0', {}, '5'],
    ['1.1.1 completes to an even number', '1.1.1', {}, '6'],
    ['the pool counted not yet at 1.4', '1.4.1', pool, '6'],
    ['from 1.5 the pool counts', '1.5.0', pool, '8'],
    ['and from 1.5.2 it is counted twice', '1.5.2', pool, '9'],
    ['1.6 keeps an odd number odd with its thread', '1.6.0', { ...pool, ioThreadsPolicy: 'auto' }, '8'],
  ])('of even parity: %s', (...row) => {
    const [, version, extra, limit] = row;
    const vmi = vmiWith({ cpu: { cores: 4, ...pinned }, ...extra }, {}, parity);
    expect(computeOf(version, {}, { vmi }).limits.cpu).toBe(limit);
  });

  test.each<[string, object, string]>([
    ['a third of a core is rounded up at the ninth digit', { cpuAllocationRatio: 3 }, '333333334n'],
    ['a whole number of cores', { cpuAllocationRatio: 1 }, '1'],
    ['zero is the default', { cpuAllocationRatio: 0 }, '100m'],
    ['an absurd ratio ends at the least amount there is', { cpuAllocationRatio: 1e15 }, '1n'],
  ])('of cpuAllocationRatio: %s', (_, developerConfiguration, request) => {
    const configuration = configurationWith({ developerConfiguration });
    expect(computeOf('1.6.0', { cpu: { cores: 1 } }, { configuration }).requests.cpu).toBe(request);
  });
});

describe('automatic limits', () => {
  const bare = { cpu: { cores: 2 }, resources: { requests: { memory: '1Gi' } } };

  test('a quota on limits brings limits to a VM that has none', () => {
    const { limits } = computeOf('1.5.0', bare, { quotas: quotaOf('limits.cpu', 'limits.memory') });
    expect([limits.cpu, limits.memory]).toEqual(['2', '2696937472']);
  });

  test('a limit in the VMI is left alone', () => {
    const { limits } = computeOf('1.6.0', harvesterDomain, { quotas: quotaOf('limits.cpu', 'limits.memory') });
    expect([limits.cpu, limits.memory]).toEqual(['2', '4589965313']);
  });

  test('up to 1.4 they are behind a gate', () => {
    const quotas = quotaOf('limits.cpu', 'limits.memory');
    expect(computeOf('1.4.0', bare, { quotas }).limits).not.toHaveProperty('memory');
    const configuration = configurationWith({ developerConfiguration: { featureGates: ['AutoResourceLimitsGate'] } });
    expect(computeOf('1.4.0', bare, { quotas, configuration }).limits).toHaveProperty('memory');
  });

  test.each<[string, string, string]>([
    ['is taken', '1.25', '1685585920'],
    ['below one is ignored', '0.5', '2696937472'],
    ['that is no number is ignored', 'abc', '2696937472'],
    ['of NaN overflows', 'NaN', '-9223372036854775808'],
  ])('a memory ratio in the namespace labels %s', (_, label, limit) => {
    const namespaceLabels = new Map([['alpha.kubevirt.io/auto-memory-limits-ratio', label]]);
    const { limits } = computeOf('1.5.0', bare, { quotas: quotaOf('limits.memory'), namespaceLabels });
    expect(limits.memory).toBe(limit);
  });

  test("the namespace's labels can bring CPU limits without a quota", () => {
    const configuration = configurationWith({ autoCPULimitNamespaceLabelSelector: { matchLabels: { a: 'b' } } });
    const limitWith = (labels: [string, string][], domain: object) =>
      computeOf('1.6.0', { ...domain }, { configuration, namespaceLabels: new Map(labels) }).limits.cpu;
    expect(limitWith([['a', 'b']], bare)).toBe('2');
    expect(limitWith([['a', 'c']], bare)).toBeUndefined();
    expect(limitWith([['a', 'b']], { ...bare, resources: { limits: { cpu: '7' } } })).toBe('7');
  });

  test('a limit below the request makes a pod that the API server refuses', () => {
    const vmi = vmiWith({ cpu: { cores: 4 }, resources: { limits: { cpu: '100m' } } });
    const configuration = configurationWith({ developerConfiguration: { cpuAllocationRatio: 1 } });
    expect(podOf(requestAt('1.6.0', { vmi, configuration })).invalid).toBe(
      'container compute would request 4 of cpu, over its limit of 100m',
    );
  });
});
