import { defaultQuota } from '../test/builders/namespace.ts';
import type { ClusterClient } from '../test/e2e/harness/cluster.ts';
import { createNamespace, startVms } from '../test/e2e/harness/kubevirt.ts';
import { crowdNamespace, crowdVm, populate } from '../test/e2e/harness/population.ts';
import { installRelease, type Release } from '../test/e2e/harness/release.ts';
import { situationOf } from '../test/e2e/harness/situation.ts';
import { type Figure, figuresOf, type Target } from './figure.ts';
import { startLiveBench } from './live-cluster.ts';
import { type Latencies, leaveMigrations, measureCreations, type Place } from './live-latency.ts';
import { measureMemory } from './live-memory.ts';
import { measureStarts } from './live-start.ts';
import { compareRounds, quantile, type Spread, spreadOf } from './rounds.ts';

const SIZES = [100, 1000, 10_000];
const VMS_EACH = 50;
const VMS_MIGRATED = 10;
const MIGRATIONS_LEFT = 250;
const CROWD = 'team';
/** Excluded by the release's values: the same creation, and nobody asks headroom. */
const BARE: Place = { namespaces: ['bare-000', 'bare-001'], vmsMigrated: VMS_MIGRATED, verdict: undefined };
const ALONE = 'all-in-one';
const REVIEWS = [10_000, 20_000, 30_000, 40_000, 50_000];

const ADDED: Target = { of: 'value', bound: 'below', amount: 15 };
const ADDED_AT_WORST: Target = { of: 'value', bound: 'below', amount: 60 };
const SAME_AT_ANY_SIZE: Target = { of: 'ratio', bound: 'below', amount: 1.2 };
const START: Target = { of: 'value', bound: 'below', amount: 1.5 };
const MEMORY: Target = { of: 'value', bound: 'below', amount: 120 };
const NOT_GROWING: Target = { of: 'ratio', bound: 'below', amount: 1.1 };

/** A real API server that calls the webhook, in clusters of several sizes. */
export async function liveFigures(): Promise<readonly Figure[]> {
  const bench = await startLiveBench();
  try {
    return await measure(bench.cluster);
  } finally {
    await bench.stop();
  }
}

async function measure(cluster: ClusterClient): Promise<readonly Figure[]> {
  await populate(cluster, { prefix: 'bare', from: 0, to: BARE.namespaces.length, vmsEach: VMS_EACH });
  const values = { excludedNamespaces: ['harvester-system', ...BARE.namespaces], webhook: { failurePolicy: 'Fail' } };
  const release = await installRelease(cluster, { values, flags: { drain: '0' } });
  const added = new Map<number, Spread>();
  const figures: Figure[] = [];
  let namespaces = 0;
  for (const size of SIZES) {
    const to = size / VMS_EACH;
    await unasked(release, () => populate(cluster, { prefix: CROWD, from: namespaces, to, vmsEach: VMS_EACH }));
    namespaces = to;
    const latencies = await measureCreations(cluster, [BARE, newest(to)]);
    figures.push(...latencyFigures(`${size.toLocaleString('en')} VMs`, latencies, [ADDED, ADDED_AT_WORST]));
    added.set(size, addedBy(latencies));
    console.error(`  ${size} VMs: ${added.get(size)?.median.toFixed(1)} ms`);
  }
  figures.push(sameAtAnySize(added));
  figures.push(...(await memoryFigures(cluster, release, namespaces)));
  figures.push(...startFigures(await measureStarts(release)));
  figures.push(...(await migratedOftenFigures(cluster, newest(namespaces))));
  figures.push(...(await oneNamespaceFigures(cluster, release)));
  await release.uninstall();
  return figures;
}

/** The two namespaces that were made last: nothing has been migrated in them yet. */
function newest(count: number): Place {
  const namespaces = [count - 2, count - 1].map((number) => crowdNamespace({ prefix: CROWD }, number));
  return { namespaces, vmsMigrated: VMS_MIGRATED, verdict: 'fits' };
}

/** For information: every decision lists the migrations of its namespace, and most of those are over. */
async function migratedOftenFigures(cluster: ClusterClient, place: Place): Promise<readonly Figure[]> {
  await leaveMigrations(cluster, place, MIGRATIONS_LEFT);
  const latencies = await measureCreations(cluster, [BARE, place]);
  return latencyFigures(`beside ${MIGRATIONS_LEFT} migrations that are over`, latencies, []);
}

/** What is created to fill the cluster need not go through headroom. */
async function unasked(release: Release, act: () => Promise<void>): Promise<void> {
  await release.unroute();
  await act();
  await release.route();
}

