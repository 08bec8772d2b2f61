import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import type { Forecast, QuotaChange, Verdict } from '../../src/forecast/forecast.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { withFreedRoom, withQuotaChanges } from '../../src/forecast/what-if.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { type ManagedDraft, managedDrafts, managedScene, type Release } from './random-scenes.ts';

/** Without Harvester 1.9: it rescues what is over quota and not what is within it by little, so that less can be more. */
const RELEASES: readonly Release[] = ['v1.1.3', 'v1.3.2', 'v1.4.1', 'v1.5.2', 'v1.7.0', 'v1.8.2'];

const RANK: Readonly<Record<Verdict, number>> = { unknown: -1, exceeds: 0, waits: 1, fits: 2 };

function rankOf({ verdict, atBest }: Forecast): readonly [number, number] {
  return [RANK[verdict], RANK[atBest ?? verdict]];
}

type Change = (objects: ForecastObjects, bytes: bigint) => ForecastObjects;

const withHigherLimits: Change = (objects, bytes) => {
  const changes = objects.namespace.quotas.items.flatMap((quota) =>
    [...(quota.spec?.hard ?? [])].map(([resource, hard]): QuotaChange => {
      const more = resource.endsWith('memory') ? Quantity.of(bytes) : Quantity.ofMilli(bytes / 1_000_000n);
      const { name } = quota.metadata;
      return { quota: name, resource, to: hard.add(more), where: whereOf(resource, name) };
    }),
  );
  return { ...objects, namespace: withQuotaChanges(objects.namespace, changes) };
};

const withLessUse: Change = (objects, bytes) => {
  const amounts = objects.namespace.quotas.items.map(
    ({ metadata }): QuotaChange => ({
      quota: metadata.name,
      resource: 'limits.memory',
      to: Quantity.of(bytes),
      where: 'resource-quota',
    }),
  );
  return { ...objects, namespace: withFreedRoom(objects.namespace, amounts) };
};

/** Whether a migration of another VM has no target pod yet: what is freed may let that one in first. */
function hasRival({ namespace: { migrations } }: ForecastObjects): boolean {
  return migrations.items.some(({ status }) => status?.phase !== 'Running');
}

function ranks(draft: ManagedDraft, bytes: bigint, change: Change) {
  const before = managedScene(draft).objects();
  const [certain, lucky] = rankOf(forecastMigration(prepare(before), 'vm1'));
  const [certainAfter, luckyAfter] = rankOf(forecastMigration(prepare(change(before, bytes)), 'vm1'));
  return { certain, lucky, certainAfter, luckyAfter, isAlone: !hasRival(before) };
}

const bytesMore = fc.bigInt({ min: 0n, max: 4_000_000_000n });

describe.each([
  { title: 'when the limits of a namespace and its quota are raised', change: withHigherLimits },
  { title: 'when others use less', change: withLessUse },
])('$title', ({ change }) => {
  test('what is certain never turns for the worse, unless another migration still waits for its pod', () => {
    fc.assert(
      fc.property(managedDrafts(RELEASES), bytesMore, (draft, bytes) => {
        const { certain, certainAfter, isAlone } = ranks(draft, bytes, change);
        fc.pre(isAlone);
        expect(certainAfter).toBeGreaterThanOrEqual(certain);
      }),
      { numRuns: 150 },
    );
  });

  test('the luckiest order never turns for the worse, whoever waits beside', () => {
    fc.assert(
      fc.property(managedDrafts(RELEASES), bytesMore, (draft, bytes) => {
        const { lucky, luckyAfter } = ranks(draft, bytes, change);
        expect(luckyAfter).toBeGreaterThanOrEqual(lucky);
      }),
      { numRuns: 150 },
    );
  });
});

/**
 * Before, vm2 is refused even with the scale-ups of both, and as long as it waits, its own carries vm1. After, the two let it
 * in if it is tried first; once it is over, its scale-up is gone, and what it uses is not.
 */
test('what others free may go to a migration that waits beside, and then this one is short of it', () => {
  const waitingBeside = 6;
  const draft: ManagedDraft = {
    harvester: 'v1.7.0',
    ratios: ['1', '1'],
    size: { cpu: 1, memoryMi: 256 },
    spareBytes: 134_217_729,
    spareMilliCpu: 30,
    extras: [waitingBeside],
  };
  const before = managedScene(draft).objects();
  const after = withLessUse(before, 792_137_215n);
  expect(hasRival(before)).toBe(true);
  expect(forecastMigration(prepare(before), 'vm1')).toMatchObject({ verdict: 'fits' });
  expect(forecastMigration(prepare(before), 'vm2')).toMatchObject({ verdict: 'exceeds' });
  expect(forecastMigration(prepare(after), 'vm1')).toMatchObject({ verdict: 'exceeds', atBest: 'fits' });
});

function whereOf(resource: string, quota: string): QuotaChange['where'] {
  return quota === 'default-z4g94' && resource.startsWith('limits.') ? 'namespace-annotation' : 'resource-quota';
}
