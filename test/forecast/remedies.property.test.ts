import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyRemedy } from '../../src/forecast/apply-remedy.ts';
import { forecastMigration, forecastTogether, prepare } from '../../src/forecast/forecast-migrations.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import type { Scene } from '../builders/scene.ts';
import { managedDrafts, managedScene, plainDrafts, plainSceneOf, type Release } from './random-scenes.ts';

const RELEASES: readonly Release[] = ['v1.1.3', 'v1.3.2', 'v1.4.1', 'v1.5.2', 'v1.7.0', 'v1.8.2', 'v1.9.0'];

/** The verdicts after each remedy of a scene's forecast. */
function verdictsAfterRemedies(scene: Scene): string[] {
  const objects = scene.objects();
  const { remedies } = forecastMigration(prepare(objects), 'vm1');
  return remedies.map((remedy) => {
    const { verdict } = forecastMigration(prepare(applyRemedy(objects, remedy)), 'vm1');
    return `${remedy.kind}: ${verdict}`;
  });
}

function expectCured(scene: Scene): void {
  const after = verdictsAfterRemedies(scene);
  expect(after.filter((text) => !text.endsWith(': fits'))).toEqual([]);
}

describe('a remedy that is given', () => {
  test.each(RELEASES)('makes the migration fit, on Harvester %s', (release) => {
    fc.assert(
      fc.property(managedDrafts([release]), (draft) => expectCured(managedScene(draft))),
      { numRuns: 60 },
    );
  });

  test('makes the migration fit, without Harvester', () => {
    fc.assert(
      fc.property(plainDrafts, (draft) => expectCured(plainSceneOf(draft))),
      { numRuns: 60 },
    );
  });

  test('is given for whatever exceeds a quota, for a quota can always be raised', () => {
    fc.assert(
      fc.property(managedDrafts(RELEASES), (draft) => {
        const { verdict, remedies, quotas } = managedScene(draft).forecast();
        const isShort = quotas.some(({ shortBy }) => shortBy !== undefined);
        const demandsLimits = quotas.some(({ cause }) => cause === 'no-limits');
        if (verdict === 'exceeds' && isShort && !demandsLimits) {
          expect(remedies.map(({ kind }) => kind)).toContain('raise-quota');
        }
      }),
      { numRuns: 200 },
    );
  });

  test('for one of a set makes that one fit among the others', () => {
    fc.assert(
      fc.property(managedDrafts(['v1.7.0']), (draft) => {
        const objects = managedScene(draft).objects();
        const names = objects.namespace.virtualMachineInstances.items.map(({ metadata }) => metadata.name);
        forecastTogether(prepare(objects), names).forEach(({ remedies }, index) => {
          for (const remedy of remedies) {
            const after = forecastTogether(prepare(applyRemedy(objects, remedy)), names)[index];
            expect(after?.verdict).toBe('fits');
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  // Harvester 1.9 is left out: it rescues what is over quota, so that less of a limit can do as well.
  test('asks for no more than it has to: with 1Mi less of memory the migration, or the one after it, does not fit', () => {
    fc.assert(
      fc.property(managedDrafts(RELEASES.filter((release) => release !== 'v1.9.0')), (draft) => {
        const objects = managedScene(draft).objects();
        const remedy = forecastMigration(prepare(objects), 'vm1').remedies.find(({ kind }) => kind === 'raise-quota');
        if (remedy?.kind !== 'raise-quota') return;
        for (const change of remedy.changes.filter(({ resource }) => resource.endsWith('memory'))) {
          const less = { ...change, to: change.to.subtract(Quantity.of(1024n * 1024n)) };
          const changes = remedy.changes.map((one) => (one === change ? less : one));
          const after = forecastMigration(prepare(applyRemedy(objects, { ...remedy, changes })), 'vm1');
          expect(after.verdict === 'fits' && after.next === undefined).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});
