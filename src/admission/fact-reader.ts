import type { Cluster, ClusterObjects, Extent, NamespaceObjects, ReadOptions } from '../forecast/cluster-objects.ts';
import type { Forecast } from '../forecast/forecast.ts';
import { type Prepared, prepare } from '../forecast/forecast-migrations.ts';
import { type Reservation, withPromised } from '../forecast/reservations.ts';
import { DescribedPods } from './described-pods.ts';

/** What a namespace was prepared to, with the forecasts that have been made on it, by VMI, and its launcher pods. */
export interface Gathered {
  readonly prepared: Prepared;
  readonly forecasts: Map<string, Forecast>;
  readonly pods: DescribedPods;
}

/**
 * Reads the facts anew for every request. Only a snapshot hands out the very same objects again; what was made of them
 * is then used again too, for from the same facts comes the same answer, and is forgotten together with them.
 */
export class FactReader {
  readonly #cluster: Cluster;
  readonly #known = new WeakMap<NamespaceObjects, Gathered>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Where facts stand still and have been read. */
  inMemory(name: string): Gathered | undefined {
    const read = this.#cluster.inMemory?.(name);
    return read && this.#prepared(read.clusterObjects, read.namespaceObjects);
  }

  async gather(
    name: string,
    extent: Extent,
    options: ReadOptions,
    promised: readonly Reservation[] = [],
  ): Promise<Gathered> {
    const [clusterObjects, stored] = await Promise.all([
      this.#cluster.clusterObjects(options),
      this.#cluster.namespaceObjects(name, extent, options),
    ]);
    return this.#prepared(clusterObjects, withPromised(stored, promised));
  }

  #prepared(clusterObjects: ClusterObjects, namespace: NamespaceObjects): Gathered {
    const before = this.#known.get(namespace);
    if (before?.prepared.objects.cluster === clusterObjects) return before;
    const prepared = prepare({ cluster: clusterObjects, namespace });
    const gathered = { prepared, forecasts: new Map(), pods: new DescribedPods(prepared) };
    this.#known.set(namespace, gathered);
    return gathered;
  }
}
