import { eventuallyTrue } from '../test/e2e/harness/eventually.ts';
import type { Release } from '../test/e2e/harness/release.ts';
import { measureInRounds } from './rounds.ts';
import { startOfNode } from './started-process.ts';

const STARTS = 9;

/** Milliseconds from the start of a replica until it says that it is ready; certificates are there. */
async function startToReady(release: Release): Promise<number> {
  const start = performance.now();
  const replica = await release.startReplica();
  await eventuallyTrue('it is ready', () => replica.isReady(), { withinSeconds: 30, everyMilliseconds: 5 });
  const milliseconds = performance.now() - start;
  await release.stopReplica(replica);
  return milliseconds;
}

/** The start of Node itself, and that of a replica, in turns. */
export function measureStarts(release: Release): Promise<readonly (readonly number[])[]> {
  return measureInRounds([startOfNode, () => startToReady(release)], STARTS);
}
