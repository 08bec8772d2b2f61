import { describe, expect, test } from '@jest/globals';
import { defaultClassPolicies, isPolicy, policyFor } from '../../src/admission/policy.ts';

describe('the policy for a migration', () => {
  test('of a user is deny by default, and of the platform warn', () => {
    expect(defaultClassPolicies).toEqual({
      user: 'deny',
      evacuation: 'warn',
      'workload-update': 'warn',
      platform: 'warn',
    });
  });

  test.each([
    ['deny', 'warn', 'deny'],
    ['warn', 'deny', 'warn'],
    ['off', 'deny', 'off'],
  ] as const)(
    "of a user is the namespace owner's %s, whatever the cluster says (%s)",
    (ofNamespace, ofClass, expected) => {
      expect(policyFor('user', { ...defaultClassPolicies, user: ofClass }, ofNamespace)).toBe(expected);
    },
  );

  test.each([
    ['deny', 'warn', 'warn'],
    ['deny', 'off', 'off'],
    ['warn', 'deny', 'warn'],
    ['off', 'deny', 'off'],
    ['warn', 'off', 'off'],
  ] as const)(
    "of an evacuation is never stricter for a tenant's %s than the cluster's %s",
    (ofNamespace, ofClass, expected) => {
      expect(policyFor('evacuation', { ...defaultClassPolicies, evacuation: ofClass }, ofNamespace)).toBe(expected);
    },
  );

  test.each([undefined, '', 'Deny', 'none', 'deny '])("is the cluster's where the namespace says %j", (ofNamespace) => {
    expect(policyFor('user', defaultClassPolicies, ofNamespace)).toBe('deny');
    expect(isPolicy(ofNamespace)).toBe(false);
  });
});
