import { describe, expect, test } from '@jest/globals';
import type { ApiAnswer } from '../../src/cluster/api.ts';
import { refused, unanswered } from '../builders/in-memory-api.ts';
import { EventWorld } from './event-world.ts';
import { decisionOn, exceeding } from './seen-decisions.ts';

const denied = decisionOn({ scene: exceeding });
const other = (message: string) => decisionOn({ scene: exceeding, forecast: { message } });

const terminating: ApiAnswer = {
  kind: 'refused',
  code: 403,
  reason: 'Forbidden',
  message:
    'events "vm1.0123" is forbidden: unable to create new content in namespace quota-test because it is being terminated',
  warnings: [],
};

describe('an Event that the API server will not have', () => {
  test.each([
    { title: 'for want of the right', answer: refused(403, 'Forbidden') },
    { title: 'in a namespace that is being deleted', answer: terminating },
    { title: 'in a namespace that is gone', answer: refused(404, 'NotFound') },
    { title: 'as it stands', answer: refused(422, 'Invalid') },
  ])('$title is given up at once', async ({ answer }) => {
    const world = new EventWorld();
    world.api.failure = () => answer;
    const writer = world.writer();
    writer.observe(denied);
    await world.untilTold(1);
    expect(world.outcomes).toEqual(['failed']);
    expect(world.api.calls).toHaveLength(1);
    expect(world.lines).toMatchObject([{ namespace: 'quota-test', vmi: 'vm1', why: expect.stringMatching(/^4\d\d /) }]);
    await writer.close();
  });

  test.each([
    { title: 'does not answer', answer: unanswered },
    { title: 'has too much to do', answer: refused(429, 'TooManyRequests') },
    { title: 'has lost its etcd', answer: refused(500, 'InternalError') },
  ])('as it $title is tried three times within six seconds, and then given up', async ({ answer }) => {
    const world = new EventWorld();
    world.api.failure = () => answer;
    const writer = world.writer();
    writer.observe(denied);
    for (const [calls, seconds] of [1, 5].entries()) {
      await world.untilCalled(calls + 1);
      await nextTurn();
      expect(world.outcomes).toEqual([]);
      world.advance(seconds);
    }
    await world.untilTold(1);
    expect(world.outcomes).toEqual(['failed']);
    expect(world.api.calls).toHaveLength(3);
    world.api.failure = undefined;
    writer.observe(denied);
    await writer.close();
    expect(world.outcomes).toEqual(['failed', 'written']);
  });

  test('at first is written when it answers again', async () => {
    const world = new EventWorld();
    world.api.failure = () => unanswered;
    const writer = world.writer();
    writer.observe(denied);
    await world.untilCalled(1);
    await nextTurn();
    world.api.failure = undefined;
    world.advance(1);
    await writer.close();
    expect(await world.events()).toMatchObject([{ count: 1, lastTimestamp: '2026-11-22T12:00:00Z' }]);
  });

  test('is logged once a minute, with how many more there were', async () => {
    const world = new EventWorld();
    world.api.failure = () => refused(403, 'Forbidden');
    const writer = world.writer();
    for (let time = 0; time < 20; time += 1) writer.observe(other(`figures ${time}`));
    await world.untilTold(20);
    expect(world.lines).toHaveLength(1);
    world.advance(60);
    writer.observe(denied);
    await writer.close();
    expect(world.lines).toHaveLength(2);
    expect(world.lines[1]).toMatchObject({ untold: 19 });
  });

  test('is logged anew after a minute, and at once where the clock has been set back', async () => {
    const world = new EventWorld();
    world.api.failure = () => refused(403, 'Forbidden');
    const writer = world.writer();
    for (const [index, seconds] of [0, 30, 60, 61, -3600].entries()) {
      world.milliseconds += seconds * 1000;
      writer.observe(denied);
      await world.untilTold(index + 1);
    }
    expect(world.lines.map(({ untold = 0 }) => untold)).toEqual([0, 1, 0, 0]);
    await writer.close();
  });

  test('because others change it all the time is tried no more often than a few times', async () => {
    const world = new EventWorld();
    const writer = world.writer();
    writer.observe(denied);
    await world.untilTold(1);
    world.api.failure = ({ method, body }) =>
      method === 'PATCH' && Object.keys(body as object).length > 0 ? refused(409, 'Conflict') : undefined;
    writer.observe(denied);
    await writer.close();
    expect(world.outcomes).toEqual(['written', 'failed']);
    expect(world.api.calls).toHaveLength(9);
  });

  test.each([{ body: null }, { body: 'text' }, { body: {} }, { body: { metadata: { resourceVersion: 7 } } }])(
    'is given up where the answer is $body',
    async ({ body }) => {
      const world = new EventWorld();
      world.api.failure = () => ({ kind: 'done', body, warnings: [] });
      const writer = world.writer();
      writer.observe(denied);
      await world.untilTold(1);
      expect(world.outcomes).toEqual(['failed']);
      await writer.close();
    },
  );

  test('because of a fault of our own ends nothing but its own writing', async () => {
    const world = new EventWorld();
    world.api.failure = () => {
      world.api.failure = undefined;
      throw new Error('a fault');
    };
    const writer = world.writer();
    writer.observe(denied);
    writer.observe(other('another'));
    await world.untilTold(2);
    expect(world.outcomes).toEqual(['failed', 'written']);
    await writer.close();
  });
});

describe('a process that ends', () => {
  test('writes what is queued, and takes note of nothing more', async () => {
    const world = new EventWorld();
    const writer = world.writer();
    writer.observe(denied);
    writer.observe(other('another'));
    const closing = writer.close();
    writer.observe(other('too late'));
    await closing;
    expect(await world.events()).toHaveLength(2);
    expect(world.tally()).toEqual({ written: 2, dropped: 1 });
  });

  test('does not wait longer than three seconds for an API server that says nothing', async () => {
    const world = new EventWorld();
    world.api.pause = () => new Promise(() => undefined);
    const writer = world.writer();
    for (const message of ['one', 'two', 'three']) writer.observe(other(message));
    await world.untilCalled(1);
    const closing = writer.close();
    world.advance(3);
    await closing;
    expect(world.tally()).toEqual({ dropped: 2 });
    expect(world.signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test('tries once more what had to wait, and does not wait again', async () => {
    const world = new EventWorld();
    world.api.failure = () => unanswered;
    const writer = world.writer();
    writer.observe(denied);
    await world.untilCalled(1);
    await nextTurn();
    await writer.close();
    expect(world.api.calls).toHaveLength(2);
    expect(world.outcomes).toEqual(['failed']);
  });

  test('with nothing queued has nothing to wait for', async () => {
    const world = new EventWorld();
    await world.writer().close();
    expect(world.api.calls).toEqual([]);
  });
});

/** What was answered has been taken up. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
