import { describe, expect, test } from '@jest/globals';
import { emptyScene, plainScene, type Scene } from '../builders/scene.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';
import {
  EXCEEDING,
  FITTING,
  largestContainer,
  namespaceOf,
  pageOf,
  reportOf,
  rowsOf,
  WAITING,
} from './sample-report.ts';

const UNLIMITED = plainScene({}).without('ResourceQuota', 'team-quota');
const LARGER = sizedVmi('vm2', { cpu: 2, memoryMi: 8192 });

/** The rows of the namespace's quota keys, the tightest first. */
function keysOf(scenery: Scene, vmis: readonly string[]): readonly string[] {
  return rowsOf(pageOf(reportOf([namespaceOf(scenery, 'a', vmis)])), 'namespace-table').slice(2);
}

describe('the table of namespaces', () => {
  test('begins with those whose pods are refused, and ends with those that no quota counts', () => {
    const namespaces = [
      namespaceOf(UNLIMITED, 'unlimited'),
      namespaceOf(UNLIMITED, 'unlimited-too'),
      namespaceOf(FITTING, 'fine'),
      namespaceOf(EXCEEDING, 'short'),
      namespaceOf(plainScene({ pods: '9' }).with(largestContainer('1Gi')), 'refused'),
    ];
    const names = rowsOf(pageOf(reportOf(namespaces)), 'namespace-table')
      .slice(2)
      .map((row) => row.split(' ')[0]);
    expect(names).toEqual(['refused', 'short', 'fine', 'fine', 'short', 'unlimited', 'unlimited-too']);
  });

  test('shows the VM that has the least room of a key, whichever is forecast first', () => {
    const roomy = plainScene({ 'limits.memory': '90Gi' }).started(LARGER);
    for (const vmis of [
      ['vm1', 'vm2'],
      ['vm2', 'vm1'],
    ])
      expect(keysOf(roomy, vmis)[0]).toMatch(/ GiB vm2 \|/);
  });

  test('counts the VMs that are short of a key', () => {
    const full = emptyScene({ ratio: '4.5' }).started(vmi(), vmi('vm2'));
    expect(keysOf(full, ['vm1'])[0]).toContain('short for 1 VM |');
    expect(keysOf(full, ['vm1', 'vm2'])[0]).toContain('short for 2 VMs |');
  });

  test('has the reason of the VM whose pod is refused where no other is counted', () => {
    const scenery = UNLIMITED.started(LARGER).with(largestContainer('5Gi'));
    expect(keysOf(scenery, ['vm1', 'vm2'])[0]).toContain('LimitRange refuses the pod');
  });
});

describe('the table of VMs', () => {
  const markOf = (scenery: Scene): string | undefined => {
    return rowsOf(pageOf(reportOf([namespaceOf(scenery, 'a')])), 'vm-table')[2]?.split(' | ')[2];
  };

  test('says that a pending migration which is over quota may still be compensated', () => {
    const oneByteOver = { 'limits.cpu': '30', 'limits.memory': '4797464312' };
    expect(markOf(emptyScene({ harvester: 'v1.9.0', base: oneByteOver }).started(vmi()).pending())).toBe(
      'exceeds at best fits',
    );
  });

  test('says that a migration waits for others and is the last that fits', () => {
    expect(markOf(WAITING.ratio('4.5'))).toBe('fits once waits, the next exceeds');
  });
});
