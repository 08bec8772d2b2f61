import type { ClusterObjects } from '../forecast/cluster-objects.ts';
import { type Prepared, prepare } from '../forecast/forecast-migrations.ts';
import { boundlessRatio } from '../forecast/forecast-set.ts';
import { highest } from '../forecast/highest.ts';
import { isSameKey } from '../forecast/quota-lines.ts';
import { ratioText } from '../forecast/ratio-search.ts';
import { type KeyRoom, roomOf } from '../forecast/room.ts';
import { RoomPods } from '../forecast/room-pods.ts';
import { type QuietNamespace, quietNamespace } from '../forecast/room-vms.ts';
import { withRatio } from '../forecast/what-if.ts';
import type { Quantity } from '../quantity/quantity.ts';
import type { KeyOutlook, NamespaceOutlook } from './report-data.ts';

/** In tenths. Room grows almost in proportion to the ratio, so a few ratios tell the line; more are dear in a large cluster. */
const TRIED_TENTHS = [10, 15, 25, 40, 60, 100] as const;

/** The ratios that are drawn, ascending, with the cluster's own among them where it is one that Harvester accepts. */
export function triedRatios(today: string | undefined): readonly string[] {
  const own = Number(today ?? '1') * 10;
  const isOwn = own >= Math.min(...TRIED_TENTHS) && own <= Math.max(...TRIED_TENTHS);
  const tenths = new Set([...TRIED_TENTHS, ...(isOwn ? [Math.round(own)] : [])]);
  return [...tenths].sort((one, other) => one - other).map(ratioText);
}

type KeyRooms = readonly KeyRoom[];

/** The room that namespaces of one cluster need at several ratios. */
export class RatioRooms {
  readonly #ratios: readonly string[];
  readonly #pods = new RoomPods();
  readonly #clusters = new Map<string, ClusterObjects>();

  constructor(ratios: readonly string[]) {
    this.#ratios = ratios;
  }

  /** Undefined where nobody can say. */
  outlookOf(prepared: Prepared): NamespaceOutlook | undefined {
    const found = quietNamespace(prepared, this.#pods);
    if (found.kind === 'unknown') return undefined;
    const rooms = this.#ratios.map((ratio) => this.#roomsAt(found.quiet, ratio));
    const known = rooms.find((room) => room !== undefined);
    if (known === undefined) return undefined;
    return {
      largestFitting: this.#largestFitting(found.quiet, rooms),
      keys: known.map((key) => keyOutlook(key, rooms)),
      leftOut: found.quiet.unknown.length,
    };
  }

  #roomsAt({ prepared, vms }: QuietNamespace, ratio: string): KeyRooms | undefined {
    const cluster = this.#clusters.get(ratio) ?? withRatio(prepared.objects.cluster, ratio);
    this.#clusters.set(ratio, cluster);
    const { ground } = prepare({ cluster, namespace: prepared.objects.namespace }, prepared);
    if (ground.kind === 'unknown' || boundlessRatio(ground.cluster) !== undefined) return undefined;
    return roomOf(vms, ground, this.#pods).keys;
  }

  /** To a tenth, between the last ratio tried that suffices and the first that does not. */
  #largestFitting(quiet: QuietNamespace, rooms: readonly (KeyRooms | undefined)[]): string | undefined {
    const failing = rooms.findIndex((room) => !isEnough(room));
    if (failing < 1) return failing === 0 ? undefined : this.#ratios.at(-1);
    const bounds = { helps: tenthsOf(this.#ratios[failing - 1]), fails: tenthsOf(this.#ratios[failing]) };
    const share = crossingShare(rooms[failing - 1] ?? [], rooms[failing] ?? []);
    const guess = Math.floor(bounds.helps + (bounds.fails - bounds.helps) * share);
    const found = highest(bounds, [guess, guess + 1], (tenths) => isEnough(this.#roomsAt(quiet, ratioText(tenths))));
    return ratioText(found);
  }
}

function isEnough(rooms: KeyRooms | undefined): boolean {
  return rooms?.every(({ growBy }) => growBy === undefined) ?? false;
}

function tenthsOf(ratio: string | undefined): number {
  return Math.round(Number(ratio) * 10);
}

/** Where between two ratios the first key outgrows its base, were all of them to grow in proportion: a good guess. */
function crossingShare(before: KeyRooms, after: KeyRooms): number {
  const shares = after.flatMap((key) => {
    const known = before.find((one) => isSameKey(one, key));
    if (known === undefined || key.growBy === undefined) return [];
    const [low, high, base] = [known.needed, key.needed, key.base].map(({ nanos }) => Number(nanos)) as [
      number,
      number,
      number,
    ];
    return high > low ? [Math.max(0, (base - low) / (high - low))] : [];
  });
  return Math.min(1, ...shares);
}

function keyOutlook({ quota, resource, base }: KeyRoom, rooms: readonly (KeyRooms | undefined)[]): KeyOutlook {
  return { quota, resource, base, needed: rooms.map((room) => neededOf(room, { quota, resource })) };
}

/** A base that suffices is enough, however the least one would be rounded. */
function neededOf(rooms: KeyRooms | undefined, key: Pick<KeyRoom, 'quota' | 'resource'>): Quantity | undefined {
  const room = rooms?.find((one) => isSameKey(one, key));
  if (room === undefined) return undefined;
  return room.growBy === undefined && room.needed.exceeds(room.base) ? room.base : room.needed;
}
