import { describe, expect, test } from '@jest/globals';
import { applyLimitRanges } from '../../src/kubernetes/limit-range.ts';
import { limitRangeShape } from '../../src/objects/kubernetes.ts';
import { limitRangeOf, podOf, podWith, printed } from './objects.ts';

const container = { type: 'Container' };

describe('the defaults of a LimitRange', () => {
  test('no LimitRange leaves the pod alone', () => {
    const pod = podWith({ requests: { memory: '2Gi' }, limits: { memory: '1Gi' } });
    expect(applyLimitRanges(pod, [])).toEqual({ pod, refusals: [] });
    expect(applyLimitRanges(pod, []).pod).toBe(pod);
  });

  test.each([
    {
      title: 'are given to a container that states nothing',
      item: { ...container, default: { memory: '1Gi' }, defaultRequest: { memory: '512Mi', cpu: '1' } },
      limits: { memory: '1Gi' },
      requests: { memory: '512Mi', cpu: '1' },
    },
    {
      title: 'come from the maximum where they are missing',
      item: { ...container, max: { memory: '1Gi' } },
      limits: { memory: '1Gi' },
      requests: { memory: '1Gi' },
    },
    {
      title: 'of the request come from the minimum last',
      item: { ...container, min: { memory: '1Gi', cpu: '1' }, default: { memory: '2Gi', cpu: '1500u' } },
      limits: { memory: '2Gi', cpu: '2m' },
      requests: { memory: '2Gi', cpu: '2m' },
    },
    { title: 'are none for a pod as a whole', item: { type: 'Pod', default: { cpu: '1' } }, limits: {}, requests: {} },
  ])('$title', ({ item, limits, requests }) => {
    const { pod } = applyLimitRanges(podOf({ initContainers: [{ name: 'i' }] }), [limitRangeOf(item)]);
    const given = pod.initContainers?.map(({ resources }) => [printed(resources.limits), printed(resources.requests)]);
    expect(given).toEqual([[limits, requests]]);
  });

  test('the last item of a LimitRange and the first of several LimitRanges win', () => {
    const withDefault = (memory: string) => ({ ...container, default: { memory } });
    const ranges = [limitRangeOf(withDefault('1Gi'), withDefault('2Gi')), limitRangeOf(withDefault('3Gi'))];
    const { pod } = applyLimitRanges(podWith({}), ranges);
    expect(pod.containers?.map(({ resources }) => printed(resources.limits))).toEqual([{ memory: '2Gi' }]);
  });

  test('a container that states all is left alone, as by a LimitRange without limits', () => {
    const pod = podWith({ requests: { memory: '1Gi' }, limits: { memory: '1Gi' } });
    const ranges = [
      limitRangeOf({ ...container, default: { memory: '3Gi' } }),
      limitRangeShape.parse({ metadata: {} }),
    ];
    expect(applyLimitRanges(pod, ranges)).toEqual({ pod, refusals: [] });
  });
});

