import { describe, expect, test } from '@jest/globals';
import { lastingFindings } from '../../src/commands/doctor-examination.ts';
import { examine } from '../../src/doctor/examination.ts';
import type { Cluster } from '../../src/forecast/cluster-objects.ts';
import { type Scene, scene } from '../builders/scene.ts';

const STUCK = scene({ ratio: '4.5' }).pending();
const HEALED = scene({ ratio: '4.5' }).base({ 'limits.cpu': '9', 'limits.memory': '9Gi' });

/** Looks at the first scene, and at the second after the pause; gives the rules that are left. */
async function rulesLeft(first: Scene, second: Scene, looks: 'once' | 'twice'): Promise<readonly string[]> {
  let now = first;
  const cluster: Cluster = {
    clusterObjects: async () => first.objects().cluster,
    namespaceObjects: async () => now.objects().namespace,
    namespaceNames: async () => ['quota-test'],
  };
  const examination = examine(first.objects().cluster);
  const own = examination.ofNamespace(first.objects().namespace).findings;
  const look = { examination, found: new Map([['quota-test', own]]) };
  const pause = async (): Promise<void> => {
    now = second;
  };
  const findings = await lastingFindings(cluster, look, looks === 'twice' ? pause : undefined);
  return findings.map(({ rule }) => rule);
}

describe('the findings of a report', () => {
  test('of a cluster that lives are those that last', async () => {
    expect(await rulesLeft(STUCK, HEALED, 'twice')).toEqual([]);
    expect(await rulesLeft(STUCK, STUCK, 'twice')).toContain('stuck-migration');
  });

  test('of files are those of one look', async () => {
    expect(await rulesLeft(STUCK, HEALED, 'once')).toContain('stuck-migration');
  });

  test('need no second look where nothing is wrong', async () => {
    expect(await rulesLeft(scene(), STUCK, 'twice')).toEqual([]);
  });
});
