import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isRoomForAll,
  isStored,
  ownReservation,
  type ReadLedger,
  type Reservation,
  reservationFor,
  vmisPromised,
  withoutReservations,
  withPromised,
  withReservation,
} from '../../src/forecast/reservations.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { plainScene, scene } from '../builders/scene.ts';
import { migration, sizedVmi } from '../builders/virtual-machine.ts';

const NOW = Date.parse('2026-11-22T02:43:10Z');

function reservation(vmi: string, secondsAgo = 0, namespace = 'quota-test'): Reservation {
  return { namespace, vmi, atMilliseconds: NOW - secondsAgo * 1000 };
}

function ledgerOf(...reservations: readonly Reservation[]): ReadLedger {
  return { kind: 'read', reservations, nowMilliseconds: NOW, version: undefined };
}

const asked = { namespace: 'quota-test', vmi: 'vm1' };
const names = (reservations: readonly Reservation[]): readonly string[] => reservations.map(({ vmi }) => vmi);

describe('VMIs that were promised room', () => {
  test.each([
    ['are those of the namespace', ledgerOf(reservation('vm2'), reservation('vm3', 0, 'other')), ['vm2']],
    ['are never the asked one itself', ledgerOf(reservation('vm1'), reservation('vm2')), ['vm2']],
    ['are promised for 70 s', ledgerOf(reservation('vm2', 70), reservation('vm3', 70.001)), ['vm2']],
    ['are none of a time to come', ledgerOf(reservation('vm2', -71)), []],
    ['are there though clocks differ by seconds', ledgerOf(reservation('vm2', -5)), ['vm2']],
  ])('%s', (_, ledger, expected) => {
    expect(names(vmisPromised(ledger, asked))).toEqual(expected);
  });

  test('are, for one that has a reservation, those before it', () => {
    const ledger = ledgerOf(reservation('vm2'), reservation('vm1'), reservation('vm3'));
    const own = ownReservation(ledger, asked);
    expect(own).toBe(ledger.reservations[1]);
    expect(names(vmisPromised(ledger, asked, own))).toEqual(['vm2']);
  });
});

describe("the asked migration's own reservation", () => {
  test.each([
    ['is not that of another namespace', ledgerOf(reservation('vm1', 0, 'other'))],
    ['is not that of another VM', ledgerOf(reservation('vm2'))],
    ['is not one that has had its time', ledgerOf(reservation('vm1', 71))],
  ])('%s', (_, ledger) => {
    expect(ownReservation(ledger, asked)).toBeUndefined();
  });
});

describe('a new reservation', () => {
  test('comes last, at the time that the ledger was read', () => {
    expect(withReservation(ledgerOf(reservation('vm2', 3)), reservation('vm1'))).toEqual([
      reservation('vm2', 3),
      reservation('vm1'),
    ]);
  });

  test("takes the place of the same VM's, and those that have had their time go", () => {
    const ledger = ledgerOf(
      reservation('vm1', 9),
      reservation('vm2', 71),
      reservation('vm3', 2),
      reservation('vm4', -99),
    );
    expect(withReservation(ledger, reservation('vm1'))).toEqual([reservation('vm3', 2), reservation('vm1')]);
  });

  test('keeps those of other namespaces, be it for a VM of the same name', () => {
    const ledger = ledgerOf(reservation('vm1', 9, 'other'));
    expect(withReservation(ledger, reservation('vm1'))).toEqual([reservation('vm1', 9, 'other'), reservation('vm1')]);
  });

  test('is written whatever else is there, in no more than an object can hold', () => {
    const many = Array.from({ length: 3000 }, (_, index) => reservation(`busy${index}`));
    const written = withReservation(ledgerOf(...many), reservation('vm1'));
    expect(written).toHaveLength(500);
    expect(written.at(-1)).toEqual(reservation('vm1'));
  });

  test('takes the place of one of the namespace that has most, so that a flood in one is none in another', () => {
    const others = [reservation('vm1', 60, 'quiet'), reservation('vm2', 50, 'calm')];
    const flood = Array.from({ length: 1000 }, (_, index) => reservation(`busy${index}`, 1, 'loud'));
    let ledger = ledgerOf(...others);
    for (const one of flood) ledger = ledgerOf(...withReservation(ledger, one));
    expect(ledger.reservations).toHaveLength(500);
    expect(ledger.reservations).toEqual(expect.arrayContaining(others));
    expect(ledger.reservations.at(-1)).toEqual(flood.at(-1));
    expect(withReservation(ledger, reservation('vm3', 0, 'late'))).toEqual(
      expect.arrayContaining([...others, reservation('vm3', 0, 'late')]),
    );
  });

  test('is found again, and nobody else loses a live one', () => {
    const one = fc.record({
      namespace: fc.constantFrom('quota-test', 'other'),
      vmi: fc.constantFrom('vm1', 'vm2', 'vm3'),
      atMilliseconds: fc.integer({ min: NOW - 90_000, max: NOW + 90_000 }),
    });
    fc.assert(
      fc.property(fc.array(one), (reservations) => {
        const ledger = ledgerOf(...reservations);
        const after = { ...ledger, reservations: withReservation(ledger, reservation('vm1')) };
        expect(ownReservation(after, asked)).toEqual(reservation('vm1'));
        expect(vmisPromised(after, asked)).toEqual(vmisPromised(ledger, asked));
        const elsewhere = { namespace: 'other', vmi: 'vm1' };
        expect(vmisPromised(after, elsewhere)).toEqual(vmisPromised(ledger, elsewhere));
      }),
    );
  });
});

