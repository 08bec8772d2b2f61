import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterClient, openCluster } from '../test/e2e/harness/cluster.ts';
import { startControlPlane } from '../test/e2e/harness/control-plane.ts';
import { prepareCluster } from '../test/e2e/harness/fixtures.ts';
import { killLeftovers } from '../test/e2e/harness/processes.ts';

export interface LiveBench {
  readonly cluster: ClusterClient;
  stop(): Promise<void>;
}

/** The control plane of the end-to-end suite, and the bundle for its replicas. */
export async function startLiveBench(): Promise<LiveBench> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  process.once('exit', () => killLeftovers(folder));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  // Where the harness puts everything.
  process.env.HEADROOM_E2E_FOLDER = folder;
  const { status } = spawnSync(process.execPath, ['scripts/build.ts'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('the bundle could not be built');
  await copyFile('dist/headroom.mjs', join(folder, 'headroom.mjs'));
  const controlPlane = await startControlPlane(folder);
  const cluster = openCluster(controlPlane.connection);
  await prepareCluster(cluster);
  return {
    cluster,
    stop: async () => {
      await cluster.close();
      await controlPlane.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
