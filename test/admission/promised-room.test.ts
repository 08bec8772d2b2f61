import { describe, expect, test } from '@jest/globals';
import type { MigrationRequest } from '../../src/admission/forecaster.ts';
import { type Decide, decideAmongReplicas, type Patience } from '../../src/admission/promised-room.ts';
import type { Forecast, Verdict } from '../../src/forecast/forecast.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { type Reservation, type Reservations, withPromised } from '../../src/forecast/reservations.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { emptyScene, plainScene, type Scene } from '../builders/scene.ts';
import { migration, sizedVmi } from '../builders/virtual-machine.ts';
import { sharedLedger } from './shared-ledger.ts';

const NOW = Date.parse('2026-11-22T02:43:10Z');
const asked: MigrationRequest = { namespace: 'quota-test', vmi: 'vm1', isDryRun: false, stage: 'promise' };
const small = { cpu: 1, memoryMi: 1024 };
/** Room for the target pod of one of two VMs. */
const ONE_FITS = plainScene({ pods: '3' }).started(sizedVmi('vm2', small));
const BOTH_FIT = plainScene({ pods: '4' }).started(sizedVmi('vm2', small));
const NONE_FITS = plainScene({ pods: '1' });

function reservation(vmi: string, pods?: number): Reservation {
  const need = { quota: 'team-quota', resource: 'pods', amount: Quantity.of(BigInt(pods ?? 0)) };
  return { namespace: 'quota-test', vmi, atMilliseconds: NOW, ...(pods !== undefined && { needs: [need] }) };
}

/** Compare-and-swap over one list; counts what is written. */
class MemoryStore implements Reservations {
  reservations: readonly Reservation[];
  readonly writes: (readonly Reservation[])[] = [];
  /** What fails, or happens, at the next calls. */
  reading: 'as it is' | 'fails' = 'as it is';
  readonly writing: ('fails' | 'somebody is promised room')[] = [];
  #version = 0;

  constructor(...reservations: readonly Reservation[]) {
    this.reservations = reservations;
  }

  names(): readonly string[] {
    return this.reservations.map(({ vmi }) => vmi);
  }

