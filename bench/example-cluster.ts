import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../src/cluster/kubernetes-objects.ts';
import { SnapshotCluster } from '../src/cluster/snapshot.ts';
import type { ForecastObjects } from '../src/forecast/apply-remedy.ts';

export const EXAMPLE_NAMESPACE = 'quota-test';
export const EXAMPLE_VMI = 'vm1';

/** The objects of an example cluster as an API server returns them: parsed JSON, nothing checked. */
export function exampleObjects(name: string): readonly KubernetesObject[] {
  const text = readFileSync(new URL(`../examples/${name}.yaml`, import.meta.url), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

/** Every object through its shape: labels, annotations and amounts are read, faults are noted. */
export function clusterOf(objects: readonly KubernetesObject[]): SnapshotCluster {
  const cluster = new SnapshotCluster();
  for (const object of objects) cluster.put(object);
  return cluster;
}

export async function forecastObjects(cluster: SnapshotCluster): Promise<ForecastObjects> {
  return {
    cluster: await cluster.clusterObjects(),
    namespace: await cluster.namespaceObjects(EXAMPLE_NAMESPACE),
  };
}
