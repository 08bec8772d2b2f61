import { describe, expect, test } from '@jest/globals';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import { readObjects } from '../../src/cluster/kubernetes-objects.ts';
import { openSnapshot, SnapshotCluster } from '../../src/cluster/snapshot.ts';
import type { Cluster } from '../../src/forecast/cluster-objects.ts';

const asked = { namespace: 'quota-test', vmi: 'vm1', isDryRun: false, stage: 'promise' } as const;
const FITS = 'examples/quota-test.yaml';
const EXCEEDS = 'examples/quota-test-after-migration.yaml';

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
    const live: Cluster = {
      clusterObjects: async () => ({ ...(await snapshot.clusterObjects()) }),
      namespaceObjects: async (namespace) => ({ ...(await snapshot.namespaceObjects(namespace)) }),
      namespaceNames: () => snapshot.namespaceNames(),
    };
    const forecaster = clusterForecaster(live);
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

  test('an empty cluster knows nothing and says so', async () => {
    const { forecast } = await clusterForecaster(new SnapshotCluster()).forecastMigration(asked);
    expect(forecast).toMatchObject({ verdict: 'unknown', reason: 'there is no KubeVirt object in the cluster' });
  });
});
