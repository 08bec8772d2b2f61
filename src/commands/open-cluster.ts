import { openSnapshot, type SnapshotCluster } from '../cluster/snapshot.ts';
import { CommandError } from './command-error.ts';
import type { ClusterOptions } from './options.ts';

export const SNAPSHOT_ONLY =
  'this release answers from snapshots only, not from a live cluster yet: give the files with --snapshot FILE';

/** The cluster that the options name. */
export async function openCluster(
  { snapshot }: Pick<ClusterOptions, 'snapshot'>,
  without: Parameters<typeof openSnapshot>[1] = 'nothing',
): Promise<SnapshotCluster> {
  if (snapshot === undefined || snapshot.length === 0) throw new CommandError(SNAPSHOT_ONLY);
  return openSnapshot(snapshot, without);
}