describe('a promised migration', () => {
  const stored = (creationTimestamp: string, vmi = 'vm1') =>
    scene()
      .with(migration(vmi, { metadata: { creationTimestamp } }))
      .objects().namespace;

  test.each([
    ['was made in the same second', '2026-11-22T02:43:10Z', true],
    ['was made later', '2026-11-22T02:44:00Z', true],
    ["was made a second before, by another API server's clock", '2026-11-22T02:43:09Z', true],
    ['is an earlier one of the same VM', '2026-11-22T02:43:08Z', false],
    ['says nothing of its time', '', false],
  ])('is stored where the one that is there %s', (_, creationTimestamp, expected) => {
    expect(isStored(reservation('vm1'), stored(creationTimestamp))).toBe(expected);
  });

  test('is not stored where only one of another VM is there', () => {
    expect(isStored(reservation('vm1'), stored('2026-11-22T02:43:10Z', 'vm2'))).toBe(false);
  });

  test('is forecast as one that is pending', () => {
    const two = scene({ base: { 'limits.cpu': '9', 'limits.memory': '14500Mi' } }).started(
      sizedVmi('vm2', { cpu: 2, memoryMi: 4096 }),
    );
    const { namespace } = two.objects();
    const { migrations } = withPromised(namespace, [reservation('vm2')]);
    expect(migrations.items).toEqual([
      expect.objectContaining({
        metadata: expect.objectContaining({
          name: 'being-created-for-vm2',
          namespace: 'quota-test',
          creationTimestamp: '2026-11-22T02:43:10.000Z',
        }),
        spec: expect.objectContaining({ vmiName: 'vm2' }),
        status: expect.objectContaining({ phase: 'Pending' }),
      }),
    ]);
    expect(namespace.migrations.items).toEqual([]);
  });

  test('of nobody leaves the very same facts', () => {
    const { namespace } = scene().objects();
    expect(withPromised(namespace, [])).toBe(namespace);
  });
});

describe('room for all', () => {
  const need = (pods: bigint, quota = 'team-quota', resource = 'pods'): Reservation => {
    return { ...reservation('vm2'), needs: [{ quota, resource, amount: Quantity.of(pods) }] };
  };
  /** One pod is used, one is asked for, and one more would fit. */
  const { quotas: lines } = plainScene({ pods: '3' }).forecast();

  test.each([
    ['nobody was promised any', [], true],
    ['what was promised fits beside it', [need(1n)], true],
    ['what was promised does not fit beside it', [need(2n)], false],
    ['several were promised more than fits', [need(1n), need(1n)], false],
    ['another quota has what was promised', [need(9n, 'other')], true],
    ['another resource was promised', [need(9n, 'team-quota', 'limits.cpu')], true],
    ['nobody knows how much was promised', [reservation('vm2')], false],
  ])('is there or not: %s', (_, promised, expected) => {
    expect(isRoomForAll(lines, promised)).toBe(expected);
  });

  test('is told of by what a reservation holds: each key that counts the target pod', () => {
    expect(reservationFor(ledgerOf(), asked, lines)).toEqual({ ...need(1n), vmi: 'vm1' });
  });
});

test('reservations that are done with are taken out, and newer ones of the same VM stay', () => {
  const ledger = ledgerOf(reservation('vm1', 5), reservation('vm2'), reservation('vm1', 0, 'other'));
  expect(withoutReservations(ledger, [reservation('vm1', 5)])).toEqual(ledger.reservations.slice(1));
  expect(withoutReservations(ledger, [reservation('vm1', 9)])).toEqual(ledger.reservations);
});
