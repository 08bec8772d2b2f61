import { describe, expect, test } from '@jest/globals';
import { withApiDefaults } from '../../src/kubernetes/pod-defaults.ts';
import { podOf, podWith, printed } from './objects.ts';

describe('requests that are missing', () => {
  test('become the limits, of init containers too', () => {
    const resources = { limits: { memory: '1Gi', 'devices.kubevirt.io/kvm': '1' }, requests: { cpu: '1' } };
    const pod = podOf({ containers: [{ name: 'a', resources }], initContainers: [{ name: 'i', resources }] });
    const defaulted = withApiDefaults(pod);
    const requests = { cpu: '1', memory: '1Gi', 'devices.kubevirt.io/kvm': '1' };
    expect(defaulted.containers?.map((container) => printed(container.resources.requests))).toEqual([requests]);
    expect(defaulted.initContainers?.map((container) => printed(container.resources.requests))).toEqual([requests]);
  });

  test('do not follow the limit where they are stated, even as zero', () => {
    const pod = podWith({ limits: { memory: '1Gi' }, requests: { memory: '0' } });
    expect(withApiDefaults(pod)).toBe(pod);
  });

  test('leave a pod as it is where nothing is missing', () => {
    const pod = podOf({ containers: [{ name: 'a' }], overhead: { cpu: '1' } });
    expect(withApiDefaults(pod)).toBe(pod);
  });
});

describe('fractions of a thousandth', () => {
  test('are rounded up wherever a pod states amounts', () => {
    const resources = { limits: { cpu: '62500u' }, requests: { cpu: '1500u' } };
    const pod = withApiDefaults(podOf({ containers: [{ name: 'a', resources }], overhead: { cpu: '1n' }, resources }));
    expect(pod.containers?.map((container) => printed(container.resources.requests))).toEqual([{ cpu: '2m' }]);
    expect(pod.containers?.map((container) => printed(container.resources.limits))).toEqual([{ cpu: '63m' }]);
    expect(printed(pod.overhead)).toEqual({ cpu: '1m' });
    expect([pod.resources?.limits.get('cpu')?.toString(), pod.resources?.requests.get('cpu')?.toString()]).toEqual([
      '63m',
      '2m',
    ]);
  });
});

describe('pod-level resources', () => {
  const compute = { name: 'a', resources: { requests: { memory: '1Gi', cpu: '1' } } };
  const pages = { name: 'h', resources: { limits: { 'hugepages-2Mi': '4Mi' }, requests: { 'hugepages-2Mi': '4Mi' } } };

  test.each([
    { title: 'that are empty stay empty', resources: {}, limits: {}, requests: {} },
    {
      title: 'without limits get those of the huge pages, and with them requests',
      resources: { requests: { cpu: '3' } },
      limits: { 'hugepages-2Mi': '4Mi' },
      requests: { cpu: '3', memory: '1Gi', 'hugepages-2Mi': '4Mi' },
    },
    {
      title: 'take requests from the containers, else from the limits',
      resources: { limits: { memory: '2Gi', 'hugepages-1Gi': '1Gi' } },
      limits: { memory: '2Gi', 'hugepages-1Gi': '1Gi', 'hugepages-2Mi': '4Mi' },
      requests: { memory: '1Gi', cpu: '1', 'hugepages-1Gi': '1Gi', 'hugepages-2Mi': '4Mi' },
    },
    {
      title: 'do not take the limit of huge pages that they request',
      resources: { requests: { 'hugepages-2Mi': '8Mi' } },
      limits: {},
      requests: { 'hugepages-2Mi': '8Mi' },
    },
  ])('$title', ({ resources, limits, requests }) => {
    const pod = withApiDefaults(podOf({ containers: [compute, pages], resources }));
    expect([printed(pod.resources?.limits ?? new Map()), printed(pod.resources?.requests ?? new Map())]).toEqual([
      limits,
      requests,
    ]);
  });
});
