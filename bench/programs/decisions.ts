import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import { openSnapshot } from '../../src/cluster/snapshot.ts';
import { neverTheSame } from '../never-the-same.ts';
import { cpuMilliseconds } from '../rates.ts';

/** The bench asks for decisions during so many milliseconds of processor time, and is told how much of it one took. */
export interface Asked {
  readonly milliseconds: number;
}

export interface Told {
  readonly microsecondsEach: number;
}

// node bench/programs/decisions.ts SNAPSHOT, with a channel to whoever asks
const [file = ''] = process.argv.slice(2);
const snapshot = await openSnapshot([file]);
const forecaster = clusterForecaster(neverTheSame(snapshot));
/** The same two namespaces in clusters of any size: only what is around them differs. */
const namespaces = ['team-000', 'team-001'];
const requests = (await Promise.all(namespaces.map((namespace) => snapshot.namespaceObjects(namespace)))).flatMap(
  ({ name, virtualMachineInstances }) =>
    virtualMachineInstances.items.map(({ metadata }) => ({
      namespace: name,
      vmi: metadata.name,
      isDryRun: false,
      stage: 'promise' as const,
    })),
);

async function decideFor(milliseconds: number): Promise<Told> {
  const start = cpuMilliseconds();
  let decisions = 0;
  while (cpuMilliseconds() - start < milliseconds) {
    for (const request of requests) {
      const { forecast } = await forecaster.forecastMigration(request);
      if (forecast.verdict === 'unknown') throw new Error(`${request.namespace}/${request.vmi}: unknown`);
    }
    decisions += requests.length;
  }
  return { microsecondsEach: ((cpuMilliseconds() - start) * 1000) / decisions };
}

process.on('message', async ({ milliseconds }: Asked) => process.send?.(await decideFor(milliseconds)));
process.on('disconnect', () => process.exit());
process.send?.('ready');
