import { describe, expect, test } from '@jest/globals';
import { FollowUp } from '../../src/admission/follow-up.ts';
import type { Reservation } from '../../src/forecast/reservations.ts';

const reservation: Reservation = { namespace: 'team', vmi: 'vm1', atMilliseconds: 1_000 };
const other: Reservation = { namespace: 'team', vmi: 'vm2', atMilliseconds: 1_000 };

/** A ledger in memory, and a clock that goes when it is told to. */
class World {
  ledger: readonly Reservation[] = [reservation, other];
  looks: number[] = [];
  unread: string[] = [];
  writes = 0;
  #time = 0;
  readonly #tasks: { readonly at: number; readonly task: () => void }[] = [];

  follow(hasMigration: (look: number) => boolean | undefined): FollowUp {
    return new FollowUp({
      writer: {
        remove: (done) => {
          this.writes += 1;
          this.ledger = this.ledger.filter((one) => !done.includes(one));
        },
      },
      longestReadingMilliseconds: 3600,
      hasMigration: async () => {
        this.looks.push(this.#time);
        return hasMigration(this.looks.length);
      },
      reportUnread: (_namespace, migrationName) => this.unread.push(migrationName),
      now: () => this.#time,
      after: (milliseconds, task) => this.#tasks.push({ at: this.#time + milliseconds, task }),
    });
  }

  async goTo(milliseconds: number): Promise<void> {
    for (;;) {
      this.#tasks.sort((one, next) => one.at - next.at);
      const next = this.#tasks[0];
      if (next === undefined || next.at > milliseconds) break;
      this.#tasks.shift();
      this.#time = next.at;
      next.task();
      await new Promise(setImmediate);
    }
    this.#time = milliseconds;
  }
}

describe('a reservation whose migration is stored', () => {
  test('is taken out after the longest time that a decision may read', async () => {
    const world = new World();
    world.follow(() => true).follow(reservation, 'vm1-migration');
    await world.goTo(3_599);
    expect(world).toMatchObject({ looks: [20], ledger: [reservation, other] });
    await world.goTo(5_000);
    expect(world.ledger).toEqual([other]);
  });

  test('is taken out together with others by one write', async () => {
    const world = new World();
    const followUp = world.follow(() => true);
    followUp.follow(reservation, 'vm1-migration');
    followUp.follow(other, 'vm2-migration');
    await world.goTo(10_000);
    expect(world).toMatchObject({ writes: 1, ledger: [] });
  });

  test('is looked for again while other webhooks take their time', async () => {
    const world = new World();
    world.follow((look) => look === 3).follow(reservation, 'vm1-migration');
    await world.goTo(60_000);
    expect(world).toMatchObject({ looks: [20, 1_000, 10_000], ledger: [other] });
  });
});

describe('a reservation whose migration is not stored', () => {
  test('is taken out when no webhook can be waited for any more', async () => {
    const world = new World();
    world.follow(() => false).follow(reservation, 'vm1-migration');
    await world.goTo(34_999);
    expect(world.ledger).toEqual([reservation, other]);
    await world.goTo(40_000);
    expect(world.ledger).toEqual([other]);
  });

  test('stays for its own time where the API server does not tell', async () => {
    const world = new World();
    world.follow(() => undefined).follow(reservation, 'vm1-migration');
    await world.goTo(100_000);
    expect(world).toMatchObject({ looks: [20, 1_000, 10_000, 35_000], writes: 0, ledger: [reservation, other] });
    expect(world.unread).toEqual(Array(4).fill('vm1-migration'));
  });
});
