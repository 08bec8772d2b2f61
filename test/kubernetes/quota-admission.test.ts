import { describe, expect, test } from '@jest/globals';
import { quotaUsage } from '../../src/kubernetes/pod-usage.ts';
import {
  exceededQuotaSentence,
  isUsageUnknown,
  limitedKeys,
  missingSpecifications,
  mustSpecifySentence,
  podCreationRefusal,
  podQuotaKeys,
  statusUnknownSentence,
} from '../../src/kubernetes/quota-admission.ts';
import { resourceQuotaShape } from '../../src/objects/kubernetes.ts';
import { listOf, podOf, podWith, quotaOf } from './objects.ts';

const compute = { name: 'compute', resources: { limits: { memory: '1Gi', cpu: '1' }, requests: { memory: '1Gi' } } };

describe('the keys of a quota', () => {
  test('that limit a pod are those it uses something of, sorted', () => {
    const usage = quotaUsage(podWith({ limits: { memory: '1Gi' }, requests: { cpu: '0', 'x.io/y': '1' } }));
    const hard = { pods: '9', 'limits.memory': '0', 'requests.cpu': '1', 'requests.x.io/y': '1', services: '1' };
    expect(limitedKeys(quotaOf(hard), usage)).toEqual(['limits.memory', 'pods', 'requests.x.io/y']);
  });

  test('that pods are counted by leave out services, claims and limits of devices', () => {
    const counted = ['count/pods', 'hugepages-2Mi', 'limits.cpu', 'requests.hugepages-2Mi', 'requests.x.io/y'];
    const others = ['services', 'requests.storage', 'limits.x.io/y', 'x.io/y', 'requests.kubernetes.io/y'];
    const keys = [...others, ...counted.toReversed()];
    expect(podQuotaKeys(quotaOf(Object.fromEntries(keys.map((key) => [key, '1']))))).toEqual(counted);
  });

  test('are none while the status is empty, so the server lets every pod pass', () => {
    const quota = resourceQuotaShape.parse({ metadata: { name: 'new' }, spec: { hard: { pods: '0' } } });
    expect(podQuotaKeys(quota)).toEqual([]);
    expect(limitedKeys(quota, quotaUsage(podOf({})))).toEqual([]);
    expect(missingSpecifications(quota, podOf({ containers: [compute] }))).toEqual([]);
    expect(isUsageUnknown(quota)).toBe(false);
  });

  test.each([
    {
      title: 'a key of pods without its use is unknown',
      hard: { pods: '1', cpu: '1' },
      used: { pods: '1' },
      unknown: true,
    },
    { title: 'a key of services without its use does not matter', hard: { services: '1' }, used: {}, unknown: false },
    { title: 'all uses present are known', hard: { pods: '1' }, used: { pods: '0' }, unknown: false },
    { title: 'no use at all is unknown', hard: { pods: '1' }, used: undefined, unknown: true },
  ])('$title', ({ hard, used, unknown }) => {
    const quota = resourceQuotaShape.parse({ metadata: { name: 'q' }, status: used ? { hard, used } : { hard } });
    expect(isUsageUnknown(quota)).toBe(unknown);
  });
});

describe('what must be specified', () => {
  const quota = quotaOf({
    'limits.memory': '1',
    'requests.cpu': '1',
    cpu: '1',
    'limits.ephemeral-storage': '1',
    pods: '1',
  });

  test('is cpu and memory, by every container and init container that does not', () => {
    const pod = podOf({ containers: [{ name: 'hook-sidecar-0' }, compute], initContainers: [{ name: 'disk' }] });
    const missing = missingSpecifications(quota, pod);
    expect(missing).toEqual([
      { resource: 'cpu', containers: ['compute', 'disk', 'hook-sidecar-0'] },
      { resource: 'limits.memory', containers: ['disk', 'hook-sidecar-0'] },
      { resource: 'requests.cpu', containers: ['compute', 'disk', 'hook-sidecar-0'] },
    ]);
    expect(mustSpecifySentence('team-quota', missing)).toBe(
      'failed quota: team-quota: must specify cpu for: compute,disk,hook-sidecar-0; ' +
        'limits.memory for: disk,hook-sidecar-0; requests.cpu for: compute,disk,hook-sidecar-0',
    );
  });

  test('is nothing where zero is stated, or where the pod states it as a whole', () => {
    const zero = podWith({ limits: { memory: '0' }, requests: { cpu: '0' } });
    expect(missingSpecifications(quota, zero)).toEqual([]);
    const pods = [{ requests: { cpu: '1' } }, { limits: { 'hugepages-2Mi': '2Mi' } }].map((resources) =>
      podOf({ containers: [{ name: 'a' }], resources }),
    );
    expect(pods.map((pod) => missingSpecifications(quota, pod))).toEqual([[], []]);
    const empty = podOf({ containers: [{ name: 'a' }], resources: {} });
    expect(missingSpecifications(quota, empty).map(({ resource }) => resource)).toContain('limits.memory');
  });

  test('by one container reads as the server says it', () => {
    const missing = [{ resource: 'limits.memory', containers: ['hook-sidecar-0'] }];
    expect(podCreationRefusal('virt-launcher-vm1-x', mustSpecifySentence('default-abc', missing))).toBe(
      'pods "virt-launcher-vm1-x" is forbidden: ' +
        'failed quota: default-abc: must specify limits.memory for: hook-sidecar-0',
    );
  });
});

describe('the sentences', () => {
  test('of a quota that is exceeded name the short keys, sorted', () => {
    const sentence = exceededQuotaSentence({
      quota: 'default-abc',
      requested: listOf({ 'requests.cpu': '250m', 'limits.memory': '5682461313' }),
      used: listOf({ 'limits.memory': '5682461313', 'requests.cpu': '0' }),
      limited: listOf({ 'requests.cpu': '100m', 'limits.memory': '10865341313' }),
    });
    expect(sentence).toBe(
      'exceeded quota: default-abc, requested: limits.memory=5682461313,requests.cpu=250m, ' +
        'used: limits.memory=5682461313,requests.cpu=0, limited: limits.memory=10865341313,requests.cpu=100m',
    );
  });

  test('of a quota whose use is unknown name all keys of pods, sorted', () => {
    const sentence = statusUnknownSentence('default-abc', ['pods', 'limits.memory']);
    expect(sentence).toBe('status unknown for quota: default-abc, resources: limits.memory,pods');
  });
});
