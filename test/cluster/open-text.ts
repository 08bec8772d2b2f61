import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSnapshot, type SnapshotCluster } from '../../src/cluster/snapshot.ts';
import type { ClusterObjects, NamespaceObjects } from '../../src/forecast/cluster-objects.ts';

/** Runs `use` with files of these contents, named 0.yaml, 1.yaml, … whatever they hold. */
export async function withFiles<T>(
  contents: readonly (string | Uint8Array)[],
  use: (files: readonly string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-snapshot-'));
  try {
    const files = contents.map((_, index) => join(folder, `${index}.yaml`));
    await Promise.all(files.map((file, index) => writeFile(file, contents[index] ?? '')));
    return await use(files);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function openText(...contents: (string | Uint8Array)[]): Promise<SnapshotCluster> {
  return withFiles(contents, openSnapshot);
}

/** What the reader says of a text, without the folder that the file lies in. */
export function refusalOf(content: string | Uint8Array): Promise<string> {
  return withFiles([content], async ([file = '']) => {
    const error = await openSnapshot([file]).catch((reason: unknown) => reason);
    if (!(error instanceof Error)) throw new Error('expected the snapshot to be refused');
    return `${error.name}: ${error.message.replace(file, 'file')}`;
  });
}

/** Everything that decisions can see of a cluster. */
export async function everythingIn(
  cluster: SnapshotCluster,
): Promise<{ readonly cluster: ClusterObjects; readonly namespaces: readonly NamespaceObjects[] }> {
  const names = await cluster.namespaceNames();
  return {
    cluster: await cluster.clusterObjects(),
    namespaces: await Promise.all(names.map((name) => cluster.namespaceObjects(name))),
  };
}

export function podNames(namespace: NamespaceObjects): string[] {
  return namespace.pods.items.map((pod) => pod.metadata.name);
}

export function pod(name: string, namespace?: string): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: namespace === undefined ? { name } : { name, namespace },
    spec: { containers: [{ name: 'compute', resources: { limits: { cpu: '2', memory: '4Gi' } } }] },
    status: { phase: 'Running' },
  };
}
