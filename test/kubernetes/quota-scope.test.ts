import { describe, expect, test } from '@jest/globals';
import { qosClass } from '../../src/kubernetes/qos-class.ts';
import { quotaMatches } from '../../src/kubernetes/quota-scope.ts';
import { podOf, quotaOf } from './objects.ts';

const hard = { pods: '1' };
const guaranteed = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } };
const burstable = { requests: { cpu: '1' } };
const anywhere = { podAffinityTerm: { namespaceSelector: {} } };

describe('scopes', () => {
  test.each([
    { scope: 'Terminating', spec: { activeDeadlineSeconds: 0 }, other: {} },
    { scope: 'NotTerminating', spec: {}, other: { activeDeadlineSeconds: 60 } },
    { scope: 'BestEffort', spec: { containers: [{ name: 'a' }] }, other: containersOf(burstable) },
    { scope: 'NotBestEffort', spec: containersOf(burstable), other: {} },
    { scope: 'PriorityClass', spec: { priorityClassName: 'high' }, other: { priorityClassName: '' } },
    {
      scope: 'CrossNamespacePodAffinity',
      spec: { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [anywhere] } } },
      other: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } } },
    },
    {
      scope: 'CrossNamespacePodAffinity',
      spec: {
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ namespaces: ['b'] }] } },
      },
      other: { affinity: { podAntiAffinity: null } },
    },
  ])('$scope holds for $spec and not for $other', ({ scope, spec, other }) => {
    const quota = quotaOf(hard, {}, { scopes: [scope] });
    expect([quotaMatches(quota, podOf(spec)), quotaMatches(quota, podOf(other))]).toEqual([true, false]);
    const selector = { scopeSelector: { matchExpressions: [{ scopeName: scope, operator: 'Exists' }] } };
    const same = quotaOf(hard, {}, selector);
    expect([quotaMatches(same, podOf(spec)), quotaMatches(same, podOf(other))]).toEqual([true, false]);
  });

  test('a quota without scopes holds for every pod', () => {
    expect(quotaMatches(quotaOf(hard), podOf({}))).toBe(true);
  });

  test('all scopes must hold, in both fields', () => {
    const exists = [{ scopeName: 'PriorityClass', operator: 'Exists' }];
    const quota = quotaOf(hard, {}, { scopes: ['NotTerminating'], scopeSelector: { matchExpressions: exists } });
    expect(quotaMatches(quota, podOf({ priorityClassName: 'high' }))).toBe(true);
    expect(quotaMatches(quota, podOf({ priorityClassName: 'high', activeDeadlineSeconds: 1 }))).toBe(false);
    expect(quotaMatches(quota, podOf({}))).toBe(false);
  });

  test('VolumeAttributesClass holds for no pod', () => {
    expect(quotaMatches(quotaOf(hard, {}, { scopes: ['VolumeAttributesClass'] }), podOf({}))).toBe(false);
  });
});

describe('the operators of PriorityClass', () => {
  test.each([
    { operator: 'In', values: ['high', 'top'], holds: { high: true, low: false, '': false } },
    { operator: 'NotIn', values: ['high', 'top'], holds: { high: false, low: true, '': true } },
    { operator: 'In', values: null, holds: { high: false, low: false, '': false } },
    { operator: 'NotIn', values: null, holds: { high: true, low: true, '': true } },
    { operator: 'Exists', values: [], holds: { high: true, low: true, '': false } },
    { operator: 'DoesNotExist', values: [], holds: { high: false, low: false, '': true } },
    { operator: 'Like', values: ['high'], holds: { high: false, low: false, '': false } },
  ])('$operator $values', ({ operator, values, holds }) => {
    const matchExpressions = [{ scopeName: 'PriorityClass', operator, values }];
    const quota = quotaOf(hard, {}, { scopeSelector: { matchExpressions } });
    const held = Object.keys(holds).map((name) => [name, quotaMatches(quota, podOf({ priorityClassName: name }))]);
    expect(Object.fromEntries(held)).toEqual(holds);
  });
});

describe('the QoS class', () => {
  test.each([
    { title: 'without containers', spec: {}, qos: 'BestEffort' },
    { title: 'of amounts of zero', spec: containersOf({ requests: { cpu: '0' } }), qos: 'BestEffort' },
    { title: 'of devices alone', spec: containersOf({ requests: { 'x.io/y': '1' } }), qos: 'BestEffort' },
    { title: 'of limits equal to requests', spec: containersOf(guaranteed), qos: 'Guaranteed' },
    { title: 'of limits of memory alone', spec: containersOf({ limits: { memory: '1' } }), qos: 'Burstable' },
    { title: 'of limits without requests', spec: containersOf({ limits: guaranteed.limits }), qos: 'Burstable' },
    { title: 'with an init container that states nothing', spec: withIdleInit(), qos: 'Burstable' },
    {
      title: 'with pod-level resources',
      spec: { ...containersOf(burstable), resources: guaranteed },
      qos: 'Guaranteed',
    },
    { title: 'with empty pod-level resources', spec: { ...containersOf(burstable), resources: {} }, qos: 'BestEffort' },
  ])('$title is $qos', ({ spec, qos }) => {
    expect(qosClass(podOf(spec))).toBe(qos);
  });
});

function containersOf(resources: object): object {
  return { containers: [{ name: 'a', resources }] };
}

function withIdleInit(): object {
  return { ...containersOf(guaranteed), initContainers: [{ name: 'i' }] };
}
