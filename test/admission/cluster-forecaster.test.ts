import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import type { MigrationForecast } from '../../src/admission/forecaster.ts';
import { type KubernetesObject, readObjects } from '../../src/cluster/kubernetes-objects.ts';
import { openSnapshot, SnapshotCluster } from '../../src/cluster/snapshot.ts';
import type { Cluster } from '../../src/forecast/cluster-objects.ts';

const asked = { namespace: 'quota-test', vmi: 'vm1', isDryRun: false, stage: 'promise' } as const;
const FITS = 'examples/quota-test.yaml';
const EXCEEDS = 'examples/quota-test-after-migration.yaml';

/** A cluster that hands out new objects each time, as an API server does. */
const readAnew = (snapshot: SnapshotCluster): Cluster => ({
  clusterObjects: async () => ({ ...(await snapshot.clusterObjects()) }),
  namespaceObjects: async (namespace) => ({ ...(await snapshot.namespaceObjects(namespace)) }),
  namespaceNames: () => snapshot.namespaceNames(),
});

describe('facts of a decision', () => {
  test('a quota that has changed since the last request changes the answer', async () => {
    const snapshot = await openSnapshot([FITS]);
    const forecaster = clusterForecaster(snapshot);
    expect((await forecaster.forecastMigration(asked)).forecast.verdict).toBe('fits');
    await readObjects(EXCEEDS, (object) => snapshot.put(object));
    expect((await forecaster.forecastMigration(asked)).forecast.verdict).toBe('exceeds');
  });

  test('the same facts give the same answer, reckoned once', async () => {
    const forecaster = clusterForecaster(await openSnapshot([EXCEEDS]));
    const first = await forecaster.forecastMigration(asked);
    const second = await forecaster.forecastMigration(asked);
    expect(second.forecast).toBe(first.forecast);
    expect(second.forecast.verdict).toBe('exceeds');
  });

  test('a cluster that hands out new objects is reckoned anew each time', async () => {
    const snapshot = await openSnapshot([EXCEEDS]);
    const forecaster = clusterForecaster(readAnew(snapshot));
    const first = await forecaster.forecastMigration(asked);
    const second = await forecaster.forecastMigration(asked);
    expect(second.forecast).not.toBe(first.forecast);
    expect(second.forecast).toEqual(first.forecast);
  });

  test('a name that no VMI has is answered unknown and is not remembered', async () => {
    const forecaster = clusterForecaster(await openSnapshot([FITS]));
    const first = await forecaster.forecastMigration({ ...asked, vmi: 'nobody' });
    const second = await forecaster.forecastMigration({ ...asked, vmi: 'nobody' });
    expect(first.forecast.verdict).toBe('unknown');
    expect(second.forecast).not.toBe(first.forecast);
  });

  test('facts in memory give the answer of facts read anew, whatever has changed before', async () => {
    const objects: KubernetesObject[] = [];
    for (const file of [FITS, EXCEEDS]) await readObjects(file, (object) => objects.push(object));
    const change = fc.constantFrom(...objects);
    const steps = fc.array(fc.oneof(change, fc.constantFrom('vm1', 'nobody')), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const snapshot = await openSnapshot([FITS]);
        const forecaster = clusterForecaster(snapshot);
        for (const step of taken) {
          if (typeof step === 'object') snapshot.put(step);
          else {
            const request = { ...asked, vmi: step };
            const { basis, ...inMemory } = await forecaster.forecastMigration(request);
            const anew = await clusterForecaster(readAnew(snapshot)).forecastMigration(request);
            expect({ ...inMemory, objects: basis?.objects }).toEqual({
              ...withoutBasis(anew),
              objects: anew.basis?.objects,
            });
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('an empty cluster knows nothing and says so', async () => {
    const { forecast } = await clusterForecaster(new SnapshotCluster()).forecastMigration(asked);
    expect(forecast).toMatchObject({ verdict: 'unknown', reason: 'there is no KubeVirt object in the cluster' });
  });
});

function withoutBasis({ basis: _basis, ...answer }: MigrationForecast) {
  return answer;
}
