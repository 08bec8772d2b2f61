import { Big } from 'big.js';
import { forecastMigration, prepare } from '../src/forecast/forecast-migrations.ts';
import { kubeVirtRelease } from '../src/kubevirt/release.ts';
import { launcherOverhead } from '../src/kubevirt/reported-overhead.ts';
import { Quantity } from '../src/quantity/quantity.ts';
import { clusterOf, EXAMPLE_VMI, exampleObjects, forecastObjects } from './example-cluster.ts';
import { atLeast, type Effort, type Figure, figureOf } from './figure.ts';
import { quantityTexts } from './quantity-texts.ts';
import { type Contender, compareRates } from './rates.ts';

const LABELS = { part: 'engine', unit: 'per s' } as const;

/** What decides, without a server or a cluster around it. */
export async function engineFigures(effort: Effort): Promise<readonly Figure[]> {
  return [...(await forecasts(effort)), ...(await overheads(effort)), ...(await quantities(effort))];
}

async function forecasts(effort: Effort): Promise<readonly Figure[]> {
  const plain = exampleObjects('quota-test');
  const objects = await forecastObjects(clusterOf(plain));
  const after = await forecastObjects(clusterOf(exampleObjects('quota-test-after-migration')));
  const texts = quantityTexts(
    plain.filter(({ kind }) => /^(Namespace|ResourceQuota|Pod|VirtualMachineI.*)$/.test(kind)),
  );
  const json = plain.map((object) => JSON.stringify(object));
  const forecast = () => forecastMigration(prepare(objects), EXAMPLE_VMI);
  const forecastExceeding = () => forecastMigration(prepare(after), EXAMPLE_VMI);
  expectEqual('verdict', forecast().verdict, 'fits');
  expectEqual('verdict', forecastExceeding().verdict, 'exceeds');
  const parsing = { what: "JSON.parse of the cluster's objects", work: () => json.map((text) => JSON.parse(text)) };
  const withQuantities = `forecast, its ${texts.length} quantities parsed anew`;
  const subjects: readonly Contender[] = [
    { what: 'forecast of checked objects', work: forecast },
    {
      what: withQuantities,
      work: () => {
        for (const text of texts) Quantity.parse(text);
        return forecast();
      },
    },
    {
      what: 'forecast, all objects checked anew',
      work: async () => forecastMigration(prepare(await forecastObjects(clusterOf(plain))), EXAMPLE_VMI),
    },
    { what: 'forecast that exceeds, with its remedies', work: forecastExceeding },
  ];
  const compared = await compareRates(subjects, [parsing], effort);
  return compared.map((one) => figureOf(one, { ...LABELS, targets: { [withQuantities]: atLeast(20_000) } }));
}

async function overheads(effort: Effort): Promise<readonly Figure[]> {
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
  const compared = await compareRates(
    [{ what: 'memory overhead of a VMI', work: () => launcherOverhead(request) }],
    [{ what: 'JSON.parse of the VMI', work: () => JSON.parse(json) }],
    effort,
  );
  return compared.map((one) => figureOf(one, LABELS));
}

/**
 * Beside the decimal library of npm that was the fastest at this of four. It knows no suffixes, so it is given the same
 * amounts as plain numbers: less work than `Mi` and `m` are.
 */
async function quantities(effort: Effort): Promise<readonly Figure[]> {
  const texts = manyAmounts();
  const pieces = texts.length;
  const parsed = texts.map((text) => Quantity.parse(text));
  const numbers = parsed.map(({ nanos }) => plainNumber(nanos));
  const bigs = numbers.map((text) => new Big(text));
  const sum = () => parsed.reduce((total, one) => total.add(one), Quantity.zero);
  const bigSum = () => bigs.reduce((total, one) => total.plus(one), new Big(0));
  expectEqual('sum of the library', bigSum().toFixed(), new Big(plainNumber(sum().nanos)).toFixed());
  const rows = [
    await compareRates(
      [{ what: 'quantity parsed', work: () => texts.map((text) => Quantity.parse(text)), pieces }],
      [{ what: 'big.js, the same number', work: () => numbers.map((text) => new Big(text)), pieces }],
      effort,
    ),
    await compareRates(
      [{ what: 'quantity added', work: sum, pieces }],
      [{ what: 'big.js, the same number', work: bigSum, pieces }],
      effort,
    ),
  ];
  return rows.flat().map((one) => figureOf(one, LABELS));
}

/** So many that hardly any is remembered from the last time. */
function manyAmounts(): readonly string[] {
  return Array.from({ length: 10_000 }, (_, index) => [
    `${index + 1}Mi`,
    `${index + 1}m`,
    `${4_737_464_313 + index}`,
  ]).flat();
}

/** An amount in billionths as a decimal library takes it. */
function plainNumber(nanos: bigint): string {
  const digits = nanos.toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
}

function expectEqual<T>(what: string, found: T, expected: T): void {
  if (found !== expected) throw new Error(`${what}: ${found}, expected ${expected}`);
}
