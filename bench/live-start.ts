import { spawnSync } from 'node:child_process';
import { eventuallyTrue } from '../test/e2e/harness/eventually.ts';
import type { Release } from '../test/e2e/harness/release.ts';
import { measureInRounds } from './rounds.ts';

const STARTS = 9;

/** Seconds from the start of a replica until it says that it is ready; certificates are there. */
async function startToReady(release: Release): Promise<number> {
  const start = performance.now();
  const replica = await release.startReplica();
  await eventuallyTrue('it is ready', () => replica.isReady(), { withinSeconds: 30, everyMilliseconds: 5 });
  const seconds = (performance.now() - start) / 1000;
  await release.stopReplica(replica);
  return seconds;
}

function startOfNode(): number {
  const start = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return (performance.now() - start) / 1000;
}

/** The start of Node itself, and that of a replica, in turns. */
export function measureStarts(release: Release): Promise<readonly (readonly number[])[]> {
  return measureInRounds([startOfNode, () => startToReady(release)], STARTS);
}
