import { describe, expect, test } from '@jest/globals';
import { kubeVirtRelease } from '../../src/kubevirt/release.ts';
import { vmiOfVm } from '../../src/kubevirt/vmi-of-vm.ts';
import { kubeVirtConfigurationShape, virtualMachineShape } from '../../src/objects/kubevirt.ts';
import type { Json } from '../builders/json.ts';
import { amountsJson } from '../builders/pod.ts';
import { vm } from '../builders/virtual-machine.ts';

/** The VMI of a VM whose domain is that of the quota notes but for the changes; `percent` is the memory overcommit. */
function vmiOf(domain: Json, version: string, percent?: number) {
  const stopped = vm('vm1', { spec: { template: { spec: { domain } } } });
  const configuration = kubeVirtConfigurationShape.parse({ developerConfiguration: { memoryOvercommit: percent } });
  const reading = kubeVirtRelease(version);
  if (reading.kind === 'unknown') throw new Error(reading.reason);
  return vmiOfVm(virtualMachineShape.parse(stopped), reading.release, configuration);
}

function requestsOf(domain: Json, version: string, percent?: number) {
  return amountsJson(vmiOf(domain, version, percent)?.spec.domain.resources.requests ?? new Map());
}

/** Versions of every way that KubeVirt has had with requests that a VM does not state. */
const STORES_MEMORY = ['1.1.0', '1.4.0', '1.5.2', '1.6.1', '1.6.3'];
const STORES_WITHOUT_OVERCOMMIT = '1.6.2';
const STORES_NO_MEMORY = ['1.6.4', '1.7.0', '1.8.4', '1.9.0'];
const ALL = [...STORES_MEMORY, STORES_WITHOUT_OVERCOMMIT, ...STORES_NO_MEMORY];

const UNSTATED: Json = { cpu: undefined, memory: undefined };
const limited = (requests: Json = {}): Json => ({ resources: { requests: { ...UNSTATED, ...requests } } });
const unlimited = (requests: Json = {}): Json => ({
  resources: { limits: undefined, requests: { ...UNSTATED, ...requests } },
});

describe('the CPU request of a VMI', () => {
  test.each(ALL)('is filled with the limit by KubeVirt %s where the VM states none', (version) => {
    expect(requestsOf(limited(), version)).toMatchObject({ cpu: '2' });
    expect(requestsOf(limited({ cpu: '0' }), version)).toMatchObject({ cpu: '2' });
    expect(requestsOf(limited({ cpu: '125m' }), version)).toMatchObject({ cpu: '125m' });
  });

  test.each(ALL)('is not invented by KubeVirt %s where there is no limit, or a limit of 0', (version) => {
    expect(requestsOf(unlimited(), version)).not.toHaveProperty('cpu');
    expect(requestsOf({ resources: { limits: { cpu: '0' }, requests: UNSTATED } }, version)).not.toHaveProperty('cpu');
  });
});

describe('the memory request of a VMI', () => {
  test.each([...STORES_MEMORY, STORES_WITHOUT_OVERCOMMIT])(
    'is filled by KubeVirt %s with the limit, whatever the overcommit',
    (version) => {
      expect(requestsOf(limited(), version, 150)).toEqual({ cpu: '2', memory: '4Gi' });
      expect(requestsOf(limited({ memory: '0' }), version, 150)).toMatchObject({ memory: '4Gi' });
    },
  );

  test.each(ALL)('that the VM states is left as it is by KubeVirt %s', (version) => {
    expect(requestsOf(limited({ memory: '3Gi' }), version, 150)).toMatchObject({ memory: '3Gi' });
    expect(requestsOf(unlimited({ memory: '3Gi' }), version, 150)).toEqual({ memory: '3Gi' });
  });

  test.each(STORES_MEMORY)("is the guest's memory over the overcommit in KubeVirt %s, without a limit", (version) => {
    expect(requestsOf(unlimited(), version)).toEqual({ memory: '4Gi' });
    expect(requestsOf(unlimited(), version, 100)).toEqual({ memory: '4Gi' });
    expect(requestsOf(unlimited(), version, 200)).toEqual({ memory: '2Gi' });
    // 4294967296 x 100 / 150, cut off.
    expect(requestsOf(unlimited(), version, 150)).toEqual({ memory: '2863311530' });
  });

  test.each(STORES_MEMORY)('is one huge page in KubeVirt %s where nothing tells the size of the guest', (version) => {
    const huge = { ...unlimited(), memory: { guest: undefined, hugepages: { pageSize: '2Mi' } } };
    expect(requestsOf(huge, version)).toEqual({ memory: '2Mi' });
    expect(requestsOf(huge, version, 200)).toEqual({ memory: '1Mi' });
  });

  test("takes the guest's memory before the size of a huge page", () => {
    const huge = { ...unlimited(), memory: { guest: '4Gi', hugepages: { pageSize: '2Mi' } } };
    expect(requestsOf(huge, '1.6.3')).toEqual({ memory: '4Gi' });
  });

  test('is stored without overcommit by KubeVirt 1.6.2, whose pods overcommit it themselves', () => {
    expect(requestsOf(unlimited(), STORES_WITHOUT_OVERCOMMIT, 200)).toEqual({ memory: '4Gi' });
  });

  test.each(STORES_NO_MEMORY)('is left to the pod by KubeVirt %s', (version) => {
    expect(requestsOf(limited(), version)).toEqual({ cpu: '2' });
    expect(requestsOf(unlimited(), version, 200)).toEqual({});
  });

  test.each([
    { title: 'no memory at all', memory: undefined },
    { title: 'neither guest memory nor huge pages', memory: { guest: undefined, maxGuest: '8Gi' } },
    { title: 'a page size that is no quantity', memory: { guest: undefined, hugepages: { pageSize: '2MB' } } },
    { title: 'huge pages without a size', memory: { guest: undefined, hugepages: {} } },
    { title: 'a guest of 0', memory: { guest: '0' } },
    { title: 'a page size of 0', memory: { guest: undefined, hugepages: { pageSize: '0' } } },
  ])('is not there for a VM with $title', ({ memory }) => {
    for (const version of ['1.6.3', '1.6.2']) expect(requestsOf({ ...unlimited(), memory }, version)).toEqual({});
  });

  test.each([
    { percent: 0, memory: '4Gi' },
    { percent: -1, memory: '4Gi' },
    { percent: 200.5, memory: '2Gi' },
  ])('has an overcommit of $percent read as the pod has it', ({ percent, memory }) => {
    expect(requestsOf(unlimited(), '1.6.3', percent)).toEqual({ memory });
  });

  test('of 0 without a limit stays 0, for it is stated', () => {
    expect(requestsOf(unlimited({ memory: '0' }), '1.6.3')).toEqual({ memory: '0' });
  });
});

