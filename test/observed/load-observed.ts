import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Prepared, prepare } from '../../src/forecast/forecast-migrations.ts';
import { snapshotOf } from '../builders/snapshot.ts';

/** YAML: the objects of one step. */
export function loadObserved(step: string): string {
  return gunzipSync(readFileSync(new URL(`${step}.yaml.gz`, import.meta.url))).toString('utf8');
}

export async function preparedStep(step: string, namespace = 'quota-test'): Promise<Prepared> {
  const cluster = snapshotOf(loadObserved(step));
  return prepare({
    cluster: await cluster.clusterObjects(),
    namespace: await cluster.namespaceObjects(namespace),
  });
}
