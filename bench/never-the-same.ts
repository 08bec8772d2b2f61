import type { SnapshotCluster } from '../src/cluster/snapshot.ts';
import type { Cluster } from '../src/forecast/cluster-objects.ts';

/**
 * A snapshot hands out the same objects again, and headroom what it made of them. This one hands out others that hold the
 * same, as a live cluster does, so that each request is reckoned anew.
 */
export function neverTheSame(snapshot: SnapshotCluster): Cluster {
  return {
    clusterObjects: async () => ({ ...(await snapshot.clusterObjects()) }),
    namespaceObjects: async (namespace) => ({ ...(await snapshot.namespaceObjects(namespace)) }),
    namespaceNames: () => snapshot.namespaceNames(),
  };
}
