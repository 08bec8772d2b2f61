import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countsOnlyItsObject, quotaUsage } from '../../src/kubernetes/pod-usage.ts';
import { addResources } from '../../src/kubernetes/resource-arithmetic.ts';
import { noResources } from '../../src/objects/quantity-shape.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { podOf, podWith, printed, wholePodOf } from './objects.ts';

const always = { restartPolicy: 'Always' };
const memory = (amount: string) => ({ resources: { requests: { memory: amount }, limits: { memory: amount } } });

describe('what a quota counts of a pod', () => {
  test('every key of requests, limits and objects', () => {
    const pod = podWith({
      requests: { cpu: '100m', memory: '1Gi', 'ephemeral-storage': '50M', 'hugepages-2Mi': '4Mi', 'x.io/y': '1' },
      limits: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '60M', 'hugepages-2Mi': '4Mi', 'x.io/y': '1' },
    });
    expect(printed(quotaUsage(pod))).toEqual({
      pods: '1',
      'count/pods': '1',
      cpu: '100m',
      'requests.cpu': '100m',
      'limits.cpu': '1',
      memory: '1Gi',
      'requests.memory': '1Gi',
      'limits.memory': '2Gi',
      'ephemeral-storage': '50M',
      'requests.ephemeral-storage': '50M',
      'limits.ephemeral-storage': '60M',
      'hugepages-2Mi': '4Mi',
      'requests.hugepages-2Mi': '4Mi',
      'requests.x.io/y': '1',
    });
  });

  test.each([
    { title: 'a pod without containers counts as a pod alone', spec: {}, counted: undefined },
    {
      title: 'containers are added up',
      spec: {
        containers: [
          { name: 'a', ...memory('1Gi') },
          { name: 'b', ...memory('1') },
        ],
      },
      counted: '1073741825',
    },
    {
      title: 'a plain init container counts where it is larger than all containers',
      spec: { containers: [{ name: 'a', ...memory('1Gi') }], initContainers: [{ name: 'i', ...memory('3Gi') }] },
      counted: '3Gi',
    },
    {
      title: 'a plain init container costs nothing where it is smaller',
      spec: { containers: [{ name: 'a', ...memory('4Gi') }], initContainers: [{ name: 'i', ...memory('3Gi') }] },
      counted: '4Gi',
    },
    {
      title: 'a restartable init container is added to the containers',
      spec: {
        containers: [{ name: 'a', ...memory('4Gi') }],
        initContainers: [{ name: 's', ...always, ...memory('3Gi') }],
      },
      counted: '7Gi',
    },
    {
      title: 'a plain init container runs beside the restartable ones before it',
      spec: {
        containers: [{ name: 'a', ...memory('1Gi') }],
        initContainers: [
          { name: 's', ...always, ...memory('1Gi') },
          { name: 'i', ...memory('2Gi') },
        ],
      },
      counted: '3Gi',
    },
    {
      title: 'a plain init container does not run beside the restartable ones after it',
      spec: {
        containers: [{ name: 'a', ...memory('1Gi') }],
        initContainers: [
          { name: 'i', ...memory('2Gi') },
          { name: 's', ...always, ...memory('512Mi') },
        ],
      },
      counted: '2Gi',
    },
    {
      title: 'overhead is added',
      spec: { containers: [{ name: 'a', ...memory('1Gi') }], overhead: { memory: '1Gi' } },
      counted: '2Gi',
    },
    {
      title: 'pod-level resources replace the sum',
      spec: {
        containers: [{ name: 'a', ...memory('1Gi') }],
        resources: { requests: { memory: '5Gi' }, limits: { memory: '5Gi' } },
      },
      counted: '5Gi',
    },
  ])('$title', ({ spec, counted }) => {
    const usage = printed(quotaUsage(podOf(spec)));
    expect([usage['requests.memory'], usage['limits.memory']]).toEqual([counted, counted]);
  });

  test('overhead is no limit where the containers have none, or zero', () => {
    const overhead = { memory: '1Gi', cpu: '1' };
    const unlimited = podOf({ containers: [{ name: 'a', resources: { limits: { cpu: '0' } } }], overhead });
    const usage = quotaUsage(unlimited);
    expect(usage.get('limits.memory')).toBeUndefined();
    expect(usage.get('limits.cpu')?.toString()).toBe('0');
    expect(usage.get('requests.memory')?.toString()).toBe('1Gi');
  });

  test.each([
    { name: 'devices.kubevirt.io/kvm', counted: true },
    { name: 'attachable-volumes.kubernetes.io/x', counted: false },
    { name: 'requests.x.io/y', counted: false },
    { name: 'Bad.io/y', counted: false },
    { name: `x.io/${'y'.repeat(64)}`, counted: false },
    { name: 'a/b/c', counted: false },
    { name: 'storage', counted: false },
  ])('$name is counted as an extended resource: $counted', ({ name, counted }) => {
    expect(quotaUsage(podWith({ requests: { [name]: '1' } })).has(`requests.${name}`)).toBe(counted);
  });

  test('pod-level storage is not a thing, so it replaces nothing', () => {
    const pod = podOf({ containers: [], resources: { requests: { 'ephemeral-storage': '1' } } });
    expect(quotaUsage(pod).has('requests.ephemeral-storage')).toBe(false);
  });

  test('a container more never lowers what is counted, and the order of containers does not matter', () => {
    const containers = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b'),
        resources: fc.record({ requests: fc.dictionary(fc.constantFrom('cpu', 'memory', 'x.io/y'), fc.nat()) }),
      }),
    );
    fc.assert(
      fc.property(containers, containers, (some, init) => {
        const all = quotaUsage(podOf({ containers: some, initContainers: init }));
        const reversed = quotaUsage(podOf({ containers: some.toReversed(), initContainers: init }));
        expect(printed(reversed)).toEqual(printed(all));
        const fewer = quotaUsage(podOf({ containers: some.slice(1), initContainers: init }));
        for (const [key, amount] of fewer) expect(amount.exceeds(all.get(key) ?? Quantity.zero)).toBe(false);
      }),
    );
  });
});

