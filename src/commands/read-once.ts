import type { Cluster, ClusterObjects, NamespaceObjects } from '../forecast/cluster-objects.ts';
import { openCluster } from './open-cluster.ts';
import type { ClusterOptions } from './options.ts';

/** Files stand still, and may hold more than fits into memory: only what was read of a live cluster is all kept. */
export function isStill({ snapshot = [] }: ClusterOptions): boolean {
  return snapshot.length > 0;
}

/** The cluster that the options name, for a command whose answers are all about one moment. */
export async function openClusterOnce(...[options, ...others]: Parameters<typeof openCluster>): Promise<Cluster> {
  const cluster = await openCluster(options, ...others);
  return isStill(options) ? cluster : readOnce(cluster);
}

/**
 * The same cluster, each part of it read once and whole: a command that chooses VMs first and reckons with them later then
 * speaks of one moment, and asks a live cluster for no list twice.
 */
function readOnce(cluster: Cluster): Cluster {
  let objects: Promise<ClusterObjects> | undefined;
  let names: Promise<readonly string[]> | undefined;
  const namespaces = new Map<string, Promise<NamespaceObjects>>();
  return {
    clusterObjects: () => {
      objects ??= cluster.clusterObjects();
      return objects;
    },
    namespaceObjects: (name) => {
      const known = namespaces.get(name) ?? cluster.namespaceObjects(name);
      namespaces.set(name, known);
      return known;
    },
    namespaceNames: () => {
      names ??= cluster.namespaceNames();
      return names;
    },
  };
}