  async read(): ReturnType<Reservations['read']> {
    if (this.reading === 'fails') return { kind: 'unreadable', why: 'the store is away' };
    return { kind: 'read', reservations: this.reservations, nowMilliseconds: NOW, version: this.#version };
  }

  async write(...[ledger, reservations]: Parameters<Reservations['write']>): ReturnType<Reservations['write']> {
    this.writes.push(reservations);
    const outcome = this.writing.shift();
    if (outcome === 'fails') return { kind: 'failed', why: 'the store is away' };
    if (outcome === 'somebody is promised room') {
      this.reservations = [...this.reservations, reservation(`vm-${this.#version}`, 0)];
      this.#version += 1;
    }
    if (ledger.version !== this.#version) return { kind: 'conflict' };
    this.#version += 1;
    this.reservations = reservations;
    return { kind: 'written' };
  }
}

/** Decides on a scene, which may be another one each time that it is looked at; the last one stays. */
function decideOn(...scenes: readonly Scene[]) {
  const looks: (readonly string[])[] = [];
  const decide: Decide = async (promised) => {
    const { cluster, namespace } = (scenes[looks.length] ?? (scenes.at(-1) as Scene)).objects();
    looks.push(promised.map(({ vmi }) => vmi));
    const objects = withPromised(namespace, promised);
    return {
      forecast: { forecast: forecastMigration(prepare({ cluster, namespace: objects }), 'vm1'), denialPins: false },
      objects,
    };
  };
  return { looks, decide };
}

/** The scene as it is read at first: without the times of the migrations that are over. */
function undatedAtFirst(scene: Scene) {
  const { looks, decide } = decideOn(scene);
  const dates: ('dated' | undefined)[] = [];
  const decideUndated: Decide = async (promised, ended) => {
    dates.push(ended);
    const decided = await decide(promised);
    if (ended === 'dated') return decided;
    const { migrations } = decided.objects;
    const items = migrations.items.map(({ metadata: { creationTimestamp, ...metadata }, ...one }) =>
      one.status?.phase === 'Failed' ? { ...one, metadata } : { ...one, metadata: { ...metadata, creationTimestamp } },
    );
    return { ...decided, objects: { ...decided.objects, migrations: { ...migrations, items } } };
  };
  return { looks, dates, decide: decideUndated };
}

function patience(looks: number): Patience {
  let left = looks;
  return {
    signal: new AbortController().signal,
    hasTimeToLookAgain: async () => {
      left -= 1;
      return left >= 0;
    },
  };
}

async function forecastOf(
  request: MigrationRequest,
  store: Reservations,
  decide: Decide,
  looks = 0,
): Promise<Forecast> {
  return (await decideAmongReplicas(request, sharedLedger(store), decide, patience(looks))).forecast.forecast;
}

describe('a migration that fits', () => {
  test('is promised its room', async () => {
    const store = new MemoryStore();
    expect((await forecastOf(asked, store, decideOn(ONE_FITS).decide)).verdict).toBe('fits');
    expect(store.names()).toEqual(['vm1']);
  });

  test('is promised nothing on a dry run', async () => {
    const store = new MemoryStore();
    const dryRun = { ...asked, isDryRun: true };
    expect((await forecastOf(dryRun, store, decideOn(ONE_FITS).decide)).verdict).toBe('fits');
    expect(store.writes).toEqual([]);
  });

  test('is promised nothing where no quota counts it, whatever the store says', async () => {
    const store = new MemoryStore(reservation('vm2'));
    store.reading = 'fails';
    const { decide } = decideOn(ONE_FITS.without('ResourceQuota', 'team-quota'));
    expect((await forecastOf(asked, store, decide)).verdict).toBe('fits');
    expect(store.writes).toEqual([]);
  });

  test('fits beside one that has been promised room, where both do', async () => {
    const store = new MemoryStore(reservation('vm2'));
    const { decide, looks } = decideOn(BOTH_FIT);
    const { verdict, quotas } = await forecastOf(asked, store, decide);
    expect(verdict).toBe('fits');
    expect(quotas.map(({ used, requested, hard }) => `${used} + ${requested} of ${hard}`)).toEqual(['3 + 1 of 4']);
    expect(looks).toEqual([[], ['vm2']]);
    expect(store.names()).toEqual(['vm2', 'vm1']);
  });

  test('is promised what its target pod takes', async () => {
    const store = new MemoryStore();
    const promised = await decideAmongReplicas(asked, sharedLedger(store), decideOn(ONE_FITS).decide, patience(0));
    expect(store.reservations).toEqual([reservation('vm1', 1)]);
    expect(promised.reservation).toEqual(reservation('vm1', 1));
  });

  test('is reckoned once where there is room for it and for all that was promised', async () => {
    const { decide, looks } = decideOn(BOTH_FIT);
    const store = new MemoryStore(reservation('vm2', 1));
    expect((await forecastOf(asked, store, decide)).verdict).toBe('fits');
    expect(looks).toEqual([[]]);
    expect(store.names()).toEqual(['vm2', 'vm1']);
  });

  test('is reckoned among the promised ones where there is not room for all', async () => {
    const { decide, looks } = decideOn(ONE_FITS);
    expect((await forecastOf(asked, new MemoryStore(reservation('vm2', 1)), decide)).verdict).toBe('waits');
    expect(looks).toEqual([[], ['vm2']]);
  });

  test('is decided anew when somebody else was faster, on facts that are read anew', async () => {
    const store = new MemoryStore();
    store.writing.push('somebody is promised room', 'somebody is promised room');
    const { decide, looks } = decideOn(BOTH_FIT, ONE_FITS, NONE_FITS);
    expect((await forecastOf(asked, store, decide)).verdict).toBe('exceeds');
    expect(looks).toEqual([[], [], [], ['vm-0', 'vm-1']]);
    expect(store.names()).toEqual(['vm-0', 'vm-1']);
  });
});

describe('a migration that no room is promised to', () => {
  test('is one that never gets in: it takes none, and nobody shall wait for one that was denied', async () => {
    const store = new MemoryStore();
    expect((await forecastOf(asked, store, decideOn(NONE_FITS).decide)).verdict).toBe('exceeds');
    expect(store.writes).toEqual([]);
  });

  test.each([
    ['unknown', [], 'unknown'],
    ['exceeds', [NONE_FITS], 'exceeds'],
  ])('is not kept from its answer by a store that is away: %s', async (_, scenes, expected) => {
    const store = new MemoryStore();
    store.reading = 'fails';
    const { decide } = decideOn(...scenes, ...(scenes.length > 0 ? [] : [emptyScene()]));
    expect((await forecastOf(asked, store, decide)).verdict).toBe(expected);
  });

  test('is unknown, with nothing promised', async () => {
    const store = new MemoryStore();
    const { decide } = decideOn(emptyScene());
    expect(await forecastOf(asked, store, decide)).toMatchObject({
      verdict: 'unknown',
      reason: 'VirtualMachineInstance vm1 was not found',
    });
    expect(store.writes).toEqual([]);
  });
});

describe('a store that is away', () => {
  test.each([
    ['cannot be read', (store: MemoryStore) => (store.reading = 'fails')],
    ['cannot be written', (store: MemoryStore) => store.writing.push('fails')],
  ])('makes of what fits an unknown, and leaves what exceeds and what waits as it is: it %s', async (_, break_) => {
    const outcome = async (from: Scene): Promise<Forecast> => {
      const store = new MemoryStore();
      break_(store);
      return forecastOf(asked, store, decideOn(from).decide);
    };
    expect(await outcome(ONE_FITS)).toMatchObject({
      verdict: 'unknown',
      reason: 'it fits, but the room cannot be reserved for it: the store is away',
    });
    expect((await outcome(NONE_FITS)).verdict).toBe('exceeds');
    expect((await outcome(plainScene({ pods: '2' }).lingering())).verdict).toBe('waits');
  });
});

describe('room that is promised to a migration which is not stored yet', () => {
  test('makes another one look again, and wait when it never comes', async () => {
    const store = new MemoryStore(reservation('vm2'));
    const { decide, looks } = decideOn(ONE_FITS);
    expect((await forecastOf(asked, store, decide, 2)).verdict).toBe('waits');
    expect(looks).toEqual([[], ['vm2'], [], ['vm2'], [], ['vm2']]);
    expect(store.names()).toEqual(['vm2', 'vm1']);
  });

  test('counts once when it has been stored meanwhile', async () => {
    const store = new MemoryStore(reservation('vm2'));
    const stored = BOTH_FIT.with(migration('vm2', { metadata: { creationTimestamp: '2026-11-22T02:43:10Z' } }));
    const { decide, looks } = decideOn(stored);
    expect((await forecastOf(asked, store, decide)).verdict).toBe('fits');
    expect(looks).toEqual([[]]);
  });

  test('is told of by the facts at the next look', async () => {
    const store = new MemoryStore(reservation('vm2'));
    const { decide, looks } = decideOn(ONE_FITS, ONE_FITS, ONE_FITS.running('vm2'));
    expect((await forecastOf(asked, store, decide, 1)).verdict).toBe('waits');
    expect(looks).toEqual([[], ['vm2'], []]);
  });

  test('is nothing to a migration of another namespace', async () => {
    const store = new MemoryStore({ ...reservation('vm2'), namespace: 'other' });
    expect((await forecastOf(asked, store, decideOn(ONE_FITS).decide)).verdict).toBe('fits');
  });

  /** Verdicts made up: without the promised migrations, and among them. */
  const rows: readonly (readonly [Verdict, Verdict, Verdict])[] = [
    ['fits', 'fits', 'fits'],
    ['fits', 'waits', 'waits'],
    ['fits', 'exceeds', 'unknown'],
    ['waits', 'fits', 'unknown'],
    ['waits', 'waits', 'waits'],
    ['waits', 'exceeds', 'unknown'],
    ['exceeds', 'fits', 'unknown'],
    ['exceeds', 'waits', 'waits'],
    ['exceeds', 'exceeds', 'exceeds'],
  ];

  test.each(rows)(
    'never denies, for it may never come: %s without it, %s with it is %s',
    async (alone, among, expected) => {
      const { decide } = decideOn(BOTH_FIT);
      const madeUp: Decide = async (promised) => {
        const { forecast, objects } = await decide(promised);
        const verdict = promised.length === 0 ? alone : among;
        return { forecast: { ...forecast, forecast: { ...forecast.forecast, verdict } }, objects };
      };
      const store = new MemoryStore(reservation('vm2'));
      const forecast = await forecastOf(asked, store, madeUp);
      expect(forecast.verdict).toBe(expected);
      if (expected === 'unknown') expect(forecast.reason).toContain('the migration of vm2, which is being created');
      expect(store.names()).toEqual(expected === 'exceeds' ? ['vm2'] : ['vm2', 'vm1']);
    },
  );
});

describe('the validating webhook', () => {
  const confirming: MigrationRequest = { ...asked, stage: 'confirm' };

  test('finds what the mutating one was promised and writes nothing', async () => {
    const store = new MemoryStore(reservation('vm1'), reservation('vm2'));
    const { decide, looks } = decideOn(ONE_FITS);
    expect((await forecastOf(confirming, store, decide)).verdict).toBe('fits');
    expect(looks).toEqual([[]]);
    expect(store.writes).toEqual([]);
  });

  test('counts what was promised before its own', async () => {
    const store = new MemoryStore(reservation('vm2'), reservation('vm1'));
    expect((await forecastOf(confirming, store, decideOn(ONE_FITS).decide)).verdict).toBe('waits');
    expect(store.writes).toEqual([]);
  });

  test('promises room itself where the mutating one was not asked', async () => {
    const store = new MemoryStore();
    expect((await forecastOf(confirming, store, decideOn(ONE_FITS).decide)).verdict).toBe('fits');
    expect(store.names()).toEqual(['vm1']);
  });

  test('of a dry run writes nothing either', async () => {
    const store = new MemoryStore();
    await forecastOf({ ...confirming, isDryRun: true }, store, decideOn(ONE_FITS).decide);
    expect(store.writes).toEqual([]);
  });
});

describe('a promised migration that may be over already', () => {
  const over = (creationTimestamp: string) =>
    ONE_FITS.with(migration('vm2', { metadata: { creationTimestamp }, status: { phase: 'Failed' } }));

  test('is looked for with the times of those that are over, and takes no room any more', async () => {
    const { decide, looks, dates } = undatedAtFirst(over('2026-11-22T02:43:11Z'));
    const { verdict } = await forecastOf(asked, new MemoryStore(reservation('vm2', 1)), decide);
    expect(verdict).toBe('fits');
    expect([looks, dates]).toEqual([
      [[], []],
      [undefined, 'dated'],
    ]);
  });

  test('is still promised its room where an earlier one is over', async () => {
    const { decide, dates } = undatedAtFirst(over('2026-11-22T01:00:00Z'));
    const { verdict } = await forecastOf(asked, new MemoryStore(reservation('vm2', 1)), decide);
    expect(verdict).toBe('waits');
    expect(dates).toEqual([undefined, 'dated', 'dated']);
  });
});

test('somebody who is always faster is given up on when the time is over', async () => {
  const controller = new AbortController();
  const store = new MemoryStore();
  const busy: Reservations = {
    read: async () => (controller.signal.aborted ? { kind: 'unreadable', why: 'no answer in time' } : store.read()),
    write: async (_, reservations) => {
      if (store.writes.push(reservations) === 5) controller.abort();
      return { kind: 'conflict' };
    },
  };
  const { decide } = decideOn(ONE_FITS);
  const { forecast: decided } = await decideAmongReplicas(asked, sharedLedger(busy), decide, {
    ...patience(0),
    signal: controller.signal,
  });
  expect(decided.forecast).toMatchObject({
    verdict: 'unknown',
    reason: expect.stringContaining('there was no time left to write it'),
  });
});
