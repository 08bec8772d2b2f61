import fc from 'fast-check';
import type { Arena, Contestant, StartState } from '../../../src/forecast/race/arena.ts';

const MI = 1024n * 1024n;

/** Few and small amounts, so that sums meet limits exactly and near them often; Mi, for compensation has a margin in Mi. */
function amounts(length: number, most: number): fc.Arbitrary<bigint[]> {
  const one = fc.integer({ min: 0, max: most }).map((count) => BigInt(count) * 30n * MI * 1_000_000_000n);
  return fc.array(one, { minLength: length, maxLength: length });
}

const starts = fc.constantFrom<StartState>('asked', 'asked', 'pending', 'running', 'lingering');

function contestant(keys: number, compensates: 'compensated' | 'plain'): fc.Arbitrary<Contestant> {
  return fc
    .record({ start: starts, needs: amounts(keys, 12), scaleUps: amounts(keys, 12), sources: amounts(keys, 12) })
    .map(({ start, needs, scaleUps, sources }) => ({
      start,
      needs,
      scaleUps: start === 'lingering' ? scaleUps.map(() => 0n) : scaleUps,
      sources,
      // What Harvester reckons is the scale-up: the pod without its sidecars.
      compensationNeed: compensates === 'compensated' && start !== 'lingering' ? (scaleUps[0] as bigint) : undefined,
    }));
}

/** Arenas of one or two keys and up to `most` contestants, compensated or not. */
export function arenas(most: number): fc.Arbitrary<Arena> {
  return fc
    .record({
      keys: fc.integer({ min: 1, max: 2 }),
      kind: fc.constantFrom('compensated' as const, 'plain' as const),
      stored: fc.integer({ min: 0, max: 3 }),
    })
    .chain(({ keys, kind, stored }) =>
      fc
        .record({
          contestants: fc.array(contestant(keys, kind), { minLength: 1, maxLength: most }),
          used: amounts(keys, 30),
          hard: amounts(keys, 40),
        })
        .map(({ contestants, used, hard }) => ({
          contestants,
          keys: used.map((amount, index) => ({
            quota: 'default',
            resource: ['limits.memory', 'limits.cpu'][index] as string,
            used: amount,
            hard: hard[index] as bigint,
          })),
          compensatedKey: kind === 'compensated' ? 0 : undefined,
          compensation: kind === 'compensated' ? BigInt(stored) * 40n * MI * 1_000_000_000n : 0n,
        })),
    );
}
