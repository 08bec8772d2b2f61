import { describe, expect, test } from '@jest/globals';
import { printedMigrations } from '../../src/cluster/migration-table.ts';
import { migrationTable } from '../builders/fake-api-server.ts';
import { type Json, merged } from '../builders/json.ts';
import { migration } from '../builders/virtual-machine.ts';

function over(count: number, vmiName = 'vm1', phase = 'Succeeded'): readonly Json[] {
  return Array.from({ length: count }, (_, index) =>
    migration(vmiName, { metadata: { name: `${vmiName}-${index}` }, status: { phase } }),
  );
}

const twelve = over(12);

describe('a Table of migrations', () => {
  test('tells which VMs have migrations that are over, each once, without their time', () => {
    const { ended, namesUnderWay } =
      printedMigrations(migrationTable([...over(5), ...over(5, 'vm2', 'Failed')]), 'quota-test') ?? {};
    expect(namesUnderWay).toEqual([]);
    expect(ended?.map(({ spec, status }) => `${spec.vmiName} ${status?.phase}`)).toEqual([
      'vm1 Succeeded',
      'vm2 Failed',
    ]);
    expect(ended?.map(({ metadata }) => [metadata.namespace, metadata.creationTimestamp])).toEqual([
      ['quota-test', undefined],
      ['quota-test', undefined],
    ]);
  });

  test.each(['Pending', 'Running', '', null])('names those of phase %j as under way', (phase) => {
    const table = migrationTable([...twelve, merged(migration('vm2'), { status: { phase } })]);
    expect(printedMigrations(table, 'quota-test')?.namesUnderWay).toEqual(['vm2-z9lkd']);
  });

  test('is of no use where most are under way', () => {
    const busy = migrationTable([...over(10), migration('vm2')]);
    expect(printedMigrations(busy, 'quota-test')).toBeUndefined();
  });

  test('of none is of none', () => {
    expect(printedMigrations(migrationTable([]), 'quota-test')).toEqual({ ended: [], namesUnderWay: [] });
  });

  test('is read by its titles, wherever its columns stand', () => {
    const columnDefinitions = ['VMI', 'Age', 'Name', 'Phase'].map((name) => ({ name }));
    const rows = [{ cells: ['vm7', 3, 'vm7-1', 'Failed'] }];
    const { ended } = printedMigrations({ columnDefinitions, rows }, 'quota-test') ?? {};
    expect(ended?.map(({ metadata, spec }) => [metadata.name, spec.vmiName])).toEqual([['vm7-1', 'vm7']]);
  });

  test.each([
    ['a list', { items: [] }],
    ['nothing', undefined],
    ['a Table without the phase', { ...migrationTable([]), columnDefinitions: [{ name: 'Name' }, { name: 'VMI' }] }],
    ['a Table whose rows are none', { ...migrationTable([]), rows: [{}] }],
  ])('is not made of %s', (_, table) => {
    expect(printedMigrations(table, 'quota-test')).toBeUndefined();
  });
});
