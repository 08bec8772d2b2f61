import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../src/cluster/kubernetes-objects.ts';
import { SnapshotCluster } from '../../src/cluster/snapshot.ts';

/** The cluster of YAML documents, one object each. */
export function snapshotOf(yaml: string): SnapshotCluster {
  const cluster = new SnapshotCluster();
  for (const document of parseAllDocuments(yaml)) cluster.put(document.toJS() as KubernetesObject);
  return cluster;
}
