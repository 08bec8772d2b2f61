import type { NamespaceObjects, ObjectsOfKind, ReadOptions } from '../forecast/cluster-objects.ts';
import { areScaleUpsOf, haveAttachments, vmisInvolved } from '../forecast/part-of-namespace.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { Metadata } from '../objects/metadata.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { printedMigrations } from './migration-table.ts';
import { OBJECT_KINDS, type ObjectKind } from './object-kinds.ts';
import type { ObjectReader, Selection } from './object-reader.ts';

/** More than these are sooner listed than asked for one by one. */
const MOST_SINGLE_READS = 40;

const NONE: ObjectsOfKind<never> = { items: [], problems: [] };

/** One reading of one namespace, all of it under one signal. */
export class NamespaceReading {
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
  async migrations(vmis: readonly string[], ended?: ReadOptions['ended']): Promise<NamespaceObjects> {
    const asked = this.#vmis(vmis);
    const cachedQuotas = this.#all(OBJECT_KINDS.quotas, 'cached');
    const [namespaces, limitRanges, migrations, { items: found }, askedPods, earlyQuotas] = await Promise.all([
      this.#namespaceItself(),
      this.#all(OBJECT_KINDS.limitRanges, 'cached'),
      ended === 'dated' ? this.#all(OBJECT_KINDS.migrations, 'cached') : this.#migrationsUnderWay(),
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

  /** And what is printed of those that are over: KubeVirt keeps five for each VM, and whole they are most of what is read. */
  async #migrationsUnderWay(): Promise<ObjectsOfKind<VirtualMachineInstanceMigration>> {
    const kind = OBJECT_KINDS.migrations;
    const table = await this.#reader.table(kind, { namespace: this.#namespace, consistency: 'cached' }, this.#signal);
    const printed = printedMigrations(table, this.#namespace);
    const { namesUnderWay = [] } = printed ?? {};
    if (printed === undefined || namesUnderWay.length > MOST_SINGLE_READS) return this.#all(kind, 'cached');
    return joined([{ items: printed.ended, problems: [] }, await this.#each(kind, namesUnderWay)]);
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