const median = (values: readonly number[]) => spreadOf(values).median;

/** Milliseconds by which a creation takes longer, round by round. */
function addedBy([without, having]: readonly [Latencies, Latencies]): Spread {
  return spreadOf(having.map((round, index) => median(round) - median(without[index] ?? [])));
}

function latencyFigures(
  size: string,
  latencies: readonly [Latencies, Latencies],
  [typical, worst]: readonly [Target?, Target?],
): readonly Figure[] {
  const [without, having] = latencies;
  const medians = [without, having].map((rounds) => rounds.map(median));
  const worsts = [without, having].map((rounds) => atWorst(rounds.flat()));
  const [yardstick, value] = worsts as [number, number];
  const beside = 'creation without';
  const rows = [
    { what: `added to a creation, median, ${size}`, value: addedBy(latencies), medians, target: typical },
    {
      what: `added to a creation, 99th of 100, ${size}`,
      value: spreadOf([value - median(without.flat())]),
      medians: [[yardstick], [value]],
      target: worst,
    },
  ];
  return rows.flatMap(({ what, value: spread, medians: values, target }) =>
    figuresOf(
      compareRounds([beside, what], values).map((one, index) => (index === 0 ? one : { ...one, value: spread })),
      { part: 'live', unit: 'ms', targets: target === undefined ? {} : { [what]: target } },
    ),
  );
}

function atWorst(values: readonly number[]): number {
  return quantile(
    values.toSorted((one, other) => one - other),
    0.99,
  );
}

function sameAtAnySize(added: ReadonlyMap<number, Spread>): Figure {
  const medians = SIZES.map((size) => added.get(size)?.median ?? Number.NaN);
  const what = 'added to a creation, the most of the sizes';
  const rows = compareRounds(['the least', what], [[Math.min(...medians)], [Math.max(...medians)]]);
  const [figure] = figuresOf(rows, { part: 'live', unit: 'ms', targets: { [what]: SAME_AT_ANY_SIZE } });
  return figure as Figure;
}

async function memoryFigures(cluster: ClusterClient, release: Release, namespaces: number): Promise<readonly Figure[]> {
  const { atStart, after, reviewsPerSecond } = await measureMemory(cluster, release, {
    prefix: CROWD,
    namespaces,
    counts: REVIEWS,
  });
  console.error(`  ${reviewsPerSecond.toFixed(0)} reviews per second`);
  const [first = 0, last = 0] = [REVIEWS[0], REVIEWS.at(-1)];
  const whats = [first, last].map((count) => `resident after ${count.toLocaleString('en')} reviews`);
  const samples = [first, last].map((count) => after.get(count) ?? []);
  const [early = '', late = ''] = whats;
  const repeated = samples[0]?.map(() => atStart[0] ?? Number.NaN) ?? [];
  const labels = { part: 'live', unit: 'MB' } as const;
  return [
    ...figuresOf(compareRounds(['when ready', ...whats], [repeated, ...samples]), {
      ...labels,
      targets: { [early]: MEMORY, [late]: MEMORY },
    }),
    ...figuresOf(compareRounds([early, 'growth since then'], samples), {
      ...labels,
      targets: { 'growth since then': NOT_GROWING },
    }),
  ];
}

function startFigures(seconds: readonly (readonly number[])[]): readonly Figure[] {
  const what = 'start to ready';
  return figuresOf(compareRounds(['node -e 0', what], seconds), {
    part: 'live',
    unit: 's',
    targets: { [what]: START },
  });
}

/** For information: a namespace of ten thousand. Its quota comes last, as every pod would wait for it. */
async function oneNamespaceFigures(cluster: ClusterClient, release: Release): Promise<readonly Figure[]> {
  const count = SIZES.at(-1) ?? 0;
  await unasked(release, async () => {
    const limits = { 'limits.memory': '1Pi' };
    const { quota } = await createNamespace(cluster, { name: ALONE, limits });
    const reference = { kind: 'ResourceQuota', name: quota, namespace: ALONE };
    await cluster.remove(reference);
    const drafts = Array.from({ length: count }, (_, index) => ({ namespace: ALONE, name: crowdVm(index) }));
    await startVms(cluster, drafts);
    await cluster.created(defaultQuota(limits, { metadata: { namespace: ALONE } }));
    await situationOf(cluster, ALONE, quota).quotaStatus({ hard: limits });
  });
  const place: Place = { namespaces: [ALONE], vmsMigrated: VMS_MIGRATED, verdict: 'fits' };
  const latencies = await measureCreations(cluster, [BARE, place]);
  return latencyFigures(`${count.toLocaleString('en')} VMs in one namespace`, latencies, []);
}
