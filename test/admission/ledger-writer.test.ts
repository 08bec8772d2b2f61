import { describe, expect, test } from '@jest/globals';
import { LedgerWriter } from '../../src/admission/ledger-writer.ts';
import type { ReadLedger, Reservation, Reservations, Written } from '../../src/forecast/reservations.ts';

const NOW = 1_000_000;
const { signal } = new AbortController();

function reservation(namespace: string, vmi: string): Reservation {
  return { namespace, vmi, atMilliseconds: NOW };
}

/** A ledger that other processes write too, at the moments given. */
class Store implements Reservations {
  reservations: readonly Reservation[] = [];
  reads = 0;
  writes = 0;
  version = 0;
  isReadable = true;
  betweenReadAndWrite: (() => void)[] = [];

  async read(): ReturnType<Reservations['read']> {
    this.reads += 1;
    return this.isReadable ? this.now() : { kind: 'unreadable', why: 'it is locked' };
  }

  now(): ReadLedger {
    return { kind: 'read', reservations: this.reservations, nowMilliseconds: NOW, version: this.version };
  }

  async write(ledger: ReadLedger, reservations: readonly Reservation[]): Promise<Written> {
    this.betweenReadAndWrite.shift()?.();
    if (ledger.version !== this.version) return { kind: 'conflict' };
    this.writes += 1;
    this.othersWrite(...reservations);
    return { kind: 'written' };
  }

  othersWrite(...reservations: readonly Reservation[]): void {
    this.reservations = reservations;
    this.version += 1;
  }
}

function writerOf(store: Store): LedgerWriter {
  return new LedgerWriter({ reservations: store, random: () => 0, pause: async () => {} });
}

describe('reservations of many namespaces that come at once', () => {
  test('are written together, those that have come while one was being written', async () => {
    const store = new Store();
    const writer = writerOf(store);
    const names = Array.from({ length: 50 }, (_, index) => `team-${index}`);
    const basis = store.now();
    const written = await Promise.all(names.map((name) => writer.add(reservation(name, 'vm1'), basis, signal)));
    expect(new Set(written.map(({ kind }) => kind))).toEqual(new Set(['written']));
    expect(store.reservations.map(({ namespace }) => namespace)).toEqual(names);
    expect(store.writes).toBe(2);
  });
});

describe('what others have written since a decision', () => {
  test('is no conflict in another namespace, and is kept', async () => {
    const store = new Store();
    const basis = store.now();
    store.othersWrite(reservation('other', 'vm9'));
    expect(await writerOf(store).add(reservation('team', 'vm1'), basis, signal)).toEqual({ kind: 'written' });
    expect(store.reservations.map(({ vmi }) => vmi)).toEqual(['vm9', 'vm1']);
  });

  test('is a conflict in the same namespace, and nothing is written', async () => {
    const store = new Store();
    const basis = store.now();
    store.othersWrite(reservation('team', 'vm9'));
    expect(await writerOf(store).add(reservation('team', 'vm1'), basis, signal)).toEqual({ kind: 'conflict' });
    expect(store.reservations).toEqual([reservation('team', 'vm9')]);
  });

  test('is found even if it comes between reading and writing', async () => {
    const store = new Store();
    store.betweenReadAndWrite = [() => store.othersWrite(reservation('team', 'vm9'))];
    expect(await writerOf(store).add(reservation('team', 'vm1'), store.now(), signal)).toEqual({ kind: 'conflict' });
    store.betweenReadAndWrite = [() => store.othersWrite(reservation('other', 'vm9'))];
    expect(await writerOf(store).add(reservation('team', 'vm1'), store.now(), signal)).toEqual({ kind: 'written' });
  });

  test('is no conflict where a reservation has only gone', async () => {
    const store = new Store();
    store.othersWrite(reservation('team', 'vm9'));
    const basis = store.now();
    store.othersWrite();
    expect(await writerOf(store).add(reservation('team', 'vm1'), basis, signal)).toEqual({ kind: 'written' });
  });

  test('is a conflict among the requests of one process too', async () => {
    const store = new Store();
    const writer = writerOf(store);
    const basis = store.now();
    const both = ['vm1', 'vm2'].map((vmi) => writer.add(reservation('team', vmi), basis, signal));
    expect(await Promise.all(both)).toEqual([{ kind: 'written' }, { kind: 'conflict' }]);
  });
});

