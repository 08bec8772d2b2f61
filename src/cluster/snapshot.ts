import { stat } from 'node:fs/promises';
import type { Cluster, ClusterObjects, NamespaceObjects, ReadFacts } from '../forecast/cluster-objects.ts';
import type { Metadata } from '../objects/metadata.ts';
import { HeldCollection } from './held-collection.ts';
import type { Reading, ReadingOfType } from './json-line.ts';
import { KeptTexts } from './kept-texts.ts';
import { type KubernetesObject, type ObjectReceiver, readObjects } from './kubernetes-objects.ts';
import { groupOf, OBJECT_KINDS, type ObjectKind } from './object-kinds.ts';
import { objectMembersReadBy } from './read-members.ts';
import type { ProgressListener } from './reading-progress.ts';

/**
 * Reads files (`-`: standard input) of Kubernetes objects as one cluster. Throws SnapshotError. Only starts need the
 * VirtualMachines, a quarter of a large file: `without` them their lines are not parsed.
 */
export async function openSnapshot(
  files: readonly string[],
  without: 'nothing' | 'virtual-machines' = 'nothing',
  onProgress?: ProgressListener,
): Promise<SnapshotCluster> {
  const snapshot = new SnapshotCluster();
  const readingOf = readingsWithout(without);
  await readSnapshotObjects(files, (object, text) => snapshot.put(object, text), { readingOf, onProgress });
  return snapshot;
}

export interface SnapshotReading {
  readonly readingOf?: ReadingOfType | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** Hands on every object of some files, of whatever kind. Throws SnapshotError. */
export async function readSnapshotObjects(
  files: readonly string[],
  receive: ObjectReceiver,
  { readingOf, onProgress }: SnapshotReading,
): Promise<void> {
  for (const file of files) {
    const total = onProgress === undefined ? undefined : await sizeOf(file);
    const reading = { doing: `reading ${file}`, unit: 'bytes', ...(total !== undefined && { total }) } as const;
    await readObjects(file, receive, readingOf, (done) => onProgress?.({ ...reading, done }));
  }
}

/** Undefined for standard input and other pipes. */
async function sizeOf(file: string): Promise<number | undefined> {
  const found = file === '-' ? undefined : await stat(file).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

function readingsWithout(without: 'nothing' | 'virtual-machines'): ReadingOfType {
  const readings = new Map<string, Reading>();
  for (const { group, kind, shape } of Object.values(OBJECT_KINDS))
    readings.set(typeKey(group, kind), objectMembersReadBy(shape));
  const { group, kind } = OBJECT_KINDS.virtualMachines;
  if (without === 'virtual-machines') readings.set(typeKey(group, kind), 'nothing');
  return (apiVersion, kind) => readings.get(typeKey(groupOf(apiVersion), kind)) ?? 'all';
}

/** Of namespaces that were asked for: so many objects stay read, for all of a large cluster would not fit into memory. */
const MOST_READ_OBJECTS = 200;

/** A cluster that stands still: the objects of some files, indexed by namespace. */
export class SnapshotCluster implements Cluster {
  readonly #byType = new Map<string, { put(object: KubernetesObject, text: Buffer | undefined): void }>();
  readonly #texts = new KeptTexts();
  readonly #kubeVirts = this.#collect(OBJECT_KINDS.kubeVirts);
  readonly #settings = this.#collect(OBJECT_KINDS.settings);
  readonly #nodes = this.#collect(OBJECT_KINDS.nodes);
  readonly #namespaces = this.#collect(OBJECT_KINDS.namespaces);
  readonly #quotas = this.#collect(OBJECT_KINDS.quotas);
  readonly #limitRanges = this.#collect(OBJECT_KINDS.limitRanges);
  readonly #pods = this.#collect(OBJECT_KINDS.pods);
  readonly #virtualMachines = this.#collect(OBJECT_KINDS.virtualMachines);
  readonly #virtualMachineInstances = this.#collect(OBJECT_KINDS.virtualMachineInstances);
  readonly #migrations = this.#collect(OBJECT_KINDS.migrations);

  /** Nothing changes in a snapshot: whoever asks again soon is given the same objects. The last read comes last. */
  readonly #read = new Map<string, NamespaceObjects>();
  #readCluster: ClusterObjects | undefined;

  /** Takes an object of any kind; those that no decision reads are ignored. `text` is JSON of what its shape reads. */
  put(object: KubernetesObject, text?: Buffer): void {
    this.#read.clear();
    this.#readCluster = undefined;
    this.#byType.get(typeKey(groupOf(object.apiVersion), object.kind))?.put(object, text);
  }

  inMemory(namespace: string): ReadFacts | undefined {
    const namespaceObjects = this.#read.get(namespace);
    const clusterObjects = this.#readCluster;
    return clusterObjects && namespaceObjects && { clusterObjects, namespaceObjects };
  }

  async clusterObjects(): Promise<ClusterObjects> {
    this.#readCluster ??= {
      kubeVirts: this.#kubeVirts.all(),
      settings: this.#settings.all(),
      nodes: this.#nodes.all(),
    };
    return this.#readCluster;
  }

  async namespaceObjects(namespace: string): Promise<NamespaceObjects> {
    const read = this.#read.get(namespace) ?? this.#objectsIn(namespace);
    this.#read.delete(namespace);
    this.#read.set(namespace, read);
    this.#forgetOldest();
    return read;
  }

  #objectsIn(namespace: string): NamespaceObjects {
    return {
      name: namespace,
      namespaces: this.#namespaces.inNamespace(namespace),
      quotas: this.#quotas.inNamespace(namespace),
      limitRanges: this.#limitRanges.inNamespace(namespace),
      pods: this.#pods.inNamespace(namespace),
      virtualMachines: this.#virtualMachines.inNamespace(namespace),
      virtualMachineInstances: this.#virtualMachineInstances.inNamespace(namespace),
      migrations: this.#migrations.inNamespace(namespace),
    };
  }

