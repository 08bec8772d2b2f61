import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { launcherVersion } from '../../src/kubevirt/launcher-version.ts';
import { pastOverhead, type RunningPodFacts } from '../../src/kubevirt/past-overhead.ts';
import type { RenderRequest } from '../../src/kubevirt/render-request.ts';
import {
  type VirtualMachineInstance,
  virtualMachineInstanceShape,
} from '../../src/objects/virtual-machine-instance.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { configurationWith, harvesterDomain, podOf, releaseOf, requestAt, vmiWith } from './objects.ts';

type Json = Readonly<Record<string, unknown>>;

interface Past {
  readonly domain?: Json;
  readonly version?: string;
  readonly configuration?: Json;
}

const ratio = (additionalGuestMemoryOverheadRatio: string): Json => ({ additionalGuestMemoryOverheadRatio });

function requestOf({ domain = harvesterDomain, version = '1.6.3', configuration = ratio('1.5') }: Past): RenderRequest {
  return requestAt(version, { vmi: vmiWith(domain), configuration: configurationWith(configuration) });
}

/** The facts about a pod that was made in the past, of a VMI and a cluster as they are at present. */
function factsOf(past: Past, present: Past = {}, status: Json = {}): RunningPodFacts {
  const made = podOf(requestOf(past)).spec.containers?.find(({ name }) => name === 'compute')?.resources;
  const next = requestOf(present);
  const vmi = virtualMachineInstanceShape.parse({
    metadata: { name: 'vm1' },
    spec: { domain: present.domain ?? harvesterDomain },
    status: { memory: { guestCurrent: '3996Mi' }, ...status },
  });
  return {
    vmi,
    next: { ...next, vmi },
    nextVersion: present.version ?? '1.6.3',
    observed: { reportedBytes: undefined, limit: made?.limits.get('memory'), request: made?.requests.get('memory') },
    madeBy: { version: past.version ?? '1.6.3', release: releaseOf(past.version ?? '1.6.3') },
    likelyRatios: [],
  };
}

function overheadOf(past: Past): bigint {
  const { overhead, networkOverheadBytes } = podOf(requestOf(past));
  return overhead.totalBytes + networkOverheadBytes;
}

const grown = (memory: string, resources: Json, cpu: Json = harvesterDomain.cpu): Json => ({
  ...harvesterDomain,
  cpu,
  memory: { guest: memory },
  resources,
});
const { limits, requests } = harvesterDomain.resources;
const CPUS_4 = { cores: 2, sockets: 2, threads: 1 };
const withInterfaces = (...interfaces: Json[]): Json => ({ ...harvesterDomain, devices: { interfaces } });
const BINDING = {
  ...ratio('1.5'),
  network: { binding: { heavy: { computeResourceOverhead: { requests: { memory: '64Mi' } } } } },
};
const MEMORY_HOTPLUG = { cause: 'hotplug', resource: 'memory', from: '3996Mi', to: '6Gi' };

