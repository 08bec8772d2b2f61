import type {
  Cluster,
  ClusterObjects,
  Extent,
  NamespaceObjects,
  ObjectsOfKind,
  ReadOptions,
} from '../forecast/cluster-objects.ts';
import { areScaleUpsOf, haveAttachments, vmisInvolved } from '../forecast/part-of-namespace.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { Metadata } from '../objects/metadata.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { Api } from './api.ts';
import { UnreadableCluster } from './cluster-error.ts';
import { OBJECT_KINDS, type ObjectKind } from './object-kinds.ts';
import { ObjectReader, type ReaderOptions, type Selection } from './object-reader.ts';

/** Of a decision that has no limit of its own. */
const READ_SECONDS = 60;
/** More than these are sooner listed than asked for one by one. */
const MOST_SINGLE_READS = 40;

const NONE: ObjectsOfKind<never> = { items: [], problems: [] };

export interface LiveOptions extends ReaderOptions {
  /** How long facts of the whole cluster may be used again where `recent` ones will do. */
  readonly recentSeconds: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}

/**
 * A live API server. Nothing is watched: what a decision stands on is read when it is asked for, and the API server's
 * reads are consistent, so no decision stands on what was true a while ago. Every failure becomes an `unreadable` kind.
 */
export class LiveCluster implements Cluster {
  readonly #reader: ObjectReader;
  readonly #options: LiveOptions;
  #recent: { readonly objects: ClusterObjects; readonly readAt: number } | undefined;

  constructor(api: Api, options: LiveOptions) {
    this.#reader = new ObjectReader(api, options);
    this.#options = options;
  }

  async clusterObjects({ signal = defaultSignal(), age }: ReadOptions = {}): Promise<ClusterObjects> {
    const { recentSeconds, now } = this.#options;
    const readAt = now();
    if (age === 'recent' && this.#recent !== undefined && readAt - this.#recent.readAt < recentSeconds * 1000) {
      return this.#recent.objects;
    }
    const everywhere: Selection = age === 'recent' ? { consistency: 'cached' } : {};
    const [kubeVirts, settings, nodes] = await Promise.all([
      this.#reader.list(OBJECT_KINDS.kubeVirts, everywhere, signal),
      this.#reader.list(OBJECT_KINDS.settings, everywhere, signal),
      this.#reader.list(OBJECT_KINDS.nodes, everywhere, signal),
    ]);
    const objects = { kubeVirts, settings, nodes };
    const isComplete = Object.values(objects).every(({ unreadable }) => unreadable === undefined);
    if (isComplete) this.#recent = { objects, readAt };
    return objects;
  }

  namespaceObjects(
    namespace: string,
    extent: Extent = { kind: 'whole' },
    { signal = defaultSignal() }: ReadOptions = {},
  ): Promise<NamespaceObjects> {
    const reading = new NamespaceReading(this.#reader, namespace, signal);
    switch (extent.kind) {
      case 'whole':
        return reading.whole();
      case 'running':
        return reading.running();
      case 'migrations':
        return reading.migrations(extent.vmis);
      case 'launcher':
        return reading.launcher(extent.vmi);
      default:
        return extent satisfies never;
    }
  }

  /** Whether a migration of that name is stored; undefined where that cannot be read. */
  async hasMigration(namespace: string, name: string, signal: AbortSignal): Promise<boolean | undefined> {
    const found = await this.#reader.get(OBJECT_KINDS.migrations, { namespace, name }, signal);
    return found.unreadable === undefined ? found.items.length + found.problems.length > 0 : undefined;
  }

  async namespaceNames({ signal = defaultSignal() }: ReadOptions = {}): Promise<readonly string[]> {
    const { items, unreadable } = await this.#reader.list(OBJECT_KINDS.namespaces, {}, signal);
    if (unreadable !== undefined) throw new UnreadableCluster(unreadable);
    return items.map(({ metadata }) => metadata.name).sort();
  }
}

function defaultSignal(): AbortSignal {
  return AbortSignal.timeout(READ_SECONDS * 1000);
}

/** One reading of one namespace, all of it under one signal. */
class NamespaceReading {
  readonly #reader: ObjectReader;
  readonly #namespace: string;
  readonly #signal: AbortSignal;

  constructor(reader: ObjectReader, namespace: string, signal: AbortSignal) {
    this.#reader = reader;
    this.#namespace = namespace;
    this.#signal = signal;
  }

