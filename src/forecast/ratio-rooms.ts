import type { Known } from './cluster-facts.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { type Prepared, prepare } from './forecast-migrations.ts';
import { boundlessRatio } from './forecast-set.ts';
import { type NamespaceRoom, roomOf } from './room.ts';
import { RoomPods } from './room-pods.ts';
import type { QuietNamespace } from './room-vms.ts';
import { withRatio } from './what-if.ts';

type FoundRoom = Known<{ readonly room: NamespaceRoom }>;

/** The room that namespaces of one cluster need at any ratio. */
export class RatioRooms {
  readonly pods = new RoomPods();
  readonly #clusters = new Map<string, ClusterObjects>();

  /** Unknown where no pod can be made at that ratio. */
  at(quiet: QuietNamespace, ratio: string): FoundRoom {
    const cluster = this.#clusters.get(ratio) ?? withRatio(quiet.prepared.objects.cluster, ratio);
    this.#clusters.set(ratio, cluster);
    return this.#in(quiet, cluster, quiet.prepared);
  }

  /** In the cluster of `changed`, which is of the same namespace: pods that have been rendered for it are not rendered again. */
  as(changed: Prepared, quiet: QuietNamespace): FoundRoom {
    return this.#in(quiet, changed.objects.cluster, changed);
  }

  #in({ prepared, vms }: QuietNamespace, cluster: ClusterObjects, before: Prepared): FoundRoom {
    const { ground } = prepare({ cluster, namespace: prepared.objects.namespace }, before);
    if (ground.kind === 'unknown') return ground;
    return boundlessRatio(ground.cluster) ?? { kind: 'known', room: roomOf(vms, ground, this.pods) };
  }
}
