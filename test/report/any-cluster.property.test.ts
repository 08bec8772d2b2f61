import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import { RatioRooms, triedRatios } from '../../src/report/ratio-rooms.ts';
import { standingOf } from '../../src/report/standing.ts';
import type { Scene } from '../builders/scene.ts';
import { managedDrafts, managedScene, plainDrafts, plainSceneOf } from '../forecast/random-scenes.ts';
import { forecastOf, namespaceOf, pageOf, reportOf } from './sample-report.ts';

function expectCounted(scenery: Scene): void {
  const ratios = triedRatios(undefined);
  const outlook = new RatioRooms(ratios).outlookOf(prepare(scenery.objects()));
  const page = pageOf(reportOf([{ ...namespaceOf(scenery, 'a'), outlook }], { ratios }));
  const tile = /class="tile (?!none)\w+"><a href="#vms" data-standing="(\w+)"><span class="figure">1</.exec(page);
  expect(tile?.[1]).toBe(standingOf(forecastOf(scenery)));
  expect(page).not.toMatch(/="(?:NaN|undefined)|>undefined</);
}

test('a VM is counted by its verdict, whatever its namespace is like', () => {
  fc.assert(
    fc.property(managedDrafts(['v1.3.2', 'v1.7.0', 'v1.9.0']), (draft) => expectCounted(managedScene(draft))),
    { numRuns: 80 },
  );
  fc.assert(
    fc.property(plainDrafts, (draft) => expectCounted(plainSceneOf(draft))),
    { numRuns: 40 },
  );
});
