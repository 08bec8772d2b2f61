import { describe, expect, test } from '@jest/globals';
import { examineCluster } from '../../src/commands/doctor-examination.ts';
import type { Cluster, NamespaceObjects } from '../../src/forecast/cluster-objects.ts';
import { FakeApiServer } from '../builders/fake-api-server.ts';
import { quota } from '../builders/namespace.ts';
import { type Scene, scene } from '../builders/scene.ts';
import { liveOver } from '../cluster/live-and-snapshot.ts';
import { findingsIn } from '../doctor/examined.ts';

/** A cluster of one namespace that is one thing at the first look, and another at the second. */
function changing(first: Scene, second: Scene): { cluster: Cluster; pause: () => Promise<void> } {
  let now = first;
  return {
    cluster: {
      clusterObjects: async () => first.objects().cluster,
      namespaceObjects: async (): Promise<NamespaceObjects> => now.objects().namespace,
      namespaceNames: async () => ['quota-test'],
    },
    pause: async () => {
      now = second;
    },
  };
}

async function rulesSeen({ cluster, pause }: ReturnType<typeof changing>): Promise<readonly string[]> {
  const { findings } = await examineCluster(cluster, ['quota-test'], pause);
  return findings.map(({ rule, severity }) => `${rule} ${severity}`);
}

const STUCK = scene({ ratio: '4.5' }).pending();

describe('a second look at a cluster that lives', () => {
  test('keeps what is still there', async () => {
    expect(await rulesSeen(changing(STUCK, STUCK))).toEqual(['stuck-migration error', 'over-used warning']);
  });

  test('drops what was a moment', async () => {
    expect(
      await rulesSeen(changing(STUCK, scene({ ratio: '4.5' }).base({ 'limits.cpu': '9', 'limits.memory': '9Gi' }))),
    ).toEqual([]);
  });

  test('adds no fault that only the second look has seen, and every note', async () => {
    const noted = STUCK.with(quota('team-pods', { pods: '9' }));
    const first = scene({ ratio: '4.5' });
    expect(await rulesSeen(changing(first, noted))).toEqual(['over-used warning', 'never-scaled info']);
  });

  test('is not taken where nothing is wrong', async () => {
    expect(await rulesSeen(changing(scene(), STUCK))).toEqual([]);
  });
});

test.each([
  { title: 'a healthy cluster', one: scene() },
  { title: 'a stuck migration', one: STUCK },
  { title: 'a leak', one: scene().stored('migratingUID-nobody', { 'limits.cpu': '2' }) },
])('an API server and its objects saved have the same findings: $title', async ({ one }) => {
  const live = liveOver(new FakeApiServer([...one.json()]));
  const { findings } = await examineCluster(live, ['quota-test'], async () => undefined);
  expect(findings).toEqual(findingsIn(one));
});