describe('the bounds of a LimitRange', () => {
  const both = (memory: string) => ({ limits: { memory }, requests: { memory } });

  test.each([
    {
      title: 'a limit over the maximum',
      item: { max: { memory: '512Mi' } },
      resources: both('1Gi'),
      refusals: ['maximum memory usage per Container is 512Mi, but limit is 1Gi'],
    },
    {
      title: 'a limit under the minimum',
      item: { min: { memory: '2Gi' } },
      resources: { limits: { memory: '1Gi' }, requests: { memory: '1Gi' } },
      refusals: ['minimum memory usage per Container is 2Gi, but request is 1Gi'],
    },
    {
      title: 'an amount at the bounds',
      item: { min: { memory: '1Gi' }, max: { memory: '1Gi' } },
      resources: both('1Gi'),
      refusals: [],
    },
    {
      title: 'a limit of more than so many times the request',
      item: { maxLimitRequestRatio: { memory: '1500m' } },
      resources: { limits: { memory: '2Gi' }, requests: { memory: '1Gi' } },
      refusals: ['memory max limit to request ratio per Container is 1500m, but provided ratio is 2.000000'],
    },
    {
      title: 'a ratio half-way between two digits goes to the even one',
      item: { maxLimitRequestRatio: { memory: '1' } },
      resources: { limits: { memory: '129Mi' }, requests: { memory: '128Mi' } },
      refusals: ['memory max limit to request ratio per Container is 1, but provided ratio is 1.007812'],
    },
    {
      title: 'a ratio without a request',
      item: { maxLimitRequestRatio: { cpu: '2' } },
      resources: { limits: { cpu: '1' } },
      refusals: ['cpu max limit to request ratio per Container is 2, but no request is specified or request is 0'],
    },
    {
      title: 'a ratio without a limit',
      item: { maxLimitRequestRatio: { cpu: '2' } },
      resources: { requests: { cpu: '1' } },
      refusals: ['cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0'],
    },
    {
      title: 'a ratio within bounds, huge ones included',
      item: { maxLimitRequestRatio: { memory: '10Pi' } },
      resources: { limits: { memory: '9Pi' }, requests: { memory: '1' } },
      refusals: [],
    },
    {
      title: 'amounts whose thousandths do not fit 64 bits, in whole units',
      item: { max: { memory: '10Pi' } },
      resources: both('11Pi'),
      refusals: ['maximum memory usage per Container is 10Pi, but limit is 11Pi'],
    },
  ])('$title: $refusals', ({ item, resources, refusals }) => {
    const range = limitRangeOf({ ...container, ...item });
    expect(applyLimitRanges(podWith(resources), [range]).refusals).toEqual(refusals);
  });

  const half = { name: 'a', resources: both('1Gi') };
  // Request and limit in different containers, which is valid: as a pod 3 are requested, and the limit is 1.
  const uneven = [
    { name: 'a', resources: { requests: { cpu: '3' } } },
    { name: 'b', resources: { limits: { cpu: '1' } } },
  ];

  test.each([
    {
      title: 'a pod whose containers together are over the maximum',
      item: { max: { memory: '1Gi' } },
      spec: { containers: [half, { ...half, name: 'b' }] },
      refusals: ['maximum memory usage per Pod is 1Gi, but limit is 2Gi'],
    },
    {
      title: 'a pod that states no limit',
      item: { max: { cpu: '1' } },
      spec: { containers: [half] },
      refusals: ['maximum cpu usage per Pod is 1.  No limit is specified'],
    },
    {
      title: 'a pod that states no request',
      item: { min: { cpu: '1' } },
      spec: { containers: [half] },
      refusals: ['minimum cpu usage per Pod is 1.  No request is specified'],
    },
    {
      title: 'a pod whose limit alone is under the minimum',
      item: { min: { cpu: '2' } },
      spec: { containers: uneven },
      refusals: ['minimum cpu usage per Pod is 2, but limit is 1'],
    },
    {
      title: 'a pod whose request alone is over the maximum',
      item: { max: { cpu: '2' } },
      spec: { containers: uneven },
      refusals: ['maximum cpu usage per Pod is 2, but request is 3'],
    },
    {
      title: 'a pod within the maximum by its own resources, overhead not counted',
      item: { max: { memory: '1536Mi' } },
      spec: { containers: [half], resources: both('1536Mi'), overhead: { memory: '1Gi' } },
      refusals: [],
    },
  ])('$title: $refusals', ({ item, spec, refusals }) => {
    expect(applyLimitRanges(podOf(spec), [limitRangeOf({ type: 'Pod', ...item })]).refusals).toEqual(refusals);
  });

  test('claims are bounded by another kind of item, which does not concern pods', () => {
    const range = limitRangeOf({ type: 'PersistentVolumeClaim', max: { storage: '1Gi' } });
    expect(applyLimitRanges(podWith({}), [range]).refusals).toEqual([]);
  });

  test('that two LimitRanges share are named once', () => {
    const range = limitRangeOf({ ...container, max: { memory: '512Mi' } });
    expect(applyLimitRanges(podWith(both('1Gi')), [range, range]).refusals).toHaveLength(1);
  });
});

describe('pod validation after the defaults', () => {
  test('refuses a request over the default limit, and the bounds are not looked at', () => {
    const range = limitRangeOf({ ...container, default: { memory: '1Gi' }, max: { cpu: '1' } });
    const pod = podWith({ requests: { memory: '2Gi', cpu: '1' }, limits: { cpu: '2' } });
    expect(applyLimitRanges(pod, [range]).refusals).toEqual([
      'spec.containers[0].resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi',
    ]);
  });

  test.each([
    {
      title: 'a device without a limit',
      spec: { initContainers: [{ name: 'i', resources: { requests: { 'x.io/y': '1' } } }] },
      refusal:
        'spec.initContainers[0].resources.limits: Required value: Limit must be set for non overcommitable resources',
    },
    {
      title: 'a device whose request is not its limit',
      spec: { containers: [{ name: 'a', resources: { requests: { 'x.io/y': '1' }, limits: { 'x.io/y': '2' } } }] },
      refusal: 'spec.containers[0].resources.requests: Invalid value: "1": must be equal to x.io/y limit of 2',
    },
    {
      title: 'huge pages without cpu or memory',
      spec: { containers: [{ name: 'a', resources: { limits: { 'hugepages-2Mi': '2Mi' } } }] },
      refusal: 'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
    },
    {
      title: 'containers that request more than their pod',
      spec: {
        containers: [{ name: 'a', resources: { requests: { cpu: '2' } } }],
        resources: { requests: { cpu: '1' } },
      },
      refusal:
        'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
    },
    {
      title: 'a container with a higher limit than its pod',
      spec: {
        containers: [{ name: 'a', resources: { limits: { cpu: '2' } } }],
        resources: { limits: { cpu: '1' } },
      },
      refusal:
        'spec.resources.containers[0][cpu].limits: Invalid value: "2": must be less than or equal to pod limits of 1',
    },
    {
      title: 'containers with more huge pages than their pod',
      spec: {
        containers: [{ name: 'a', resources: { limits: { 'hugepages-2Mi': '4Mi', cpu: '1' } } }],
        resources: { limits: { 'hugepages-2Mi': '2Mi', cpu: '1' } },
      },
      refusal:
        'spec.resources.limits[hugepages-2Mi]: Invalid value: "2Mi": must be greater than or equal to aggregate container limits of 4Mi',
    },
  ])('refuses $title', ({ spec, refusal }) => {
    expect(applyLimitRanges(podOf(spec), [limitRangeOf()]).refusals).toContain(refusal);
  });
});
