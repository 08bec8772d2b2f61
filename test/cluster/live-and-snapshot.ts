import { expect } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import type { MigrationForecast } from '../../src/admission/forecaster.ts';
import type { KubernetesObject } from '../../src/cluster/kubernetes-objects.ts';
import { LiveCluster } from '../../src/cluster/live-cluster.ts';
import { SnapshotCluster } from '../../src/cluster/snapshot.ts';
import { forecastJson } from '../../src/forecast/forecast-json.ts';
import { FakeApiServer } from '../builders/fake-api-server.ts';
import { type Json, nameOf, objectAt } from '../builders/json.ts';

export function objectsIn(yaml: string): readonly Json[] {
  return parseAllDocuments(yaml).flatMap((document): readonly Json[] => document.toJS() ?? []);
}

function snapshotOfObjects(objects: readonly Json[]): SnapshotCluster {
  const snapshot = new SnapshotCluster();
  for (const object of objects) snapshot.put(object as KubernetesObject);
  return snapshot;
}

export function liveOver(api: FakeApiServer, recentSeconds = 0): LiveCluster {
  return new LiveCluster(api, { recentSeconds, now: () => 0 });
}

/** Whether every pod of the namespace was listed, and not only those of some VMIs. */
function hasReadEverything(asked: readonly string[]): boolean {
  return asked.some((each) => each.endsWith('/pods'));
}

function spelt({ forecast, basis: _, ...around }: MigrationForecast): object {
  return { ...around, forecast: forecastJson(forecast), notes: forecast.notes };
}

export interface Tally {
  asked: number;
  /** Answered without the other VMs of the namespace having been read. */
  narrow: number;
}

/** Asks about every VMI of the objects, of the files and of an API server that holds them: the answers are the same. */
export async function expectSameAnswers(objects: readonly Json[], tally: Tally): Promise<void> {
  const api = new FakeApiServer(objects);
  const live = clusterForecaster(liveOver(api));
  const still = clusterForecaster(snapshotOfObjects(objects));
  for (const vmi of objects.filter(({ kind }) => kind === 'VirtualMachineInstance')) {
    const namespace = String(objectAt(vmi, 'metadata').namespace);
    const request = { namespace, vmi: nameOf(vmi), isDryRun: false, stage: 'promise' } as const;
    api.asked();
    const answer = spelt(await live.forecastMigration(request));
    tally.asked += 1;
    if (!hasReadEverything(api.asked())) tally.narrow += 1;
    expect(answer).toEqual(spelt(await still.forecastMigration(request)));
  }
}
