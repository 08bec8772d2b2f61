import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import { LiveCluster } from '../../src/cluster/live-cluster.ts';
import { configMapReservations } from '../../src/cluster/reservation-config-map.ts';
import { isHopeless } from '../../src/forecast/verdict-of.ts';
import { sharedLedger } from '../admission/shared-ledger.ts';
import { FakeApiServer } from '../builders/fake-api-server.ts';
import { plainScene, type Scene, scene } from '../builders/scene.ts';
import { sizedVmi } from '../builders/virtual-machine.ts';
import { hostileText, isName, ownObjects } from './hostile-texts.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const PLACE = { namespace: 'headroom-system', name: 'headroom-reservations' };
const WIDE = scene({ base: { 'limits.cpu': '30', 'limits.memory': '60Gi' } }).started(
  sizedVmi('vm2', { cpu: 1, memoryMi: 1024 }),
);
const TIGHT = plainScene({ pods: '3' }).started(sizedVmi('vm2', { cpu: 1, memoryMi: 1024 }));

/** Asks with this in the ledger; gives the answer, what was asked of the API server, and the ledger afterwards. */
async function decided(from: Scene, reservations: string) {
  const api = new FakeApiServer([
    ...from.json(),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: PLACE, data: { reservations } },
  ]);
  api.clock = () => NOW;
  const forecaster = clusterForecaster(new LiveCluster(api, { recentSeconds: 0, now: () => 0 }), {
    // Half of it is waited where reservations stand in the way.
    readMilliseconds: 300,
    ledger: sharedLedger(configMapReservations(api, PLACE)),
  });
  const asked = { namespace: 'quota-test', vmi: 'vm1', isDryRun: false, stage: 'promise' } as const;
  const { forecast } = await forecaster.forecastMigration(asked);
  return { forecast, paths: api.calls.map(({ path }) => path) };
}

const amount = fc.oneof(fc.constantFrom('0', '1', '5Gi', '9223372036854775807', '-1', '1e400', 'x'), hostileText);
const reservation = fc.record({
  namespace: fc.oneof({ weight: 5, arbitrary: fc.constant('quota-test') }, hostileText),
  vmi: fc.oneof({ weight: 5, arbitrary: fc.constantFrom('vm1', 'vm2', 'ghost') }, hostileText),
  at: fc.oneof(
    { weight: 5, arbitrary: fc.constant(NOW.toISOString()) },
    fc.constantFrom('9999-12-31T23:59:59Z', 'now'),
  ),
  needs: fc.oneof(
    fc.constant(undefined),
    fc.dictionary(
      fc.oneof(fc.constantFrom('default-z4g94', 'team-quota'), hostileText),
      fc.dictionary(fc.constantFrom('limits.memory', 'pods'), amount),
      {
        maxKeys: 2,
      },
    ),
  ),
});

describe('reservations that somebody has forged or garbled', () => {
  test.each([
    ['there is room for everybody', WIDE],
    ['there is room for one', TIGHT],
  ])('make nobody be denied, and lead to no other question: where %s', async (_title, from) => {
    const before = ownObjects();
    const { forecast: alone } = await decided(from, '[]');
    expect(isHopeless(alone)).toBe(false);
    await fc.assert(
      fc.asyncProperty(fc.array(reservation, { maxLength: 4 }), async (reservations) => {
        const { forecast, paths } = await decided(from, JSON.stringify(reservations));
        expect(['fits', 'waits', 'unknown']).toContain(forecast.verdict);
        expect(paths.filter((path) => !path.slice(1).split('/').every(isName))).toEqual([]);
      }),
      { numRuns: 30 },
    );
    expect(ownObjects()).toEqual(before);
  });

  test('in other namespaces change nothing', async () => {
    const at = NOW.toISOString();
    const needs = { 'default-z4g94': { 'limits.memory': '9000Gi', 'limits.cpu': '9000' } };
    const foreign = Array.from({ length: 400 }, (_, index) => ({ namespace: 'evil', vmi: `vm${index}`, at, needs }));
    expect((await decided(WIDE, JSON.stringify(foreign))).forecast).toEqual((await decided(WIDE, '[]')).forecast);
  });

  test('that are believed do hold room: the tests above would have told', async () => {
    const needs = { 'team-quota': { pods: '1' } };
    const text = JSON.stringify([{ namespace: 'quota-test', vmi: 'vm2', at: NOW.toISOString(), needs }]);
    expect((await decided(TIGHT, text)).forecast.verdict).not.toBe('fits');
  });
});
