import { describe, expect, test } from '@jest/globals';
import { driftReport } from '../../src/admission/drift-report.ts';
import type { LauncherDrift } from '../../src/forecast/launcher-drift.ts';
import { Quantity } from '../../src/quantity/quantity.ts';

const CONTROLLER = 'system:serviceaccount:harvester-system:kubevirt-controller';
const DRIFT: LauncherDrift = {
  reason: 'memory',
  release: '1.6.3',
  kubeVirtVersion: '1.6.3-150700.3.13.1',
  part: 'target',
  kubeVirtNamespace: 'harvester-system',
  differences: [
    {
      container: 'compute',
      amount: 'limits.memory',
      expected: Quantity.parse('1Gi'),
      actual: Quantity.parse('1073741825'),
    },
    { container: 'istio-proxy', amount: undefined, expected: undefined, actual: 'container' },
  ],
};

describe('drift is reported', () => {
  test('with what was expected and what was found', () => {
    expect(driftReport(DRIFT, CONTROLLER)).toEqual({
      reason: 'memory',
      release: '1.6.3',
      kubeVirtVersion: '1.6.3-150700.3.13.1',
      part: 'target',
      differences: [
        'compute limits.memory: 1Gi expected, 1073741825 found',
        'istio-proxy: nothing expected, container found',
      ],
    });
  });

  test('where the namespace of KubeVirt is not known, of its usual ones', () => {
    expect(driftReport({ ...DRIFT, kubeVirtNamespace: undefined }, CONTROLLER)).toBeDefined();
  });

  test('in few and printable words, whatever the names in the pod are', () => {
    const hostile = { ...DRIFT.differences[0]!, container: `\u001b[2J\n${'x'.repeat(100_000)}` };
    const report = driftReport({ ...DRIFT, differences: Array.from({ length: 5000 }, () => hostile) }, CONTROLLER);
    expect(report?.differences).toHaveLength(8);
    expect(report?.moreDifferences).toBe(4992);
    for (const text of report?.differences ?? []) {
      expect(text.length).toBeLessThanOrEqual(500);
      expect(text).not.toMatch(/\p{Cc}/u);
    }
  });
});

describe('no drift is reported', () => {
  test('where there is none', () => expect(driftReport(undefined, CONTROLLER)).toBeUndefined());

  test.each([
    '',
    'admin',
    'system:serviceaccount:harvester-system:default',
    'system:serviceaccount:team-a:kubevirt-controller',
  ])('of a pod that %j has made and labelled as a launcher', (userName) => {
    expect(driftReport(DRIFT, userName)).toBeUndefined();
  });
});