  async whole(): Promise<NamespaceObjects> {
    const [running, virtualMachines] = await Promise.all([this.running(), this.#all(OBJECT_KINDS.virtualMachines)]);
    return { ...running, virtualMachines };
  }

  /**
   * The quotas come last: a pod is charged before it is stored, so what quotas count is never less than the pods that
   * are there. Read together, a target pod could be there that no quota counts yet.
   */
  async running(consistency?: Selection['consistency']): Promise<NamespaceObjects> {
    const [namespaces, limitRanges, pods, virtualMachineInstances, migrations] = await Promise.all([
      this.#namespaceItself(),
      this.#all(OBJECT_KINDS.limitRanges, consistency),
      this.#all(OBJECT_KINDS.pods, consistency),
      this.#all(OBJECT_KINDS.virtualMachineInstances, consistency),
      this.#all(OBJECT_KINDS.migrations, consistency),
    ]);
    const quotas =
      consistency === 'cached'
        ? await this.#again(OBJECT_KINDS.quotas, await this.#all(OBJECT_KINDS.quotas, consistency))
        : await this.#all(OBJECT_KINDS.quotas);
    return { ...this.#nothing(), namespaces, quotas, limitRanges, pods, virtualMachineInstances, migrations };
  }

  /**
   * Lists come from the API server's watch cache, single objects from etcd: the quotas, whose figures decide, are asked
   * for by name. A migration that the cache does not show yet has a reservation that tells of it.
   */
  async migrations(vmis: readonly string[]): Promise<NamespaceObjects> {
    const asked = this.#vmis(vmis);
    const cachedQuotas = this.#all(OBJECT_KINDS.quotas, 'cached');
    const [namespaces, limitRanges, migrations, { items: found }, askedPods, earlyQuotas] = await Promise.all([
      this.#namespaceItself(),
      this.#all(OBJECT_KINDS.limitRanges, 'cached'),
      this.#all(OBJECT_KINDS.migrations, 'cached'),
      asked,
      asked.then(({ items }) => this.#launchersOf(items)),
      cachedQuotas.then((quotas) => this.#again(OBJECT_KINDS.quotas, quotas)),
    ]);
    const underWay = vmisInvolved([], migrations.items);
    const others = underWay.filter((name) => !vmis.includes(name));
    if (others.length + vmis.length > MOST_SINGLE_READS) return this.running('cached');
    const otherVmis = await this.#vmis(others);
    const virtualMachineInstances = joined([await asked, otherVmis]);
    const rest = [this.#launchersOf(otherVmis.items), this.#attachmentsOf([...found, ...otherVmis.items])];
    const pods = joined([askedPods, ...(await Promise.all(rest))]);
    // Most often nothing is under way, so that no pod is being charged for it, and the first round is the last.
    const quotas = underWay.length === 0 ? earlyQuotas : await this.#again(OBJECT_KINDS.quotas, await cachedQuotas);
    if (!areScaleUpsOf(virtualMachineInstances.items, quotas.items)) return this.running('cached');
    return { ...this.#nothing(), namespaces, quotas, limitRanges, pods, virtualMachineInstances, migrations };
  }

  async launcher(vmi: string): Promise<NamespaceObjects> {
    const [namespaces, virtualMachineInstances] = await Promise.all([this.#namespaceItself(), this.#vmis([vmi])]);
    return { ...this.#nothing(), namespaces, virtualMachineInstances };
  }

  #nothing(): NamespaceObjects {
    return {
      name: this.#namespace,
      namespaces: NONE,
      quotas: NONE,
      limitRanges: NONE,
      pods: NONE,
      virtualMachines: NONE,
      virtualMachineInstances: NONE,
      migrations: NONE,
    };
  }

  #namespaceItself() {
    return this.#reader.get(OBJECT_KINDS.namespaces, { name: this.#namespace }, this.#signal);
  }

  #all<T extends { readonly metadata: Metadata }>(
    kind: ObjectKind<T>,
    consistency?: Selection['consistency'],
  ): Promise<ObjectsOfKind<T>> {
    const selection = { namespace: this.#namespace, ...(consistency !== undefined && { consistency }) };
    return this.#reader.list(kind, selection, this.#signal);
  }

  async #again<T extends { readonly metadata: Metadata }>(
    kind: ObjectKind<T>,
    cached: ObjectsOfKind<T>,
  ): Promise<ObjectsOfKind<T>> {
    if (cached.items.length > MOST_SINGLE_READS) return this.#all(kind);
    const single = await this.#each(
      kind,
      cached.items.map(({ metadata }) => metadata.name),
    );
    return joined([{ ...cached, items: [] }, single]);
  }

  #vmis(names: readonly string[]): Promise<ObjectsOfKind<VirtualMachineInstance>> {
    return this.#each(OBJECT_KINDS.virtualMachineInstances, names);
  }

  async #each<T extends { readonly metadata: Metadata }>(
    kind: ObjectKind<T>,
    names: readonly string[],
  ): Promise<ObjectsOfKind<T>> {
    const place = { namespace: this.#namespace };
    return joined(await Promise.all(names.map((name) => this.#reader.get(kind, { ...place, name }, this.#signal))));
  }

  async #launchersOf(vmis: readonly VirtualMachineInstance[]): Promise<ObjectsOfKind<Pod>> {
    const uids = vmis.map(({ metadata }) => metadata.uid ?? '').filter((uid) => uid !== '');
    if (uids.length === 0) return NONE;
    return this.#pods(`kubevirt.io=virt-launcher,kubevirt.io/created-by in (${uids.join(',')})`);
  }

  /** Attachment pods name no VM in any label: of a namespace that has some, all are read. */
  async #attachmentsOf(vmis: readonly VirtualMachineInstance[]): Promise<ObjectsOfKind<Pod>> {
    return haveAttachments(vmis) ? this.#pods('kubevirt.io=hotplug-disk') : NONE;
  }

  #pods(labelSelector: string): Promise<ObjectsOfKind<Pod>> {
    const selection = { namespace: this.#namespace, labelSelector, consistency: 'cached' } as const;
    return this.#reader.list(OBJECT_KINDS.pods, selection, this.#signal);
  }
}

function joined<T>(parts: readonly ObjectsOfKind<T>[]): ObjectsOfKind<T> {
  const unreadable = parts.find((part) => part.unreadable !== undefined)?.unreadable;
  return {
    items: parts.flatMap(({ items }) => items),
    problems: parts.flatMap(({ problems }) => problems),
    ...(unreadable !== undefined && { unreadable }),
  };
}
