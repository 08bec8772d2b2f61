import type { ClusterObjects } from '../forecast/cluster-objects.ts';
import { type Prepared, prepare } from '../forecast/forecast-migrations.ts';
import { boundlessRatio } from '../forecast/forecast-set.ts';
import { highest } from '../forecast/highest.ts';
import { isSameKey } from '../forecast/quota-lines.ts';
import { ratioText } from '../forecast/ratio-search.ts';
import { type KeyRoom, type NamespaceRoom, roomOf } from '../forecast/room.ts';
import { RoomPods } from '../forecast/room-pods.ts';
import { NO_STEP } from '../forecast/room-steps.ts';
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
      keys: known.keys.map((key) => keyOutlook(key, rooms)),
      leftOut: found.quiet.unknown.length,
    };
  }

  #roomsAt({ prepared, vms }: QuietNamespace, ratio: string): NamespaceRoom | undefined {
    const cluster = this.#clusters.get(ratio) ?? withRatio(prepared.objects.cluster, ratio);
    this.#clusters.set(ratio, cluster);
    const { ground } = prepare({ cluster, namespace: prepared.objects.namespace }, prepared);
    if (ground.kind === 'unknown' || boundlessRatio(ground.cluster) !== undefined) return undefined;
    return roomOf(vms, ground, this.#pods);
  }

  /** To a tenth, between the last ratio tried that suffices and the first that does not. */
  #largestFitting(quiet: QuietNamespace, rooms: readonly (NamespaceRoom | undefined)[]): string | undefined {
    const failing = rooms.findIndex((room) => !isEnough(room));
    if (failing < 1) return failing === 0 ? undefined : this.#ratios.at(-1);
    const bounds = { helps: tenthsOf(this.#ratios[failing - 1]), fails: tenthsOf(this.#ratios[failing]) };
    const [before, after] = rooms.slice(failing - 1, failing + 1).map((room) => room?.keys ?? []);
    const share = crossingShare(before ?? [], after ?? []);
    const guess = Math.floor(bounds.helps + (bounds.fails - bounds.helps) * share);
    const found = highest(bounds, [guess, guess + 1], (tenths) => isEnough(this.#roomsAt(quiet, ratioText(tenths))));
    return ratioText(found);
  }
}

/** A pod that is refused whatever the quota is has no step that fits, and no key that could grow. */
function isEnough(room: NamespaceRoom | undefined): boolean {
  if (room === undefined || room.steps.includes(NO_STEP)) return false;
  return room.keys.every(({ growBy }) => growBy === undefined);
}

function tenthsOf(ratio: string | undefined): number {
  return Math.round(Number(ratio) * 10);
}

/**
 * Where between two ratios the first key outgrows its base, were all of them to grow in proportion: a good guess.
 * Where both amounts are rounded to the same it may be NaN, which only costs a few more tries.
 */
function crossingShare(before: KeyRooms, after: KeyRooms): number {
  const shares = after.flatMap((key) => {
    const known = before.find((one) => isSameKey(one, key));
    if (known === undefined || key.growBy === undefined) return [];
    const [low, high, base] = [known.needed, key.needed, key.base].map(({ nanos }) => Number(nanos)) as [
      number,
      number,
      number,
    ];
    return [Math.max(0, (base - low) / (high - low))];
  });
  return Math.min(1, ...shares);
}

function keyOutlook({ quota, resource, base }: KeyRoom, rooms: readonly (NamespaceRoom | undefined)[]): KeyOutlook {
  return { quota, resource, base, needed: rooms.map((room) => neededOf(room, { quota, resource })) };
}

/** A base that suffices is enough, however the least one would be rounded. */
function neededOf(rooms: NamespaceRoom | undefined, key: Pick<KeyRoom, 'quota' | 'resource'>): Quantity | undefined {
  const room = rooms?.keys.find((one) => isSameKey(one, key));
  if (room === undefined) return undefined;
  return room.growBy === undefined && room.needed.exceeds(room.base) ? room.base : room.needed;
}
