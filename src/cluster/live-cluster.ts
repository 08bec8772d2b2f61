import type { Cluster, ClusterObjects, Extent, NamespaceObjects, ReadOptions } from '../forecast/cluster-objects.ts';
import type { Api } from './api.ts';
import { UnreadableCluster } from './cluster-error.ts';
import { NamespaceReading } from './namespace-reading.ts';
import { OBJECT_KINDS } from './object-kinds.ts';
import { ObjectReader, type ReaderOptions, type Selection } from './object-reader.ts';

/** Of a decision that has no limit of its own. */
const READ_SECONDS = 60;

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
    { signal = defaultSignal(), ended }: ReadOptions = {},
  ): Promise<NamespaceObjects> {
    const reading = new NamespaceReading(this.#reader, namespace, signal);
    switch (extent.kind) {
      case 'whole':
        return reading.whole();
      case 'running':
        return reading.running();
      case 'migrations':
        return reading.migrations(extent.vmis, ended);
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

  /** For the survey, whose rights are those of headroom's ServiceAccount: it may not list namespaces. */
  async namespacesWithQuotaAndVms({ signal = defaultSignal() }: ReadOptions = {}): Promise<readonly string[]> {
    const withQuota = await this.#reader.namespacesOf(OBJECT_KINDS.quotas, signal);
    const withVms = await this.#reader.namespacesOf(OBJECT_KINDS.virtualMachineInstances, signal);
    const unreadable = withQuota.unreadable ?? withVms.unreadable;
    if (unreadable !== undefined) throw new UnreadableCluster(unreadable);
    return [...withVms.namespaces].filter((name) => withQuota.namespaces.has(name)).sort();
  }
}

function defaultSignal(): AbortSignal {
  return AbortSignal.timeout(READ_SECONDS * 1000);
}
