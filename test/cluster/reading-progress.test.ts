import { statSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { LiveCluster } from '../../src/cluster/live-cluster.ts';
import type { Progress } from '../../src/cluster/reading-progress.ts';
import { openSnapshot } from '../../src/cluster/snapshot.ts';
import { FakeApiServer } from '../builders/fake-api-server.ts';
import { scene } from '../builders/scene.ts';

const EXAMPLE = 'examples/quota-test.yaml';

describe('while a cluster is read', () => {
  test('it is told how many bytes of a file that is', async () => {
    const told: Progress[] = [];
    await openSnapshot([EXAMPLE], 'nothing', (progress) => told.push(progress));
    const total = statSync(EXAMPLE).size;
    expect(told).toEqual([{ doing: `reading ${EXAMPLE}`, done: total, total, unit: 'bytes' }]);
  });

  test('it is told how many objects of a kind and namespace', async () => {
    const told: Progress[] = [];
    const onProgress = (progress: Progress): void => void told.push(progress);
    const options = { recentSeconds: 0, now: () => 0, onProgress };
    await new LiveCluster(new FakeApiServer(scene().json()), options).namespaceObjects('quota-test');
    const pods = { doing: 'reading kind Pod of namespace quota-test', done: 1, total: 1, unit: 'objects' };
    expect(told).toContainEqual(pods);
  });
});