describe('a namespace', () => {
  const launcher = (name: string, phase: string, spec: object) => ({ metadata: { name }, spec, status: { phase } });
  const compute = {
    name: 'compute',
    resources: {
      requests: { cpu: '250m', memory: '4797464313', 'devices.kubevirt.io/kvm': '1' },
      limits: { cpu: '4', memory: '5682461313', 'devices.kubevirt.io/kvm': '1' },
    },
  };
  const hook = { name: 'hook-sidecar-0', resources: { requests: { cpu: '200m' }, limits: { memory: '64M' } } };

  test.each([
    {
      title: 'charges for running launchers alike',
      pods: [
        launcher('source', 'Running', { containers: [compute] }),
        launcher('target', 'Pending', { containers: [compute, hook] }),
      ],
      used: { 'limits.memory': '11428922626', 'requests.cpu': '700m', pods: '2', 'count/pods': '2' },
    },
    {
      title: 'charges for an ended launcher as an object only',
      pods: [
        launcher('source', 'Succeeded', { containers: [compute] }),
        launcher('target', 'Running', { containers: [compute] }),
      ],
      used: { 'limits.memory': '5682461313', 'requests.devices.kubevirt.io/kvm': '1', pods: '1', 'count/pods': '2' },
    },
    {
      title: 'that is empty is charged for nothing',
      pods: [],
      used: { 'limits.memory': '0', 'count/pods': '0' },
    },
  ])('$title', ({ pods, used }) => {
    const objectOnly = new Map([['count/pods', Quantity.of(1n)]]);
    const sum = pods
      .map((pod) => wholePodOf(pod))
      .map((pod) => (countsOnlyItsObject(pod, 0) ? objectOnly : quotaUsage(pod.spec)))
      .reduce(addResources, noResources);
    const counted = Object.keys(used).map((key) => [key, `${sum.get(key) ?? Quantity.zero}`]);
    expect(Object.fromEntries(counted)).toEqual(used);
  });
});

describe('a pod that is being deleted', () => {
  const deleted = wholePodOf({
    metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 },
    spec: {},
  });

  test('is charged for until its grace period has passed after the deletion timestamp', () => {
    const timestamp = Date.parse('2026-01-01T00:00:00Z');
    expect(countsOnlyItsObject(deleted, timestamp + 30_000)).toBe(false);
    expect(countsOnlyItsObject(deleted, timestamp + 30_001)).toBe(true);
  });
});
