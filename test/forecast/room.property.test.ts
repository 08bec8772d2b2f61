import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import type { QuotaChange } from '../../src/forecast/forecast.ts';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import { ofSteps, stepsOf } from '../../src/forecast/quota-raise.ts';
import { type KnownOutlook, RatioOutlooks } from '../../src/forecast/ratio-outlook.ts';
import type { KeyRoom } from '../../src/forecast/room.ts';
import { withQuotaChanges, withRatio } from '../../src/forecast/what-if.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import {
  canMigrate,
  canRestart,
  EVERY_RELEASE,
  everyState,
  type RoomDraft,
  roomDrafts,
  roomScene,
} from './room-scenes.ts';

interface Looked {
  readonly outlook: KnownOutlook;
  /** At the ratio that was asked about. */
  readonly objects: ForecastObjects;
  /** The VMs that fit some quota: of others the pod itself is refused. */
  readonly names: readonly string[];
}

const BOUNDLESS = Quantity.parse('1Pi');

function look(draft: RoomDraft): Looked {
  const objects = roomScene(draft).objects();
  const now = prepare(objects);
  const changed = { cluster: withRatio(objects.cluster, draft.then), namespace: objects.namespace };
  const outlook = new RatioOutlooks().look(now, prepare(changed, now));
  if (outlook.kind === 'unknown') throw new Error(outlook.reason);
  const names = draft.vms.map((_, index) => `vm${index + 1}`);
  const boundless = prepare(
    withFigures(
      changed,
      outlook.quotas.map((room) => ({ ...room, needed: BOUNDLESS })),
    ),
  );
  return { outlook, objects: changed, names: names.filter((name) => canMigrate(boundless, name)) };
}

/** Whether every VM can be migrated, and restarted, whichever of them have been moved before. */
function allFit(objects: ForecastObjects, names: readonly string[]): boolean {
  return everyState(objects, names).every((state) =>
    names.every((name) => canMigrate(state, name) && canRestart(state, name)),
  );
}

function withFigures(objects: ForecastObjects, figures: readonly KeyRoom[]): ForecastObjects {
  const changes = figures.map(
    ({ quota, resource, needed, where }): QuotaChange => ({ quota, resource, to: needed, where }),
  );
  return { ...objects, namespace: withQuotaChanges(objects.namespace, changes) };
}

describe.each(EVERY_RELEASE)('the room that is needed, on Harvester %s', (release) => {
  test('suffices: every VM can be moved in any order, moved again and restarted', () => {
    fc.assert(
      fc.property(roomDrafts([release]), (draft) => {
        const { outlook, objects, names } = look(draft);
        expect(allFit(withFigures(objects, outlook.quotas), names)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test('is said to suffice just when what is set does', () => {
    fc.assert(
      fc.property(roomDrafts([release]), (draft) => {
        const { outlook, objects, names } = look(draft);
        const suffices = outlook.quotas.every(({ growBy }) => growBy === undefined);
        const fits = allFit(objects, names);
        if (suffices || release !== 'v1.9.0') expect(fits).toBe(suffices);
      }),
      { numRuns: 25 },
    );
  });
});

// Harvester 1.9 is left out: it rescues what is over quota, so that less of a limit can do as well.
const WITHOUT_COMPENSATION = EVERY_RELEASE.filter((release) => release !== 'v1.9.0');

test.each(WITHOUT_COMPENSATION)('no less room will do, on Harvester %s', (release) => {
  fc.assert(
    fc.property(roomDrafts([release]), (draft) => {
      const { outlook, objects, names } = look(draft);
      outlook.quotas.forEach((room, index) => {
        const less = ofSteps(room.resource, stepsOf(room.resource, room.needed) - 1n);
        const figures = outlook.quotas.with(index, { ...room, needed: less });
        expect(allFit(withFigures(objects, figures), names)).toBe(false);
      });
    }),
    { numRuns: 20 },
  );
});

test.each(WITHOUT_COMPENSATION)(
  'at the largest ratio all fits, and at the next tenth not all, on Harvester %s',
  (release) => {
    fc.assert(
      fc.property(roomDrafts([release]), (draft) => {
        const now = prepare(roomScene(draft).objects());
        const outlooks = new RatioOutlooks();
        outlooks.look(now, now);
        const { all } = outlooks.largest;
        const names = draft.vms.map((_, index) => `vm${index + 1}`);
        const fitsAt = (ratio: number): boolean => {
          const cluster = withRatio(now.objects.cluster, ratio.toFixed(1));
          return allFit({ cluster, namespace: now.objects.namespace }, names);
        };
        const largest = all?.kind === 'found' ? Number(all.ratio) : 0.9;
        if (largest >= 1) expect(fitsAt(largest)).toBe(true);
        if (largest < 10) expect(fitsAt(largest + 0.1)).toBe(false);
      }),
      { numRuns: 20 },
    );
  },
);

test('the lists of VMs say what forecasts say', () => {
  fc.assert(
    fc.property(roomDrafts(EVERY_RELEASE), (draft) => {
      const { outlook, objects, names } = look(draft);
      const before = prepare(roomScene(draft).objects());
      const then = prepare(objects);
      const lost = names.filter((name) => canMigrate(before, name) && !canMigrate(then, name));
      expect(outlook.vms.stops.next).toEqual(lost);
      expect(outlook.vms.total).toBe(draft.vms.length);
    }),
    { numRuns: 80 },
  );
});
