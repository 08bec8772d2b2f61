import { describe, expect, test } from '@jest/globals';
import { EventWorld } from './event-world.ts';
import { decisionOn, exceeding, fittingLast } from './seen-decisions.ts';

const denied = decisionOn({ scene: exceeding });
const lastFit = decisionOn({ scene: fittingLast });

/** The same decision over another sum. */
const other = (message: string) => decisionOn({ scene: exceeding, forecast: { message } });

describe('the Event of a denial', () => {
  test("is one as client-go's recorder writes it, on the VMI", async () => {
    const world = new EventWorld();
    const writer = world.writer('headroom-7d9c5-abcde');
    writer.observe(denied);
    await writer.close();
    expect(await world.events()).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: {
          name: expect.stringMatching(/^vm1\.[0-9a-f]{16}$/),
          namespace: 'quota-test',
          resourceVersion: '1',
        },
        involvedObject: {
          apiVersion: 'kubevirt.io/v1',
          kind: 'VirtualMachineInstance',
          namespace: 'quota-test',
          name: 'vm1',
          uid: 'uid-of-vmi-vm1',
        },
        type: 'Warning',
        reason: 'MigrationDenied',
        message: expect.stringMatching(
          /^VM quota-test\/vm1 cannot migrate: .*; set limitsMemory of namespace quota-test to/,
        ),
        count: 1,
        firstTimestamp: '2026-11-22T12:00:00Z',
        lastTimestamp: '2026-11-22T12:00:00Z',
        source: { component: 'headroom.harvesterhci.io' },
        reportingComponent: 'headroom.harvesterhci.io',
        reportingInstance: 'headroom-7d9c5-abcde',
      },
    ]);
    expect(world.outcomes).toEqual(['written']);
  });

  test('is not written while the decision is being made', async () => {
    const world = new EventWorld();
    const writer = world.writer();
    writer.observe(denied);
    await Promise.resolve();
    expect(world.api.calls).toEqual([]);
    await writer.close();
    expect(world.api.calls).toHaveLength(1);
  });

  test('has a name that Kubernetes takes, however long the VM is called', async () => {
    for (const vmi of [
      'v'.repeat(253),
      `${'v'.repeat(235)}.${'w'.repeat(17)}`,
      `${'v'.repeat(234)}--${'w'.repeat(17)}`,
    ]) {
      const world = new EventWorld();
      const writer = world.writer();
      const scene = exceeding.changedVmi({ metadata: { name: vmi } });
      writer.observe(decisionOn({ scene, asked: { vmi }, forecast: { verdict: 'exceeds' } }));
      await writer.close();
      const [event] = await world.events();
      expect(event?.metadata.name?.length).toBeLessThanOrEqual(253);
      expect(event?.metadata.name).toMatch(/^v{234}[a-z0-9.-]*[a-z0-9]\.[0-9a-f]{16}$/);
    }
  });
});

