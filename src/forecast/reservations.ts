import { migrationShape, type VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { NamespaceObjects } from './cluster-objects.ts';
import type { QuotaLine } from './forecast.ts';

/** Room that a migration was told it has, though the API server has not stored it yet. */
export interface Reservation {
  readonly namespace: string;
  readonly vmi: string;
  /** By the API server's clock, in milliseconds, so that the replicas' clocks need not agree. */
  readonly atMilliseconds: number;
  /** What the target pod is charged, at each key of each quota that counts it; unknown of what others have written. */
  readonly needs?: readonly QuotaNeed[];
}

export interface QuotaNeed {
  readonly quota: string;
  readonly resource: string;
  readonly amount: Quantity;
}

/** Whom room is asked for. */
export type Asker = Pick<Reservation, 'namespace' | 'vmi'>;

/** Every reservation of the cluster, oldest first, as one object holds them. */
export type Ledger =
  | {
      readonly kind: 'read';
      readonly reservations: readonly Reservation[];
      /** When it was read, by the API server's clock. */
      readonly nowMilliseconds: number;
      /** What the store needs to tell whether somebody else has written since. */
      readonly version: unknown;
    }
  | { readonly kind: 'unreadable'; readonly why: string };
export type ReadLedger = Extract<Ledger, { kind: 'read' }>;

export type Written =
  | { readonly kind: 'written' }
  /** Somebody else has written since it was read. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'failed'; readonly why: string };

/** The port: the one thing that replicas share. Written by compare-and-swap, so that no two of them can miss each other. */
export interface Reservations {
  read(signal: AbortSignal): Promise<Ledger>;
  /** Writes the whole ledger, if it is still as `ledger` was read. */
  write(ledger: ReadLedger, reservations: readonly Reservation[], signal: AbortSignal): Promise<Written>;
}

/**
 * After this a request is either stored or refused: kube-apiserver gives up on one after a minute (--request-timeout).
 * A reservation must not go before: then neither it nor the migration would be seen.
 */
const LIFE_MILLISECONDS = 70_000;
/** The API server tells creation times, as the time of its answers, to the second. */
const CLOCK_STEP_MILLISECONDS = 1000;
/** An object holds a megabyte. Long before that something else is wrong. */
const MOST_RESERVATIONS = 500;

function isLive({ atMilliseconds }: Reservation, { nowMilliseconds }: ReadLedger): boolean {
  return Math.abs(nowMilliseconds - atMilliseconds) <= LIFE_MILLISECONDS;
}

/** The reservation of an asked migration, where one has been made for it in this minute. */
export function ownReservation(ledger: ReadLedger, asked: Asker): Reservation | undefined {
  return ledger.reservations.find((one) => isLive(one, ledger) && isFor(one, asked));
}

function isFor(one: Reservation, { namespace, vmi }: Asker): boolean {
  return one.namespace === namespace && one.vmi === vmi;
}

/** VMIs of the namespace that were promised room before the asked one; all that were, where it has no reservation. */
export function vmisPromised(ledger: ReadLedger, asked: Asker, own?: Reservation): readonly Reservation[] {
  const before =
    own === undefined ? ledger.reservations : ledger.reservations.slice(0, ledger.reservations.indexOf(own));
  return before.filter((one) => one.namespace === asked.namespace && one.vmi !== asked.vmi && isLive(one, ledger));
}

/** Whether the API server has stored the migration since, so that the facts themselves tell of it. */
export function isStored(
  { vmi, atMilliseconds }: Reservation,
  { migrations }: Pick<NamespaceObjects, 'migrations'>,
): boolean {
  return migrations.items.some(({ spec, metadata }) => {
    const created = Date.parse(metadata.creationTimestamp ?? '');
    return spec.vmiName === vmi && created >= atMilliseconds - CLOCK_STEP_MILLISECONDS;
  });
}

/** A reservation for the room that a forecast says its target pod takes. */
export function reservationFor(
  ledger: ReadLedger,
  { namespace, vmi }: Asker,
  lines: readonly QuotaLine[],
): Reservation {
  const needs = lines.map(({ quota, resource, requested }) => ({ quota, resource, amount: requested }));
  return { namespace, vmi, atMilliseconds: ledger.nowMilliseconds, needs };
}

/** The ledger with a new reservation at its end, and without those that have had their time. */
export function withReservation(ledger: ReadLedger, reservation: Reservation): readonly Reservation[] {
  const kept = ledger.reservations.filter((one) => isLive(one, ledger) && !isFor(one, reservation));
  return withoutSurplus([...kept, reservation]);
}

/** Who has most gives way: one namespace's flood of migrations must not wash away the room of another's. */
function withoutSurplus(reservations: readonly Reservation[]): readonly Reservation[] {
  // Only somebody else has written more than one too many.
  let kept = reservations.slice(-2 * MOST_RESERVATIONS);
  while (kept.length > MOST_RESERVATIONS) {
    const groups = [...Map.groupBy(kept, ({ namespace }) => namespace).values()];
    const [oldest] = groups.reduce((most, group) => (group.length > most.length ? group : most), []);
    kept = kept.filter((one) => one !== oldest);
  }
  return kept;
}

/** The ledger without reservations whose migrations are stored or refused. Newer ones of the same VMIs stay. */
export function withoutReservations(ledger: ReadLedger, done: readonly Reservation[]): readonly Reservation[] {
  return ledger.reservations.filter(
    (one) => !done.some((other) => isFor(one, other) && one.atMilliseconds === other.atMilliseconds),
  );
}

/**
 * Whether a migration fits beside all the promised ones, whoever comes first and though none of them lends any scale-up.
 * `lines` are those of a migration that fits by itself.
 */
export function isRoomForAll(lines: readonly QuotaLine[], promised: readonly Reservation[]): boolean {
  if (promised.some(({ needs }) => needs === undefined)) return false;
  const needs = promised.flatMap((one) => one.needs ?? []);
  return lines.every(({ quota, resource, used, requested, hardAfterScaleUp }) => {
    const taken = needs.filter((need) => need.quota === quota && need.resource === resource);
    const sum = Quantity.sum([used, requested, ...taken.map(({ amount }) => amount)]);
    return sum.compare(hardAfterScaleUp) <= 0;
  });
}

/** The facts as they will be when the promised migrations have been stored. */
export function withPromised(objects: NamespaceObjects, promised: readonly Reservation[]): NamespaceObjects {
  if (promised.length === 0) return objects;
  const { migrations } = objects;
  const items = [...migrations.items, ...promised.map((one) => promisedMigration(one))];
  return { ...objects, migrations: { ...migrations, items } };
}

const PROMISED = 'being-created-for-';

/** Whether a migration is one that was only promised room: the API server has not stored it, nor given it a uid. */
export function isPromised({ metadata, spec, status }: VirtualMachineInstanceMigration): boolean {
  return metadata.uid === undefined && status?.phase === 'Pending' && metadata.name === `${PROMISED}${spec.vmiName}`;
}

function promisedMigration({ namespace, vmi, atMilliseconds }: Reservation): VirtualMachineInstanceMigration {
  const creationTimestamp = new Date(atMilliseconds).toISOString();
  return migrationShape.parse({
    metadata: { name: `${PROMISED}${vmi}`, namespace, creationTimestamp },
    spec: { vmiName: vmi },
    status: { phase: 'Pending' },
  });
}
