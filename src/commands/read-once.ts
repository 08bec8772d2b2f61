import type { Cluster, ClusterObjects, NamespaceObjects } from '../forecast/cluster-objects.ts';

/**
 * The same cluster, each part of it read once and whole: a command that chooses VMs first and reckons with them later then
 * speaks of one moment, and asks a live cluster for no list twice.
 */
export function readOnce(cluster: Cluster): Cluster {
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
