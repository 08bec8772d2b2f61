import type { NamespaceObjects, ReadOptions } from '../forecast/cluster-objects.ts';
import { unknownForecast } from '../forecast/forecast-migrations.ts';
import {
  isRoomForAll,
  isStored,
  ownReservation,
  type ReadLedger,
  type Reservation,
  reservationFor,
  vmisPromised,
} from '../forecast/reservations.ts';
import { unknownBecause } from '../forecast/unknown-reasons.ts';
import { isHopeless } from '../forecast/verdict-of.ts';
import type { MigrationForecast, MigrationRequest } from './forecaster.ts';
import type { LedgerWriter } from './ledger-writer.ts';

/** A forecast with the facts that it stands on. */
export interface Decided {
  readonly forecast: MigrationForecast;
  readonly objects: NamespaceObjects;
}

/** Decides as if the promised migrations, which the API server has not stored yet, were under way. */
export type Decide = (promised: readonly Reservation[], ended?: ReadOptions['ended']) => Promise<Decided>;

/** A forecast, and the reservation that holds its room, if it needs any. */
export interface Promised {
  readonly forecast: MigrationForecast;
  readonly reservation?: Reservation;
}

/** The ledger, as all requests of this process share it. */
export type SharedLedger = Pick<LedgerWriter, 'read' | 'add'>;

export interface Patience {
  /** Ends every reading and writing. */
  readonly signal: AbortSignal;
  /** Whether there is time to look again; each call waits a little first. */
  readonly hasTimeToLookAgain: () => Promise<boolean>;
}

/**
 * Decides about a migration such that no other replica, which may be deciding about another one of the namespace at this
 * moment, promises the same room. Facts are read anew after each conflict. See docs/adr/0007.
 */
export async function decideAmongReplicas(
  asked: MigrationRequest,
  ledger: SharedLedger,
  decide: Decide,
  patience: Patience,
): Promise<Promised> {
  const attempt = new Attempt(asked, ledger, decide, patience);
  for (;;) {
    const promised = await attempt.forecast();
    if (promised !== AGAIN) return promised;
  }
}

const AGAIN = Symbol('somebody else was faster');

class Attempt {
  readonly #asked: MigrationRequest;
  readonly #ledger: SharedLedger;
  readonly #decide: Decide;
  readonly #patience: Patience;
  #ended: ReadOptions['ended'];

  constructor(asked: MigrationRequest, ledger: SharedLedger, decide: Decide, patience: Patience) {
    this.#asked = asked;
    this.#ledger = ledger;
    this.#decide = decide;
    this.#patience = patience;
  }

  async forecast(): Promise<Promised | typeof AGAIN> {
    const { signal } = this.#patience;
    const [ledger, alone] = await Promise.all([this.#ledger.read(signal), this.#decide([], this.#ended)]);
    if (!takesRoom(alone.forecast)) return { forecast: alone.forecast };
    if (ledger.kind === 'unreadable') return { forecast: unpromised(alone.forecast, ledger.why) };
    const own = this.#asked.stage === 'confirm' ? ownReservation(ledger, this.#asked) : undefined;
    const promised = vmisPromised(ledger, this.#asked, own).filter((one) => !isStored(one, alone.objects));
    const forecast = isUnaffected(alone.forecast, promised)
      ? alone.forecast
      : await this.#amongPromised(alone, promised);
    if (forecast === AGAIN) return AGAIN;
    if (own !== undefined) return { forecast, reservation: own };
    // What never gets in takes no room; and were it denied, others would wait for it in vain.
    if (this.#asked.isDryRun || isHopeless(forecast.forecast)) return { forecast };
    return this.#promise(forecast, ledger);
  }

  async #amongPromised(alone: Decided, promised: readonly Reservation[]): Promise<MigrationForecast | typeof AGAIN> {
    if (this.#ended === undefined && promised.some(({ vmi }) => hasUndatedMigration(vmi, alone.objects))) {
      this.#ended = 'dated';
      return AGAIN;
    }
    const among = await this.#decide(promised, this.#ended);
    if (sameVerdict(alone.forecast, among.forecast)) return among.forecast;
    // Most often the other one is stored a few milliseconds later, and then the facts tell.
    return (await this.#patience.hasTimeToLookAgain()) ? AGAIN : undecided(among.forecast, promised);
  }

  async #promise(forecast: MigrationForecast, ledger: ReadLedger): Promise<Promised | typeof AGAIN> {
    const reservation = reservationFor(ledger, this.#asked, forecast.forecast.quotas);
    const written = await this.#ledger.add(reservation, ledger, this.#patience.signal);
    switch (written.kind) {
      case 'written':
        return { forecast, reservation };
      case 'conflict':
        return AGAIN;
      case 'failed':
        return { forecast: unpromised(forecast, written.why) };
      default:
        return written satisfies never;
    }
  }
}

function isUnaffected({ forecast }: MigrationForecast, promised: readonly Reservation[]): boolean {
  if (promised.length === 0) return true;
  return forecast.verdict === 'fits' && !forecast.needsCompensation && isRoomForAll(forecast.quotas, promised);
}

/** It may be the promised one, over already, or an earlier one. */
function hasUndatedMigration(vmi: string, { migrations }: NamespaceObjects): boolean {
  return migrations.items.some(
    ({ spec, metadata }) => spec.vmiName === vmi && typeof metadata.creationTimestamp !== 'string',
  );
}

/** What no quota counts can be had by any number; and what is unknown promises nothing. */
function takesRoom({ forecast }: MigrationForecast): boolean {
  return forecast.quotas.length > 0;
}

function sameVerdict({ forecast: one }: MigrationForecast, { forecast: other }: MigrationForecast): boolean {
  return one.verdict === other.verdict && one.atBest === other.atBest;
}

/** Nobody else knows of it: it may be told what it lacks, or that it waits, but not that the room is its own. */
function unpromised(decided: MigrationForecast, why: string): MigrationForecast {
  if (decided.forecast.verdict !== 'fits') return decided;
  const { namespace, vmi, notes } = decided.forecast;
  const unreserved = unknownBecause('room-not-reserved', `it fits, but the room cannot be reserved for it: ${why}`);
  return { ...decided, forecast: unknownForecast({ namespace, vmi }, unreserved, notes) };
}

/** A reservation may be of a migration that was refused afterwards: it can make one wait, never deny one. */
function undecided(decided: MigrationForecast, promised: readonly Reservation[]): MigrationForecast {
  if (decided.forecast.verdict === 'waits') return decided;
  const { namespace, vmi, notes } = decided.forecast;
  const others = promised.map((one) => one.vmi).join(', ');
  const reason = `it depends on whether the migration of ${others}, which is being created at this moment, comes to be`;
  const why = unknownBecause('race-undecided', reason);
  return { ...decided, forecast: unknownForecast({ namespace, vmi }, why, notes) };
}