describe('the same decision again', () => {
  test('raises the count of the Event that is there, and says when it was last', async () => {
    const world = new EventWorld();
    const writer = world.writer();
    for (const seen of [1, 2, 3]) {
      writer.observe(denied);
      await world.untilTold(seen);
      world.advance(60);
    }
    expect(await world.events()).toMatchObject([
      { count: 3, firstTimestamp: '2026-11-22T12:00:00Z', lastTimestamp: '2026-11-22T12:02:00Z' },
    ]);
    expect(world.outcomes).toEqual(['written', 'repeated', 'repeated']);
    expect(world.api.calls.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'PATCH']);
  });

  test('is one call with those that came while it waited to be written', async () => {
    const world = new EventWorld();
    const writer = world.writer();
    for (let time = 0; time < 40; time += 1) {
      writer.observe(denied);
      world.advance(1);
    }
    await writer.close();
    expect(await world.events()).toMatchObject([
      { count: 40, firstTimestamp: '2026-11-22T12:00:00Z', lastTimestamp: '2026-11-22T12:00:39Z' },
    ]);
    expect(world.api.calls).toHaveLength(1);
    expect(world.tally()).toEqual({ written: 1, repeated: 39 });
  });

  test('in another replica, or after a restart, is the same Event', async () => {
    const world = new EventWorld();
    const replicas = [world.writer('headroom-0'), world.writer('headroom-1'), world.writer('headroom-2')];
    for (const writer of replicas) writer.observe(denied);
    await world.untilTold(3);
    for (const writer of replicas) writer.observe(denied);
    await Promise.all(replicas.map((writer) => writer.close()));
    expect(await world.events()).toMatchObject([{ count: 6 }]);
    expect(world.tally()).toEqual({ written: 1, repeated: 5 });
  });

  test('is a new Event once the API server has let the old one go', async () => {
    const world = new EventWorld();
    const writer = world.writer();
    writer.observe(denied);
    await world.untilTold(1);
    const [event] = await world.events();
    world.api.delete(`/api/v1/namespaces/quota-test/events/${event?.metadata.name}`);
    world.advance(7200);
    writer.observe(denied);
    await writer.close();
    expect(await world.events()).toMatchObject([{ count: 1, firstTimestamp: '2026-11-22T14:00:00Z' }]);
    expect(world.outcomes).toEqual(['written', 'written']);
  });

  test('puts right what somebody else has put under its name', async () => {
    const world = new EventWorld();
    const writer = world.writer();
    writer.observe(denied);
    await world.untilTold(1);
    const [{ metadata, ...event }] = (await world.events()) as [Awaited<ReturnType<typeof world.events>>[number]];
    const path = `/api/v1/namespaces/quota-test/events/${metadata.name}`;
    world.api.set(path, { metadata, ...event, message: 'all is well', count: -5 });
    writer.observe(denied);
    await writer.close();
    expect(await world.events()).toMatchObject([{ message: event.message, count: 1 }]);
  });

  test('is another Event where the reason or the figures are others', async () => {
    const world = new EventWorld();
    const writer = world.writer();
    const admitted = decisionOn({ scene: exceeding, answer: 'admitted' });
    for (const seen of [denied, admitted, lastFit, other('VM quota-test/vm1 cannot migrate: otherwise'), denied]) {
      writer.observe(seen);
    }
    await writer.close();
    const events = await world.events();
    expect(events.map(({ reason, count }) => [reason, count])).toEqual([
      ['MigrationDenied', 2],
      ['MigrationExceedsQuota', 1],
      ['LastMigrationThatFits', 1],
      ['MigrationDenied', 1],
    ]);
    expect(new Set(events.map(({ metadata }) => metadata.name)).size).toBe(4);
  });
});

describe('no more Events are written', () => {
  test('about one VM than 25, and then one in five minutes, as client-go would have it', async () => {
    const world = new EventWorld();
    const writer = world.writer();
    for (let time = 0; time < 30; time += 1) writer.observe(other(`figures ${time}`));
    await world.untilTold(30);
    expect(world.tally()).toEqual({ written: 25, dropped: 5 });
    world.advance(299);
    writer.observe(other('figures 30'));
    world.advance(1);
    writer.observe(other('figures 31'));
    writer.observe(other('figures 32'));
    await writer.close();
    expect(world.tally()).toEqual({ written: 26, dropped: 7 });
    expect(await world.events()).toHaveLength(26);
  });

  test('about all VMs together than 100, and then one a second', async () => {
    const world = new EventWorld();
    const writer = world.writer();
    const names = Array.from({ length: 104 }, (_, index) => `vm${index + 2}`);
    for (const [index, vmi] of names.entries()) {
      const scene = exceeding.changedVmi({ metadata: { name: vmi, uid: `uid-of-${vmi}` } });
      if (index === 102) world.advance(1);
      writer.observe(decisionOn({ scene, asked: { vmi }, forecast: { verdict: 'exceeds' } }));
      await world.untilTold(index + 1);
    }
    expect(world.tally()).toEqual({ written: 101, dropped: 3 });
  });

  test('than 100 at a time wait for an API server that does not answer', async () => {
    const world = new EventWorld();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    world.api.pause = () => answered;
    const writer = world.writer();
    const write = (vmi: string, message: string) => {
      const scene = exceeding.changedVmi({ metadata: { name: vmi, uid: `uid-of-${vmi}` } });
      writer.observe(decisionOn({ scene, asked: { vmi }, forecast: { verdict: 'exceeds', message } }));
    };
    for (let index = 0; index < 100; index += 1) write(`vm${index % 10}`, `figures ${index}`);
    await world.untilCalled(1);
    world.advance(10);
    for (let index = 0; index < 10; index += 1) write(`vm1${index}`, 'later');
    expect(world.tally()).toEqual({ dropped: 9 });
    answer();
    await world.untilTold(110);
    expect(world.tally()).toEqual({ written: 101, dropped: 9 });
  });
});
