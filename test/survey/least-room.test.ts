import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withLeastRoom } from '../../src/survey/least-room.ts';
import type { NamespaceSurvey } from '../../src/survey/survey.ts';

interface Draft {
  readonly exceeds?: number;
  readonly spares?: readonly bigint[];
}

function survey(namespace: string, { exceeds = 0, spares = [] }: Draft): NamespaceSurvey {
  return {
    namespace,
    vms: { exceeds, waits: 0, fits: 1, unknown: 0 },
    rooms: spares.map((spare, index) => ({
      quota: `quota-${index}`,
      resource: 'limits.memory',
      headroomBytes: spare > 0n ? spare : 0n,
      shortfallBytes: spare < 0n ? -spare : 0n,
    })),
    driftedPods: 0,
  };
}

const namesOf = (surveys: readonly NamespaceSurvey[]) => surveys.map(({ namespace }) => namespace);
const BOUNDS = { mostNamespaces: 3, mostRooms: 100 };

describe('of more namespaces than are kept', () => {
  test('those with VMs that exceed go before those with little room, and no room known comes last', () => {
    const surveys = [
      survey('roomy', { spares: [9000n, 50n] }),
      survey('unlimited', {}),
      survey('tight', { spares: [10n, 4000n] }),
      survey('refused', { exceeds: 1 }),
      survey('short', { exceeds: 1, spares: [-5n] }),
    ];
    expect(namesOf(withLeastRoom(surveys, { ...BOUNDS, mostNamespaces: 5 }))).toEqual([
      'short',
      'refused',
      'tight',
      'roomy',
      'unlimited',
    ]);
    expect(namesOf(withLeastRoom(surveys, BOUNDS))).toEqual(['short', 'refused', 'tight']);
  });

  test('of those that are alike the first by name', () => {
    const surveys = ['d', 'b', 'c', 'a'].map((name) => survey(name, { spares: [1n] }));
    expect(namesOf(withLeastRoom(surveys, BOUNDS))).toEqual(['a', 'b', 'c']);
  });

  test('none is kept in part', () => {
    const surveys = [survey('a', { spares: [1n, 2n] }), survey('b', { spares: [3n, 4n] })];
    expect(namesOf(withLeastRoom(surveys, { mostNamespaces: 9, mostRooms: 3 }))).toEqual(['a']);
  });

  test('neither bound is passed, whatever there is, and nobody left out is worse off than one that is kept', () => {
    const spare = fc.bigInt({ min: -1000n, max: 1000n });
    const drafts = fc.array(fc.record({ exceeds: fc.nat(2), spares: fc.array(spare, { minLength: 1, maxLength: 4 }) }));
    const bounds = fc.record({ mostNamespaces: fc.nat(12), mostRooms: fc.nat(20) });
    const worst = ({ vms, rooms }: NamespaceSurvey): readonly [boolean, bigint] => [
      vms.exceeds > 0,
      rooms.map((one) => one.headroomBytes - one.shortfallBytes).reduce((a, b) => (a < b ? a : b)),
    ];
    fc.assert(
      fc.property(drafts, bounds, (given, limits) => {
        const surveys = given.map((draft, index) => survey(`n${index}`, draft));
        const kept = withLeastRoom(surveys, limits);
        expect(kept.length).toBeLessThanOrEqual(limits.mostNamespaces);
        expect(kept.flatMap(({ rooms }) => rooms).length).toBeLessThanOrEqual(limits.mostRooms);
        const leftOut = surveys.filter((one) => !kept.includes(one));
        for (const [isShort, amount] of leftOut.map(worst)) {
          for (const [isKeptShort, keptAmount] of kept.map(worst)) {
            expect(isShort && !isKeptShort).toBe(false);
            expect(isShort === isKeptShort && amount < keptAmount).toBe(false);
          }
        }
      }),
    );
  });
});
