import { describe, expect, test } from '@jest/globals';
import { type MigrationClass, migrationClass } from '../../src/kubevirt/migration-class.ts';
import { isAbortRequested, isFinal, isFinalVmi, isRejectedByQuota } from '../../src/kubevirt/migration-state.ts';
import { migrationShape } from '../../src/objects/kubevirt.ts';

const evacuation: [string, string] = ['kubevirt.io/evacuationMigration', 'node1'];
const update: [string, string] = ['kubevirt.io/workloadUpdateMigration', ''];

describe('who asks for a migration', () => {
  test.each<[string, string, [string, string][], MigrationClass]>([
    ['a person', 'alice', [], 'user'],
    [
      "Harvester's own account, which acts for its users",
      'system:serviceaccount:harvester-system:harvester',
      [],
      'user',
    ],
    ['a person who forges the annotation', 'alice', [evacuation], 'user'],
    [
      "Harvester's account with the annotation",
      'system:serviceaccount:harvester-system:harvester',
      [evacuation],
      'user',
    ],
    [
      'virt-controller draining a node',
      'system:serviceaccount:harvester-system:kubevirt-controller',
      [evacuation],
      'evacuation',
    ],
    [
      'virt-controller updating workloads',
      'system:serviceaccount:kubevirt:kubevirt-controller',
      [update],
      'workload-update',
    ],
    ['virt-controller for another reason', 'system:serviceaccount:kubevirt:kubevirt-controller', [], 'platform'],
    ['a sibling of virt-controller', 'system:serviceaccount:kubevirt:kubevirt-operator', [], 'platform'],
    [
      'an account of that name in a namespace of a user',
      'system:serviceaccount:default:kubevirt-controller',
      [evacuation],
      'user',
    ],
    ['a user named like the account', 'x:system:serviceaccount:kubevirt:kubevirt-controller', [evacuation], 'user'],
  ])('%s', (_, userName, annotations, expected) => {
    expect(migrationClass({ userName, annotations: new Map(annotations) })).toBe(expected);
  });

  test("KubeVirt's namespace can be another one", () => {
    const userName = 'system:serviceaccount:virt:kubevirt-controller';
    expect(migrationClass({ userName, annotations: new Map(), kubeVirtNamespaces: ['virt'] })).toBe('platform');
    expect(migrationClass({ userName, annotations: new Map() })).toBe('user');
  });
});

describe('the state of a migration', () => {
  const migrationWith = (status: object | undefined) =>
    migrationShape.parse({ metadata: { name: 'm' }, spec: { vmiName: 'vm1' }, ...(status ? { status } : {}) });

  test.each<[string, boolean]>([
    ['Succeeded', true],
    ['Failed', true],
    ['Running', false],
    ['Pending', false],
  ])('%s is final: %p', (phase, final) => {
    expect(isFinal(migrationWith({ phase }))).toBe(final);
    expect(isFinalVmi({ status: { phase } })).toBe(final);
  });

  test('what has no status yet is not final', () => {
    expect(isFinal(migrationWith(undefined))).toBe(false);
    expect(isFinalVmi({ status: null })).toBe(false);
  });

  test('only a condition that is True holds', () => {
    const conditions = (status: string) => [
      { type: 'migrationAbortRequested', status },
      { type: 'migrationRejectedByResourceQuota', status },
    ];
    const held = migrationWith({ conditions: conditions('True') });
    const lapsed = migrationWith({ conditions: conditions('False') });
    expect([isAbortRequested(held), isRejectedByQuota(held)]).toEqual([true, true]);
    expect([isAbortRequested(lapsed), isRejectedByQuota(migrationWith({}))]).toEqual([false, false]);
  });
});