describe('a ledger that was read through the writer', () => {
  test('is written on without being read again', async () => {
    const store = new Store();
    const writer = writerOf(store);
    const basis = (await writer.read(signal)) as ReadLedger;
    expect(await writer.add(reservation('team', 'vm1'), basis, signal)).toEqual({ kind: 'written' });
    expect(store).toMatchObject({ reads: 1, writes: 1 });
  });

  test('is read anew once this process has written', async () => {
    const store = new Store();
    const writer = writerOf(store);
    const basis = (await writer.read(signal)) as ReadLedger;
    await writer.add(reservation('team', 'vm1'), basis, signal);
    await writer.add(reservation('other', 'vm2'), basis, signal);
    expect(store).toMatchObject({ reads: 2, writes: 2 });
    expect(store.reservations.map(({ vmi }) => vmi)).toEqual(['vm1', 'vm2']);
  });

  test('is read anew, at once, where another process has written since', async () => {
    const store = new Store();
    const pauses: number[] = [];
    const pause = async (milliseconds: number) => {
      pauses.push(milliseconds);
    };
    const writer = new LedgerWriter({ reservations: store, random: () => 0, pause });
    const basis = (await writer.read(signal)) as ReadLedger;
    store.othersWrite(reservation('team', 'vm9'));
    expect(await writer.add(reservation('other', 'vm1'), basis, signal)).toEqual({ kind: 'written' });
    store.othersWrite(reservation('team', 'vm9'));
    expect(await writer.add(reservation('team', 'vm1'), basis, signal)).toEqual({ kind: 'conflict' });
    expect(pauses).toEqual([]);
  });

  test('is read anew for what is taken out, which may have been written after it', async () => {
    const store = new Store();
    const writer = writerOf(store);
    await writer.read(signal);
    store.othersWrite(reservation('team', 'vm1'));
    writer.remove([reservation('team', 'vm1')]);
    await new Promise(setImmediate);
    expect(store.reservations).toEqual([]);
  });

  test('is not written on where it may have been read before a write that was under way', async () => {
    const store = new Store();
    const writer = writerOf(store);
    const basis = store.now();
    const [read] = await Promise.all([writer.read(signal), writer.add(reservation('team', 'vm1'), basis, signal)]);
    expect(await writer.add(reservation('other', 'vm2'), read as ReadLedger, signal)).toEqual({ kind: 'written' });
    expect(store).toMatchObject({ reads: 3, writes: 2 });
  });
});

describe('what cannot be written', () => {
  test('is said with its reason where the ledger cannot be read', async () => {
    const store = new Store();
    store.isReadable = false;
    const written = await writerOf(store).add(reservation('team', 'vm1'), store.now(), signal);
    expect(written).toEqual({ kind: 'failed', why: 'it is locked' });
  });

  test('is not written any more for a request that has been answered', async () => {
    const store = new Store();
    const late = AbortSignal.abort();
    expect(await writerOf(store).add(reservation('team', 'vm1'), store.now(), late)).toMatchObject({ kind: 'failed' });
    expect(store.writes).toBe(0);
  });
});

describe('reservations that are taken out', () => {
  test('go with the next ones that come, and those of others stay', async () => {
    const store = new Store();
    store.othersWrite(reservation('team', 'vm1'), reservation('team', 'vm2'));
    const writer = writerOf(store);
    const basis = store.now();
    writer.remove([reservation('team', 'vm1')]);
    await writer.add(reservation('team', 'vm3'), basis, signal);
    expect(store.reservations.map(({ vmi }) => vmi)).toEqual(['vm2', 'vm3']);
  });

  test('cost no write where they have gone already', async () => {
    const store = new Store();
    writerOf(store).remove([reservation('team', 'vm1')]);
    await new Promise(setImmediate);
    expect(store).toMatchObject({ reads: 1, writes: 0 });
  });
});
