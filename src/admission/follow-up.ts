import type { Reservation } from '../forecast/reservations.ts';
import type { LedgerWriter } from './ledger-writer.ts';

/**
 * After the validating webhook's answer. A migration is stored within milliseconds, unless another validating webhook takes
 * its time: 30 s is the longest that Kubernetes allows.
 */
const LOOKS_MILLISECONDS = [20, 1000, 10_000, 35_000] as const;
/** Those that have come to their end meanwhile are taken out by one write. */
const GATHER_MILLISECONDS = 1000;
const CALL_MILLISECONDS = 5000;

export interface FollowUpParts {
  readonly writer: Pick<LedgerWriter, 'remove'>;
  /** Undefined where that cannot be read. */
  readonly hasMigration: (namespace: string, name: string, signal: AbortSignal) => Promise<boolean | undefined>;
  /**
   * Decisions read migrations and reservations in no order, within this time. A reservation stays as long beside its stored
   * migration, so that each decision sees one of the two.
   */
  readonly longestReadingMilliseconds: number;
  /** Told of what could not be looked for. */
  readonly reportUnread: (namespace: string, migrationName: string) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Calls the task later, without keeping the process alive for it. */
  readonly after: (milliseconds: number, task: () => void) => void;
}

interface Followed {
  readonly reservation: Reservation;
  readonly migrationName: string;
  readonly since: number;
}

/**
 * Takes reservations out of the ledger once their migrations are stored, or will not be any more: what has been refused by
 * another webhook, or deleted again, must not hold its room for the minute that a reservation lives by itself.
 */
export class FollowUp {
  readonly #parts: FollowUpParts;
  #done: Reservation[] = [];

  constructor(parts: FollowUpParts) {
    this.#parts = parts;
  }

  follow(reservation: Reservation, migrationName: string): void {
    this.#lookLater({ reservation, migrationName, since: this.#parts.now() }, 0);
  }

  #lookLater(followed: Followed, look: number): void {
    const due = LOOKS_MILLISECONDS[look];
    if (due === undefined) return;
    const passed = this.#parts.now() - followed.since;
    this.#parts.after(Math.max(0, due - passed), () => void this.#look(followed, look));
  }

  async #look(followed: Followed, look: number): Promise<void> {
    const { reservation, migrationName } = followed;
    const signal = AbortSignal.timeout(CALL_MILLISECONDS);
    const isThere = await this.#parts.hasMigration(reservation.namespace, migrationName, signal);
    if (isThere === undefined) this.#parts.reportUnread(reservation.namespace, migrationName);
    const isLast = look === LOOKS_MILLISECONDS.length - 1;
    if (isThere === true || (isThere === false && isLast)) this.#removeLater(followed);
    // What is not known at the last look goes by itself when its time is over.
    else this.#lookLater(followed, look + 1);
  }

  #removeLater({ reservation, since }: Followed): void {
    const { now, after, longestReadingMilliseconds } = this.#parts;
    const left = Math.max(0, longestReadingMilliseconds - (now() - since));
    after(left, () => this.#removeSoon([reservation]));
  }

  #removeSoon(done: readonly Reservation[]): void {
    const isDue = this.#done.length > 0;
    this.#done.push(...done);
    if (!isDue) this.#parts.after(GATHER_MILLISECONDS, () => this.#remove());
  }

  #remove(): void {
    const done = this.#done;
    this.#done = [];
    this.#parts.writer.remove(done);
  }
}