describe('the formula tells why a running pod has another overhead than the next one', () => {
  test.each<[string, Past, Past, Json]>([
    ['nothing', {}, {}, {}],
    ['a ratio of 1 is none', { configuration: {} }, { configuration: ratio('1') }, {}],
    ['a release with the same formula', { version: '1.6.0' }, {}, {}],
  ])('%s changes nothing', (_title, past, present, status) => {
    expect(pastOverhead(factsOf(past, present, status))).toMatchObject({ bytes: overheadOf(past), changes: [] });
  });

  test.each<{ title: string; past?: Past; present?: Past; status?: Json; changes: Json[] }>([
    {
      title: 'the ratio was raised',
      present: { configuration: ratio('4.5') },
      changes: [{ cause: 'ratio', from: '1.5', to: '4.5' }],
    },
    {
      title: 'the ratio was taken away',
      present: { configuration: {} },
      changes: [{ cause: 'ratio', from: '1.5', to: 'none' }],
    },
    { title: 'a ratio was set', past: { configuration: {} }, changes: [{ cause: 'ratio', from: 'none', to: '1.5' }] },
    {
      title: 'the ratio was below 1, which plain KubeVirt allows',
      past: { configuration: ratio('0.75') },
      changes: [{ cause: 'ratio', from: '0.75', to: '1.5' }],
    },
    {
      title: 'KubeVirt was upgraded',
      past: { version: '1.5.3' },
      changes: [{ cause: 'version', from: '1.5.3', to: '1.6.3' }],
    },
    {
      title: 'KubeVirt was upgraded and the ratio raised',
      past: { version: '1.4.0' },
      present: { configuration: ratio('2.0') },
      changes: [
        { cause: 'ratio', from: '1.5', to: '2.0' },
        { cause: 'version', from: '1.4.0', to: '1.6.3' },
      ],
    },
    {
      title: 'memory was hotplugged, which raised the request alone',
      present: { domain: grown('6Gi', { limits, requests: { ...requests, memory: '6Gi' } }) },
      changes: [MEMORY_HOTPLUG],
    },
    {
      title: 'memory was hotplugged, which raised the limit too',
      present: {
        domain: grown('6Gi', { limits: { cpu: '2', memory: '6244Mi' }, requests: { cpu: '125m', memory: '6Gi' } }),
      },
      changes: [MEMORY_HOTPLUG],
    },
    {
      title: 'memory of a VM without limits was hotplugged',
      past: { domain: grown('3996Mi', { requests: { memory: '2730Mi' } }) },
      present: { domain: grown('6Gi', { requests: { memory: '4878Mi' } }) },
      changes: [MEMORY_HOTPLUG],
    },
    {
      title: 'CPUs were hotplugged',
      present: { domain: grown('3996Mi', harvesterDomain.resources, CPUS_4) },
      status: { currentCPUTopology: harvesterDomain.cpu },
      changes: [{ cause: 'hotplug', resource: 'cpu', from: '2', to: '4' }],
    },
    {
      title: 'CPUs and memory were hotplugged and the ratio raised',
      present: {
        domain: grown('6Gi', { limits, requests: { ...requests, memory: '6Gi' } }, CPUS_4),
        configuration: ratio('4.5'),
      },
      status: { currentCPUTopology: harvesterDomain.cpu },
      changes: [
        { cause: 'ratio', from: '1.5', to: '4.5' },
        { cause: 'hotplug', resource: 'cpu', from: '2', to: '4' },
        MEMORY_HOTPLUG,
      ],
    },
    {
      title: 'an SR-IOV interface was plugged in',
      past: { domain: withInterfaces({ name: 'default', masquerade: {} }) },
      present: { domain: withInterfaces({ name: 'default', masquerade: {} }, { name: 'fast', sriov: {} }) },
      changes: [{ cause: 'devices', added: 'SR-IOV interfaces' }],
    },
    {
      title: 'an interface whose binding needs memory was plugged in',
      past: { domain: withInterfaces({ name: 'default', masquerade: {} }), configuration: BINDING },
      present: {
        domain: withInterfaces({ name: 'default', masquerade: {} }, { name: 'fast', binding: { name: 'heavy' } }),
        configuration: BINDING,
      },
      changes: [{ cause: 'devices', added: 'interfaces with network bindings' }],
    },
  ])('$title', ({ past = {}, present, status, changes }) => {
    expect(pastOverhead(factsOf(past, present, status))).toMatchObject({ bytes: overheadOf(past), changes });
  });

  test('a VM that requests no overhead shows what it had before a hotplug by its limit', () => {
    const overcommitted = { overcommitGuestOverhead: true };
    const past = { domain: grown('3996Mi', { limits, requests, ...overcommitted }) };
    const domain = grown('6Gi', { limits, requests: { memory: '6Gi' }, ...overcommitted });
    expect(pastOverhead(factsOf(past, { domain }))?.changes).toEqual([MEMORY_HOTPLUG]);
  });

  test('a VM without limits that requests no overhead does not show it', () => {
    const domain = { ...harvesterDomain, resources: { requests, overcommitGuestOverhead: true } };
    expect(pastOverhead(factsOf({ domain }, { domain, configuration: ratio('4.5') }))).toBeUndefined();
  });

  test('huge pages hide the guest and not the overhead', () => {
    const domain = { ...harvesterDomain, memory: { guest: '2Gi', hugepages: { pageSize: '2Mi' } } };
    const facts = factsOf({ domain }, { domain, configuration: ratio('4.5') }, { memory: { guestCurrent: '2Gi' } });
    expect(pastOverhead(facts)).toMatchObject({ bytes: overheadOf({ domain }), changes: [{ from: '1.5', to: '4.5' }] });
  });

  test('a limit that a quota made is no part of the reckoning', () => {
    const domain = { ...harvesterDomain, resources: { requests } };
    const facts = factsOf({ domain }, { domain, configuration: ratio('4.5') });
    const limited = { ...facts, observed: { ...facts.observed, limit: facts.observed.request?.times(2n) } };
    expect(pastOverhead(limited)?.bytes).toBe(overheadOf({ domain }));
  });
});

