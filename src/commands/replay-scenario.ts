import { access, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readMigrations } from '../cluster/migration-file.ts';
import { openSnapshot } from '../cluster/snapshot.ts';
import type { Forecast } from '../forecast/forecast.ts';
import { resourcesJson } from '../forecast/forecast-json.ts';
import { forecastTogether, prepare } from '../forecast/forecast-migrations.ts';
import { type Observed, outcomeShape, scenarioDifferences } from './scenario-judgment.ts';

export interface ScenarioReplay {
  readonly name: string;
  readonly passed: boolean;
  readonly differences: readonly string[];
  /** Whether several migrations were forecast as a set, and whether every verdict of it was certain. */
  readonly isSet: boolean;
  readonly isCertain: boolean;
  readonly computed: object;
}

/** Whether a folder holds a scenario: a snapshot and the migrations that were then created. */
export async function isScenario(folder: string): Promise<boolean> {
  const found = await Promise.allSettled(['before.yaml', 'vmims.yaml'].map((name) => access(join(folder, name))));
  return found.every(({ status }) => status === 'fulfilled');
}

/** Forecasts a scenario's migrations as one set and judges that by its `outcome.json`, where there is one. */
export async function replayScenario(folder: string): Promise<ScenarioReplay> {
  const name = basename(folder);
  const cluster = await openSnapshot([join(folder, 'before.yaml')]);
  const asked = (await readMigrations(join(folder, 'vmims.yaml'))).filter(({ metadata }) => metadata.name !== '');
  const namespace = asked[0]?.metadata.namespace ?? 'default';
  const objects = { cluster: await cluster.clusterObjects(), namespace: await cluster.namespaceObjects(namespace) };
  const forecasts = forecastTogether(
    prepare(objects),
    asked.map(({ spec }) => spec.vmiName),
  );
  const observed = await observedOutcome(folder);
  const differences =
    observed === undefined
      ? ['there is no outcome.json to compare with']
      : scenarioDifferences(
          asked.map(({ metadata }) => metadata.name),
          forecasts,
          observed,
        );
  return {
    name,
    passed: differences.length === 0,
    differences,
    isSet: forecasts.length > 1,
    isCertain: forecasts.every(({ atBest, verdict }) => atBest === undefined && verdict !== 'unknown'),
    computed: { scenario: name, migrations: forecasts.map(computedMigration) },
  };
}

async function observedOutcome(folder: string): Promise<Observed | undefined> {
  const text = await readFile(join(folder, 'outcome.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : outcomeShape.parse(JSON.parse(text));
}

function computedMigration({ vmi, verdict, atBest, reason, target, quotas }: Forecast): object {
  const short = quotas.filter(({ shortBy }) => shortBy !== undefined);
  return {
    vmi,
    verdict,
    ...(atBest === undefined ? {} : { atBest }),
    ...(reason === undefined ? {} : { reason }),
    target: resourcesJson(target),
    short: short.map(({ quota, resource, used, requested, hardAfterScaleUp }) => ({
      quota,
      resource,
      used: `${used}`,
      requested: `${requested}`,
      hardAfterScaleUp: `${hardAfterScaleUp}`,
    })),
  };
}
