import { forecastMigration, prepare } from '../src/forecast/forecast-migrations.ts';
import { kubeVirtRelease } from '../src/kubevirt/release.ts';
import { launcherOverhead } from '../src/kubevirt/reported-overhead.ts';
import { Quantity } from '../src/quantity/quantity.ts';
import { clusterOf, EXAMPLE_VMI, exampleObjects, forecastObjects } from './example-cluster.ts';
import { type Figure, figuresOf } from './figure.ts';
import { quantityTexts } from './quantity-texts.ts';
import { compareRounds, type Measured, measureInRounds } from './rounds.ts';

const ROUNDS = 15;
const ROUND_MILLISECONDS = 150;
const WARM_UP_MILLISECONDS = 1500;

interface Contender {
  readonly what: string;
  /** One round: how many pieces of work were done in a second. */
  readonly measure: () => Promise<number>;
}

/** How often a second a piece of work is done, on the one core that JavaScript runs on. */
async function contender(what: string, work: () => unknown, piecesOfWork = 1): Promise<Contender> {
  const during = async (milliseconds: number): Promise<number> => {
    const start = performance.now();
    let done = 0;
    while (performance.now() - start < milliseconds) {
      // A clock read for every hundred, and a turn of microtasks only for work that is asynchronous.
      for (let times = 0; times < 100; times += 1) {
        const result = work();
        if (result instanceof Promise) await result;
      }
      done += 100 * piecesOfWork;
    }
    return (done / (performance.now() - start)) * 1000;
  };
  await during(WARM_UP_MILLISECONDS);
  return { what, measure: () => during(ROUND_MILLISECONDS) };
}

async function measureRates(contenders: readonly Contender[]): Promise<readonly Measured[]> {
  const rates = await measureInRounds(
    contenders.map(({ measure }) => measure),
    ROUNDS,
  );
  return compareRounds(
    contenders.map(({ what }) => what),
    rates,
  );
}

async function forecasts(): Promise<readonly Figure[]> {
  const plain = exampleObjects('quota-test');
  const objects = await forecastObjects(clusterOf(plain));
  const after = await forecastObjects(clusterOf(exampleObjects('quota-test-after-migration')));
  const texts = quantityTexts(
    plain.filter(({ kind }) => /^(Namespace|ResourceQuota|Pod|VirtualMachineI.*)$/.test(kind)),
  );
  const json = plain.map((object) => JSON.stringify(object));
  const forecast = () => forecastMigration(prepare(objects), EXAMPLE_VMI);
  expectVerdict('fits', forecast().verdict);
  expectVerdict('exceeds', forecastMigration(prepare(after), EXAMPLE_VMI).verdict);
  const measured = await measureRates([
    await contender("JSON.parse of the cluster's objects", () => json.map((text) => JSON.parse(text))),
    await contender('forecast of checked objects', forecast),
    await contender(`forecast, its ${texts.length} quantities parsed anew`, () => {
      for (const text of texts) Quantity.parse(text);
      return forecast();
    }),
    await contender('forecast, all objects checked anew', async () =>
      forecastMigration(prepare(await forecastObjects(clusterOf(plain))), EXAMPLE_VMI),
    ),
    await contender('forecast that exceeds, with its remedies', () => forecastMigration(prepare(after), EXAMPLE_VMI)),
  ]);
  const target = { of: 'value', bound: 'at least', amount: 20_000 } as const;
  const targets = { [`forecast, its ${texts.length} quantities parsed anew`]: target };
  return figuresOf(measured, { part: 'engine', unit: 'per s', targets });
}

function expectVerdict(expected: string, found: string): void {
  if (found !== expected) throw new Error(`the example's verdict is ${found}, expected ${expected}`);
}

async function overheads(): Promise<readonly Figure[]> {
  const { cluster, namespace } = await forecastObjects(clusterOf(exampleObjects('quota-test')));
  const [kubeVirt] = cluster.kubeVirts.items;
  const [vmi] = namespace.virtualMachineInstances.items;
  const reading = kubeVirtRelease(kubeVirt?.status?.observedKubeVirtVersion ?? '');
  if (vmi === undefined || reading.kind === 'unknown')
    throw new Error('the example holds no VMI or no KubeVirt version');
  const request = {
    vmi,
    configuration: kubeVirt?.spec?.configuration ?? {},
    release: reading.release,
    clusterArchitecture: 'amd64',
  };
  const json = JSON.stringify(exampleObjects('quota-test').find(({ kind }) => kind === 'VirtualMachineInstance'));
  const measured = await measureRates([
    await contender('JSON.parse of the VMI', () => JSON.parse(json)),
    await contender('memory overhead of a VMI', () => launcherOverhead(request)),
  ]);
  return figuresOf(measured, { part: 'engine', unit: 'per s', targets: {} });
}

async function quantities(): Promise<readonly Figure[]> {
  const texts = quantityTexts(exampleObjects('quota-test'));
  const digits = texts.map((text) => /^\d+/.exec(text)?.[0] ?? '0');
  const measured = await measureRates([
    await contender('BigInt(digits) and +', () => digits.reduce((sum, text) => sum + BigInt(text), 0n), digits.length),
    await contender(
      'quantity parsed and added',
      () => texts.reduce((sum, text) => sum.add(Quantity.parse(text)), Quantity.zero),
      texts.length,
    ),
  ]);
  return figuresOf(measured, { part: 'engine', unit: 'per s', targets: {} });
}

export async function engineFigures(): Promise<readonly Figure[]> {
  return [...(await forecasts()), ...(await overheads()), ...(await quantities())];
}
