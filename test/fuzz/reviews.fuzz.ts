import fc from 'fast-check';
import { paths } from '../server/webhook-app.ts';
import { byteChanges, changedBytes } from './mutations/byte-changes.ts';
import { changedJson, jsonChanges } from './mutations/json-changes.ts';
import { askedOf } from './reviews/asked.ts';
import { loadSeeds, meaningfulValues, type Seed } from './reviews/worlds.ts';
import { type FuzzTarget, property } from './target.ts';

const seeds = await loadSeeds();
/** Those that something can be said about come as often as all the others. */
const known = seeds.filter(({ world }) => world.hopeless.size > 0);
const anySeed = fc.oneof(
  fc.nat({ max: seeds.length - 1 }),
  fc.nat({ max: known.length - 1 }).map((at) => indexOf(known, at)),
);

function indexOf(some: readonly Seed[], at: number): number {
  return seeds.indexOf(some[at] as Seed);
}

export const target: FuzzTarget = {
  properties: [
    property({
      title: 'whatever bytes of a review are damaged, it is answered as it must be or refused with what is wrong in it',
      given: fc.record({ seed: anySeed, donor: anySeed, changes: byteChanges }),
      mustSee: ['admitted', 'denied', 'patched', 'no JSON', 'faulty'],
      holds: async ({ seed, donor, changes }, saw) => {
        const { bytes, world } = seeds[seed] as Seed;
        const body = changedBytes(bytes, changes, seeds[donor]?.bytes);
        for (const path of paths) await askedOf(world, path, body, saw);
      },
    }),
    property({
      title:
        'whatever of a review is another value, missing, twice or misnamed, it is answered as it must be or refused',
      given: fc.record({ seed: anySeed, changes: jsonChanges(meaningfulValues(seeds)) }),
      mustSee: ['admitted', 'denied', 'patched', 'faulty'],
      holds: async ({ seed, changes }, saw) => {
        const { tree, world } = seeds[seed] as Seed;
        const body = changedJson(tree, changes);
        for (const path of paths) await askedOf(world, path, body, saw);
      },
    }),
  ],
};
