import { LedgerWriter } from '../../src/admission/ledger-writer.ts';
import type { Reservations } from '../../src/forecast/reservations.ts';

/** A ledger as one process has it, which never waits before it tries again. */
export function sharedLedger(reservations: Reservations): LedgerWriter {
  return new LedgerWriter({ reservations, random: () => 0, pause: async () => {} });
}
