import type { Cluster, ClusterObjects, NamespaceObjects } from '../forecast/cluster-objects.ts';
import type { Metadata } from '../objects/metadata.ts';
import { type KubernetesObject, readObjects } from './kubernetes-objects.ts';
import { ObjectCollection } from './object-collection.ts';
import { groupOf, OBJECT_KINDS, type ObjectKind } from './object-kinds.ts';

/** As kubectl and headroom write a VirtualMachine on a line; written otherwise it is read like anything else. */
const VIRTUAL_MACHINE_LINE = '{"apiVersion":"kubevirt.io/v1","kind":"VirtualMachine",';

/**
 * Reads files (`-`: standard input) of Kubernetes objects as one cluster. Throws SnapshotError. Only starts need the
 * VirtualMachines, a quarter of a large file: `without` them their lines are not parsed.
 */
export async function openSnapshot(
  files: readonly string[],
  without: 'nothing' | 'virtual-machines' = 'nothing',
): Promise<SnapshotCluster> {
  const snapshot = new SnapshotCluster();
  const unread = without === 'nothing' ? [] : [VIRTUAL_MACHINE_LINE];
  for (const file of files) await readObjects(file, (object) => snapshot.put(object), unread);
  return snapshot;
}

/** A cluster that stands still: the objects of some files, indexed by namespace. */
export class SnapshotCluster implements Cluster {
  readonly #byType = new Map<string, { put(object: KubernetesObject): void }>();
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

  readonly #read = new Map<string, NamespaceObjects>();
  #readCluster: ClusterObjects | undefined;

  /** Takes an object of any kind; those that no decision reads are ignored. */
  put(object: KubernetesObject): void {
    this.#read.clear();
    this.#readCluster = undefined;
    this.#byType.get(typeKey(groupOf(object.apiVersion), object.kind))?.put(object);
  }

  /** Nothing changes in a snapshot, so whoever asks twice is given the same objects. */
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
    this.#read.set(namespace, read);
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

  async namespaceNames(): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const collection of this.#namespaced()) for (const name of collection.namespaces()) names.add(name);
    return [...names].sort();
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

  #collect<T extends { readonly metadata: Metadata }>(kind: ObjectKind<T>): ObjectCollection<T> {
    const collection = new ObjectCollection(kind);
    this.#byType.set(typeKey(kind.group, kind.kind), collection);
    return collection;
  }
}

function typeKey(group: string, kind: string): string {
  return `${group}/${kind}`;
}
