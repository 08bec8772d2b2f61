import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { isHopeless } from '../../src/forecast/verdict-of.ts';
import { crowd, Replicas } from './replicas.ts';

interface Told {
  /** By the mutating webhooks, and by the validating ones. */
  readonly promised: readonly Forecast[];
  readonly confirmed: readonly Forecast[];
}

const crowds = fc.record({ vms: fc.integer({ min: 2, max: 4 }), room: fc.integer({ min: 1, max: 2 }) });
type Crowd = typeof crowds extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Every VM of the namespace is migrated at once, each before replicas of its own. */
async function migrateAll(scheduler: fc.Scheduler, { vms, room }: Crowd, podCreation: 'slow' | 'quick'): Promise<Told> {
  const replicas = new Replicas(crowd(vms, room), scheduler);
  const names = Array.from({ length: vms }, (_, index) => `vm${index + 1}`);
  const promised: Forecast[] = [];
  const confirmed: Forecast[] = [];
  const created = names.map(async (name) => {
    promised.push(await replicas.ask(name, 'promise'));
    confirmed.push(await replicas.ask(name, 'confirm'));
    await replicas.store(name, podCreation);
  });
  await scheduler.waitFor(Promise.all(created));
  return { promised, confirmed };
}

const fitting = (forecasts: readonly Forecast[]): number =>
  forecasts.filter(({ verdict }) => verdict === 'fits').length;

describe('migrations of one namespace that are created at the same moment', () => {
  test('are not told that they fit in greater number than do, in whatever order the calls come', async () => {
    let asMany = 0;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), crowds, async (scheduler, drawn) => {
        const { promised, confirmed } = await migrateAll(scheduler, drawn, 'slow');
        expect(fitting(promised)).toBeLessThanOrEqual(drawn.room);
        expect(fitting(confirmed)).toBeLessThanOrEqual(drawn.room);
        if (fitting(promised) === Math.min(drawn.room, drawn.vms)) asMany += 1;
      }),
      { numRuns: 60 },
    );
    expect(asMany).toBeGreaterThan(30);
  });

  test('are never denied: each would fit once the others have settled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), crowds, async (scheduler, { vms }) => {
        const { promised, confirmed } = await migrateAll(scheduler, { vms, room: 1 }, 'quick');
        expect([...promised, ...confirmed].filter(isHopeless)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