describe('the topology of the guest', () => {
  test.each([
    { title: 'a socket for each CPU of the limit', resources: { requests: { cpu: '1' } }, sockets: 2 },
    { title: 'or else of the request', resources: { limits: { cpu: undefined }, requests: { cpu: '3' } }, sockets: 3 },
    { title: 'part of a CPU is a whole one', resources: { limits: { cpu: '1500m' } }, sockets: 2 },
    { title: 'one where nothing is stated', resources: { limits: undefined, requests: undefined }, sockets: 1 },
  ])('without one in the VM: $title', ({ resources, sockets }) => {
    for (const cpu of [undefined, { cores: 0, sockets: 0, threads: 0 }]) {
      const vmi = vmiOf({ cpu, resources }, '1.6.3');
      expect(vmi?.spec.domain.cpu).toEqual({ cores: 1, sockets, threads: 1 });
    }
  });

  test.each([
    { title: 'cores', cpu: { cores: 4 }, expected: { cores: 4, sockets: 1, threads: 1 } },
    { title: 'sockets', cpu: { sockets: 4 }, expected: { cores: 1, sockets: 4, threads: 1 } },
    { title: 'threads', cpu: { threads: 2 }, expected: { cores: 1, sockets: 1, threads: 2 } },
    { title: 'cores and threads', cpu: { cores: 3, threads: 2 }, expected: { cores: 3, sockets: 1, threads: 2 } },
  ])('of a VM that states $title alone has 1 of the rest', ({ cpu, expected }) => {
    const none = { cores: undefined, sockets: undefined, threads: undefined };
    expect(vmiOf({ cpu: { ...none, ...cpu } }, '1.6.3')?.spec.domain.cpu).toEqual(expected);
  });

  test('keeps what else the VM says of its CPU', () => {
    const dedicated = { cores: undefined, sockets: undefined, threads: undefined, dedicatedCpuPlacement: true };
    expect(vmiOf({ cpu: dedicated }, '1.6.3')?.spec.domain.cpu).toMatchObject({
      dedicatedCpuPlacement: true,
      sockets: 2,
    });
  });
});

describe('the rest of a VMI', () => {
  const vmiOfObject = (object: Json) => {
    const reading = kubeVirtRelease('1.6.3');
    if (reading.kind === 'unknown') throw new Error(reading.reason);
    return vmiOfVm(virtualMachineShape.parse(object), reading.release, {});
  };

  test('there is none of a VM without a template', () => {
    expect(vmiOfObject(vm('vm1', { spec: { template: undefined } }))).toBeUndefined();
  });

  test("has the VM's name and namespace, and the template's labels and annotations", () => {
    const metadata = { labels: { logVerbosity: '4' }, annotations: { 'hooks.kubevirt.io/hookSidecars': '[]' } };
    const vmi = vmiOfObject(vm('vm1', { metadata: { labels: { own: 'x' } }, spec: { template: { metadata } } }));
    expect(vmi?.metadata).toEqual({
      name: 'vm1',
      namespace: 'quota-test',
      labels: new Map([['logVerbosity', '4']]),
      annotations: new Map([['hooks.kubevirt.io/hookSidecars', '[]']]),
    });
  });

  test('has no labels where the template has no metadata', () => {
    const vmi = vmiOfObject(vm('vm1', { spec: { template: { metadata: undefined } } }));
    expect(vmi?.metadata).toMatchObject({ labels: new Map(), annotations: new Map() });
  });
});
