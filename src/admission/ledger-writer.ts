import {
  type Ledger,
  type ReadLedger,
  type Reservation,
  type Reservations,
  type Written,
  withoutReservations,
  withReservation,
} from '../forecast/reservations.ts';

/** Replicas that have met once shall not meet again and again: each waits up to this, by chance. */
const LONGEST_BACK_OFF_MILLISECONDS = 20;
const CALL_MILLISECONDS = 3000;

export interface WriterParts {
  readonly reservations: Reservations;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
}

interface Waiting {
  readonly reservation: Reservation;
  /** What the decision has reckoned with. */
  readonly basis: ReadLedger;
  readonly signal: AbortSignal;
  readonly settle: (written: Written) => void;
}

/**
 * The ledger for all requests of a process; those that wait are written by one write. What others have written since a
 * decision is a conflict for it only if they were promised room in its own namespace.
 */
export class LedgerWriter {
  readonly #parts: WriterParts;
  #waiting: Waiting[] = [];
  #leaving: Reservation[] = [];
  #isWriting = false;
  /** As it was last read, if this process has not written since: most often nobody has, and it can be written on. */
  #current: ReadLedger | undefined;
  #writes = 0;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  async read(signal: AbortSignal): Promise<Ledger> {
    const writesBefore = this.#writes;
    const ledger = await this.#parts.reservations.read(signal);
    if (ledger.kind === 'read' && this.#writes === writesBefore) this.#current = ledger;
    return ledger;
  }

  /** Writes a reservation, if nobody else has been promised room in its namespace since `basis` was read. */
  add(reservation: Reservation, basis: ReadLedger, signal: AbortSignal): Promise<Written> {
    return new Promise((settle) => {
      this.#waiting.push({ reservation, basis, signal, settle });
      void this.#write();
    });
  }

  /** Takes reservations out, some time. What cannot be taken out goes by itself when its time is over. */
  remove(reservations: readonly Reservation[]): void {
    this.#leaving.push(...reservations);
    void this.#write();
  }

  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#waiting.length + this.#leaving.length > 0) {
      // What is to be taken out may have been written after the ledger was read.
      const current = this.#leaving.length === 0 ? this.#current : undefined;
      const isOver = await this.#writeOnce(current, AbortSignal.timeout(CALL_MILLISECONDS));
      // What met others as it was read before is first read anew.
      if (!isOver && current === undefined)
        await this.#parts.pause(this.#parts.random() * LONGEST_BACK_OFF_MILLISECONDS);
    }
    this.#isWriting = false;
  }

  /** False after a conflict with another process; those that wait then go on waiting. */
  async #writeOnce(current: ReadLedger | undefined, signal: AbortSignal): Promise<boolean> {
    const waiting = this.#takeWaiting();
    const leaving = this.#leaving;
    this.#leaving = [];
    const ledger = current ?? (await this.#parts.reservations.read(signal));
    if (ledger.kind === 'unreadable') {
      for (const { settle } of waiting) settle({ kind: 'failed', why: ledger.why });
      return true;
    }
    const { added, reservations } = joined(ledger, waiting, leaving);
    if (added.length === 0 && reservations.length === ledger.reservations.length) return true;
    const written = await this.#parts.reservations.write(ledger, reservations, signal);
    this.#writes += 1;
    this.#current = undefined;
    if (written.kind !== 'conflict') {
      for (const { settle } of added) settle(written);
      return true;
    }
    this.#waiting.unshift(...added);
    this.#leaving.unshift(...leaving);
    return false;
  }

  /** Whose time is over has been answered: a reservation for it would hold room for nobody. */
  #takeWaiting(): readonly Waiting[] {
    const [late, waiting] = [true, false].map((isLate) =>
      this.#waiting.filter(({ signal }) => signal.aborted === isLate),
    ) as [Waiting[], Waiting[]];
    this.#waiting = [];
    for (const { settle } of late) settle({ kind: 'failed', why: 'there was no time left to write it' });
    return waiting;
  }
}

/** The ledger as it is to be. Those who have met a conflict in their own namespace are told so. */
function joined(ledger: ReadLedger, waiting: readonly Waiting[], leaving: readonly Reservation[]) {
  const added: Waiting[] = [];
  let current: ReadLedger = { ...ledger, reservations: withoutReservations(ledger, leaving) };
  for (const one of waiting) {
    if (hasNews(current, one)) {
      one.settle({ kind: 'conflict' });
      continue;
    }
    current = { ...current, reservations: withReservation(current, one.reservation) };
    added.push(one);
  }
  return { added, reservations: current.reservations };
}

function hasNews({ reservations }: ReadLedger, { reservation, basis }: Waiting): boolean {
  const isKnown = (one: Reservation): boolean =>
    basis.reservations.some(
      ({ namespace, vmi, atMilliseconds }) =>
        namespace === one.namespace && vmi === one.vmi && atMilliseconds === one.atMilliseconds,
    );
  return reservations.some(
    (one) => one.namespace === reservation.namespace && one.vmi !== reservation.vmi && !isKnown(one),
  );
}