describe('what cannot be explained', () => {
  test('is said to be so', () => {
    const facts = factsOf({});
    expect(pastOverhead({ ...facts, observed: { ...facts.observed, reportedBytes: 500_000_001n } })).toEqual({
      bytes: 500_000_001n,
      changes: [{ cause: 'unexplained' }],
    });
  });

  test('is not told at all while a memory hotplug leaves open how much of the pod is overhead', () => {
    const domain = grown('6Gi', { limits, requests: { ...requests, memory: '6Gi' } });
    const facts = factsOf({ configuration: ratio('1.23456') }, { domain });
    expect(pastOverhead(facts)).toBeUndefined();
  });

  test('is said to be so after every release was tried where nothing tells the version', () => {
    const facts = { ...factsOf({ configuration: ratio('1.23456') }), madeBy: undefined };
    expect(pastOverhead(facts)?.changes).toEqual([{ cause: 'unexplained' }]);
  });

  test('is no overhead that only a negative ratio would give', () => {
    const facts = factsOf({ version: '1.5.2' });
    const observed = { ...facts.observed, reportedBytes: 1000n };
    expect(pastOverhead({ ...facts, observed })?.changes).toEqual([{ cause: 'unexplained' }]);
  });

  test('is said to be so of a VMI whose status and domain say next to nothing', () => {
    const domain = { devices: {}, resources: { requests: { memory: '1Gi' } } };
    const facts = factsOf({ domain, configuration: ratio('1.23456') }, { domain });
    const vmi = vmiWith(domain);
    expect(pastOverhead({ ...facts, vmi, next: { ...facts.next, vmi } })?.changes).toEqual([{ cause: 'unexplained' }]);
  });

  test('has no figure where limit and request of the pod tell different ones', () => {
    const facts = factsOf({});
    const observed = { ...facts.observed, limit: facts.observed.limit?.add(Quantity.of(5n)) };
    expect(pastOverhead({ ...facts, observed })).toEqual({ bytes: undefined, changes: [{ cause: 'unexplained' }] });
  });

  test('is not told without a pod', () => {
    const observed = { reportedBytes: undefined, limit: undefined, request: undefined };
    expect(pastOverhead({ ...factsOf({}), observed })).toBeUndefined();
  });
});

