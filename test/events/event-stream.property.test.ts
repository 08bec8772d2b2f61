import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SeenDecision } from '../../src/events/notice.ts';
import { EventWorld, START } from './event-world.ts';
import { decisionOn, exceeding } from './seen-decisions.ts';

const VMS = ['vm1', 'vm2', 'vm3'];
const MESSAGES = ['short by 1', 'short by 2', 'short by 3', 'short by 4'];

/** Every decision of the streams below, made once. */
const decisions: ReadonlyMap<string, SeenDecision> = new Map(
  VMS.flatMap((vmi) => {
    const scene = exceeding.changedVmi({ metadata: { name: vmi, uid: `uid-of-${vmi}` } });
    return MESSAGES.flatMap((message) =>
      (['denied', 'admitted'] as const).map((answer) => {
        const draft = { scene, asked: { vmi }, answer, forecast: { verdict: 'exceeds', message } } as const;
        return [`${vmi} ${message} ${answer}`, decisionOn(draft)] as const;
      }),
    );
  }),
);

const step = fc.record({
  seen: fc.constantFrom(...decisions.values()),
  times: fc.integer({ min: 1, max: 30 }),
  replica: fc.integer({ min: 0, max: 1 }),
  /** Until it has been written, or at once the next. */
  pace: fc.constantFrom('wait', 'go on'),
  laterSeconds: fc.constantFrom(0, 1, 60, 300, 3000),
});

test('any stream of decisions writes no more than the limits allow, never two Events of the same, and counts each once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const world = new EventWorld();
      const replicas = [world.writer('headroom-0'), world.writer('headroom-1')];
      let seen = 0;
      for (const { seen: decision, times, replica, pace, laterSeconds } of steps) {
        for (let time = 0; time < times; time += 1) replicas[replica]?.observe(decision);
        seen += times;
        if (pace === 'wait') await world.untilTold(seen);
        world.advance(laterSeconds);
      }
      await Promise.all(replicas.map((writer) => writer.close()));

      const { written = 0, repeated = 0, dropped = 0, ...others } = world.tally();
      expect({ sum: written + repeated + dropped, ...others }).toEqual({ sum: seen });
      const events = await world.events();
      const keys = events.map(({ involvedObject, reason, message }) =>
        JSON.stringify([involvedObject.uid, reason, message]),
      );
      expect(new Set(keys).size).toBe(events.length);
      expect(events.length).toBe(written);
      expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(written + repeated);

      const writes = Map.groupBy(world.writes, ({ body }) => uidIn(body));
      const most = replicas.length * (25 + Math.floor((world.milliseconds - START) / 300_000));
      for (const own of writes.values()) expect(own.length).toBeLessThanOrEqual(most);
      expect(world.writes.length).toBeGreaterThanOrEqual(written);
    }),
    { numRuns: 60 },
  );
});

function uidIn(body: unknown): string {
  return (body as { involvedObject: { uid: string } }).involvedObject.uid;
}
