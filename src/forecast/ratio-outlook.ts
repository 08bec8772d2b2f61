import { type Prepared, prepare } from './forecast-migrations.ts';
import type { KnownGround } from './forecast-set.ts';
import { RatioRooms } from './ratio-rooms.ts';
import { type LargestRatio, RatioSearch, ratioText } from './ratio-search.ts';
import { type KeyRoom, type NamespaceRoom, roomOf } from './room.ts';
import { roomStarts } from './room-starts.ts';
import { HELPED, STEPS, type Step, type Steps } from './room-steps.ts';
import { type QuietNamespace, quietNamespace, type RoomVm } from './room-vms.ts';

/** What becomes of a namespace at another ratio. */
export type RatioOutlook =
  | KnownOutlook
  | { readonly kind: 'unknown'; readonly namespace: string; readonly reason: string };

export interface KnownOutlook {
  readonly kind: 'known';
  readonly namespace: string;
  readonly quotas: readonly KeyRoom[];
  readonly vms: VmsOutlook;
}

/** Running VMs by what becomes of them, by name. */
export interface VmsOutlook {
  readonly total: number;
  /** How many fit at every step. */
  readonly fit: number;
  /** Those for which this step fits today and no longer does then; one can be among several. */
  readonly stops: Readonly<Record<Step, readonly string[]>>;
  /** Those for which some step fits neither today nor then. */
  readonly already: readonly string[];
  /** Those for which some step fits then and does not today. */
  readonly gains: readonly string[];
  /** Those of which nobody can say. */
  readonly unknown: readonly string[];
}

type Chosen = (quiet: QuietNamespace) => QuietNamespace;

/** Looks at one namespace after the other, and finds the largest ratio on the way. */
export class RatioOutlooks {
  readonly #rooms = new RatioRooms();
  readonly #search = new RatioSearch();

  /** The running VMs of a namespace. `changed` is the same at the ratio, and with the quotas, that are tried. */
  look(now: Prepared, changed: Prepared): RatioOutlook {
    return this.#look(now, changed, (quiet) => quiet);
  }

  /** The starts of some of its stopped VMs. */
  lookAtStarts(now: Prepared, changed: Prepared, names: readonly string[]): RatioOutlook {
    return this.#look(now, changed, (quiet) => ({ ...quiet, ...roomStarts(quiet.prepared, names, this.#rooms.pods) }));
  }

  #look(now: Prepared, changed: Prepared, chosen: Chosen): RatioOutlook {
    const namespace = now.objects.namespace.name;
    const today = this.#quiet(now, chosen);
    const then = changed.objects.namespace === now.objects.namespace ? today : this.#quiet(now, chosen, changed);
    const unknown = [today, then].find(({ kind }) => kind === 'unknown');
    if (unknown?.kind === 'unknown') return { kind: 'unknown', namespace, reason: unknown.reason };
    return this.#compared((today as KnownQuiet).quiet, (then as KnownQuiet).quiet, changed);
  }

  #compared({ prepared, vms, unknown }: QuietNamespace, then: QuietNamespace, changed: Prepared): RatioOutlook {
    const namespace = prepared.objects.namespace.name;
    const asked = this.#rooms.as(changed, then);
    if (asked.kind === 'unknown') return { kind: 'unknown', namespace, reason: asked.reason };
    const ground = prepared.ground as KnownGround;
    const before = roomOf(vms, ground, this.#rooms.pods).steps;
    const roomAt = (tenths: number): NamespaceRoom => (this.#rooms.at(then, ratioText(tenths)) as KnownRoom).room;
    this.#search.look({ namespace, vms, today: before, likelyTenths: tenthsOf(ground), roomAt });
    const { keys, steps } = asked.room;
    const total = vms.length + unknown.length;
    return { kind: 'known', namespace, quotas: keys, vms: { ...vmsOutlook(vms, before, steps), total, unknown } };
  }

  get largest(): { readonly keeping: LargestRatio | undefined; readonly all: LargestRatio | undefined } {
    return { keeping: this.#search.keeping, all: this.#search.all };
  }

  /** At the ratio as it is, with the quotas that are tried. */
  #quiet(now: Prepared, chosen: Chosen, { objects: { namespace } }: Prepared = now): FoundQuiet {
    const prepared = namespace === now.objects.namespace ? now : prepare({ ...now.objects, namespace }, now);
    const found = quietNamespace(prepared, this.#rooms.pods);
    return found.kind === 'unknown' ? found : { kind: 'known', quiet: chosen(found.quiet) };
  }
}

type FoundQuiet = ReturnType<typeof quietNamespace>;
type KnownQuiet = Extract<FoundQuiet, { kind: 'known' }>;
/** At the ratios from 1.0 to 10.0 pods can always be made. */
type KnownRoom = Extract<ReturnType<RatioRooms['at']>, { kind: 'known' }>;

function tenthsOf({ cluster }: KnownGround): number {
  const ratio = Number(cluster.configuration.additionalGuestMemoryOverheadRatio || '1');
  return Math.round(ratio * 10);
}

type Names = Omit<VmsOutlook, 'total' | 'unknown'>;

function vmsOutlook(vms: readonly RoomVm[], before: readonly Steps[], after: readonly Steps[]): Names {
  const names = (belongs: (before: Steps, after: Steps) => boolean): string[] =>
    vms.flatMap(({ name }, index) => (belongs(before[index] as Steps, after[index] as Steps) ? [name] : []));
  const stopsAt = (step: Step): string[] => names((one, other) => isDone(one, step) && !isDone(other, step));
  const migrationsStopAt = (step: Step): string[] => (vms[0]?.state === 'stopped' ? [] : stopsAt(step));
  return {
    fit: after.filter(isWhole).length,
    stops: { next: migrationsStopAt('next'), later: migrationsStopAt('later'), restart: stopsAt('restart') },
    already: names((one, other) => ORDER.some((step) => !isDone(one, step) && !isDone(other, step))),
    gains: names((one, other) => isWhole(other) && !isWhole(one)),
  };
}

const ORDER: readonly Step[] = ['next', 'later', 'restart'];

function isWhole(steps: Steps): boolean {
  return ORDER.every((step) => isDone(steps, step));
}

/** With Harvester's compensation where there is one, as a forecast counts it. */
function isDone(steps: Steps, step: Step): boolean {
  return (steps & (STEPS[step] | HELPED[step])) !== 0;
}