  #forgetOldest(): void {
    let objects = [...this.#read.values()].reduce((sum, one) => sum + countOf(one), 0);
    for (const [name, oldest] of this.#read) {
      if (objects <= MOST_READ_OBJECTS || this.#read.size === 1) return;
      this.#read.delete(name);
      objects -= countOf(oldest);
    }
  }

  async namespaceNames(): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const collection of this.#namespaced()) for (const name of collection.namespaces()) names.add(name);
    return [...names].sort();
  }

  async namespacesWithQuotaAndVms(): Promise<readonly string[]> {
    const withQuota = new Set(this.#quotas.namespaces());
    return [...new Set(this.#virtualMachineInstances.namespaces())].filter((name) => withQuota.has(name)).sort();
  }

  #namespaced(): { namespaces(): Iterable<string> }[] {
    return [
      this.#kubeVirts,
      this.#namespaces,
      this.#quotas,
      this.#limitRanges,
      this.#pods,
      this.#virtualMachines,
      this.#virtualMachineInstances,
      this.#migrations,
    ];
  }

  #collect<T extends { readonly metadata: Metadata }>(kind: ObjectKind<T>): HeldCollection<T> {
    const collection = new HeldCollection(kind, this.#texts);
    this.#byType.set(typeKey(kind.group, kind.kind), collection);
    return collection;
  }
}

/** Anybody may ask about namespaces that are not there: they count too. */
function countOf({ pods, virtualMachines, virtualMachineInstances, migrations }: NamespaceObjects): number {
  const kinds = [pods, virtualMachines, virtualMachineInstances, migrations];
  return kinds.reduce((sum, { items }) => sum + items.length, 1);
}

function typeKey(group: string, kind: string): string {
  return `${group}/${kind}`;
}