describe('what something says about a pod is tried, not believed', () => {
  const past = { configuration: ratio('1.23456') };

  test('a ratio of more than two decimals is found where it is told', () => {
    const facts = { ...factsOf(past), likelyRatios: ['7.5', '1.23456'] };
    expect(pastOverhead(facts)?.changes).toEqual([{ cause: 'ratio', from: '1.23456', to: '1.5' }]);
  });

  test('and not without', () => {
    expect(pastOverhead({ ...factsOf(past), likelyRatios: ['7.5', '\u001b[2J'] })?.changes).toEqual([
      { cause: 'unexplained' },
    ]);
  });

  test.each(['1.333', '2.555', '10.001', '0.125'])('ratio %p is found though nothing tells it', (made) => {
    const facts = factsOf({ configuration: ratio(made) });
    expect(pastOverhead(facts)?.changes).toEqual([{ cause: 'ratio', from: made, to: '1.5' }]);
  });

  test('the image tells one version, and what the pod has another', () => {
    const facts = { ...factsOf({ version: '1.4.0' }), madeBy: { version: 'v1.5.3', release: releaseOf('1.5.3') } };
    expect(pastOverhead(facts)?.changes).toEqual([{ cause: 'version', from: '1.4.0', to: '1.6.3' }]);
  });

  test('the image tells an old version, and the pod was made by the one of now', () => {
    const facts = { ...factsOf({}), madeBy: { version: 'v1.4.0', release: releaseOf('1.4.0') } };
    expect(pastOverhead(facts)).toMatchObject({ changes: [], circumstances: { ratio: '1.5', version: '1.6.3' } });
  });

  test('without a version every release is tried', () => {
    const facts = { ...factsOf({ version: '1.4.0' }), madeBy: undefined };
    expect(pastOverhead(facts)?.changes).toEqual([{ cause: 'version', from: '1.4.0', to: '1.6.3' }]);
  });

  test('a reported overhead counts even without the pod', () => {
    const observed = { reportedBytes: overheadOf({}), limit: undefined, request: undefined };
    const domain = grown('6Gi', { limits, requests: { ...requests, memory: '4878Mi' } });
    expect(pastOverhead({ ...factsOf({}, { domain }), observed })?.changes).toEqual([MEMORY_HOTPLUG]);
  });
});

describe('a launcher image', () => {
  const versionOfImage = (image: string) =>
    launcherVersion({ status: { launcherContainerImageVersion: image } } as VirtualMachineInstance)?.version;

  test.each([
    ['registry.suse.com/suse/sles/15.7/virt-launcher:1.6.3-150700.3.13.1', '1.6.3-150700.3.13.1'],
    ['quay.io/kubevirt/virt-launcher:v1.7.0@sha256:00', 'v1.7.0'],
    ['localhost:5000/virt-launcher', undefined],
    ['quay.io/kubevirt/virt-launcher@sha256:00', undefined],
    ['quay.io/kubevirt/virt-launcher:devel', undefined],
    ['', undefined],
  ])('%p tells version %p', (image, version) => {
    expect(versionOfImage(image)).toBe(version);
  });
});

test('whatever the ratio, the release and the size were, they are found again', () => {
  const thousandths = fc.integer({ min: 1001, max: 10_000 });
  const versions = fc.constantFrom('1.1.1', '1.3.0', '1.4.1', '1.5.2', '1.5.3', '1.6.0', '1.7.0', '1.9.0');
  const sizes = fc.record({ memoryMi: fc.integer({ min: 64, max: 500_000 }), cores: fc.integer({ min: 1, max: 64 }) });
  fc.assert(
    fc.property(thousandths, versions, sizes, (made, version, { memoryMi, cores }) => {
      const resources = { limits: { memory: `${memoryMi * 2}Mi` }, requests: { memory: `${memoryMi}Mi` } };
      const domain = { ...harvesterDomain, cpu: { cores }, memory: { guest: `${memoryMi * 2}Mi` }, resources };
      const past = { domain, version, configuration: ratio(`${made / 1000}`) };
      const status = { memory: { guestCurrent: `${memoryMi * 2}Mi` } };
      const found = pastOverhead(factsOf(past, { domain, configuration: ratio('1.0005') }, status));
      expect(found?.bytes).toBe(overheadOf(past));
      expect(Number(found?.circumstances?.ratio)).toBe(made / 1000);
      expect(found?.circumstances?.version).toBe(version);
    }),
  );
});
