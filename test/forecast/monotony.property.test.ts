import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import type { Forecast, QuotaChange, Verdict } from '../../src/forecast/forecast.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { withFreedRoom, withQuotaChanges } from '../../src/forecast/what-if.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { managedDrafts, managedScene, type Release } from './random-scenes.ts';

/** Without Harvester 1.9: it rescues what is over quota and not what is within it by little, so that less can be more. */
const RELEASES: readonly Release[] = ['v1.1.3', 'v1.3.2', 'v1.4.1', 'v1.5.2', 'v1.7.0', 'v1.8.2'];

const RANK: Readonly<Record<Verdict, number>> = { unknown: -1, exceeds: 0, waits: 1, fits: 2 };

function rankOf({ verdict, atBest }: Forecast): readonly [number, number] {
  return [RANK[verdict], RANK[atBest ?? verdict]];
}

function expectNotWorse(after: ForecastObjects, before: ForecastObjects): void {
  const [certain, lucky] = rankOf(forecastMigration(prepare(before), 'vm1'));
  const [certainAfter, luckyAfter] = rankOf(forecastMigration(prepare(after), 'vm1'));
  expect(certainAfter).toBeGreaterThanOrEqual(certain);
  expect(luckyAfter).toBeGreaterThanOrEqual(lucky);
}

const more = fc.bigInt({ min: 0n, max: 4_000_000_000n });

describe('an answer never turns for the worse', () => {
  test('when the limits of a namespace and its quota are raised', () => {
    fc.assert(
      fc.property(managedDrafts(RELEASES), more, (draft, bytes) => {
        const objects = managedScene(draft).objects();
        const changes = objects.namespace.quotas.items.flatMap((quota) =>
          [...(quota.spec?.hard ?? [])].map(([resource, hard]): QuotaChange => {
            const to = hard.add(
              resource.endsWith('memory') ? Quantity.of(bytes) : Quantity.ofMilli(bytes / 1_000_000n),
            );
            return { quota: quota.metadata.name, resource, to, where: whereOf(resource, quota.metadata.name) };
          }),
        );
        expectNotWorse({ ...objects, namespace: withQuotaChanges(objects.namespace, changes) }, objects);
      }),
      { numRuns: 150 },
    );
  });

  test('when others use less', () => {
    fc.assert(
      fc.property(managedDrafts(RELEASES), more, (draft, bytes) => {
        const objects = managedScene(draft).objects();
        const amounts = objects.namespace.quotas.items.map(
          ({ metadata }): QuotaChange => ({
            quota: metadata.name,
            resource: 'limits.memory',
            to: Quantity.of(bytes),
            where: 'resource-quota',
          }),
        );
        expectNotWorse({ ...objects, namespace: withFreedRoom(objects.namespace, amounts) }, objects);
      }),
      { numRuns: 150 },
    );
  });
});

function whereOf(resource: string, quota: string): QuotaChange['where'] {
  return quota === 'default-z4g94' && resource.startsWith('limits.') ? 'namespace-annotation' : 'resource-quota';
}
