import { defaultQuota } from '../test/builders/namespace.ts';
import type { ClusterClient } from '../test/e2e/harness/cluster.ts';
import { createNamespace, startVms } from '../test/e2e/harness/kubevirt.ts';
import { crowdNamespace, crowdVm, populate } from '../test/e2e/harness/population.ts';
import { installRelease, type Release } from '../test/e2e/harness/release.ts';
import { situationOf } from '../test/e2e/harness/situation.ts';
import { pathOf, run } from './bundle.ts';
import { atMost, type Figure } from './figure.ts';
import { startLiveBench } from './live-cluster.ts';
import { addedBy, latencyFigures, liveMemoryFigures, liveStartFigure, sameAtAnySize } from './live-figures.ts';
import { leaveMigrations, measureCreations, type Place } from './live-latency.ts';
import { measureMemory } from './live-memory.ts';
import { measureStarts } from './live-start.ts';
import type { Spread } from './rounds.ts';

const SIZES = [100, 1000, 10_000];
const VMS_EACH = 50;
const VMS_MIGRATED = 10;
const MIGRATIONS_LEFT = 250;
const CROWD = 'team';
/** Excluded by the release's values: the same creation, and nobody asks headroom. */
const BARE: Place = { namespaces: ['bare-000', 'bare-001'], vmsMigrated: VMS_MIGRATED, verdict: undefined };
const ALONE = 'all-in-one';
const REVIEWS = [10_000, 20_000, 30_000, 40_000, 50_000];

/** Built where they are not there yet. */
const PROGRAMS = ['helm', 'kubectl', 'etcd', 'kube-apiserver', 'kube-controller-manager'];
const ADDED = atMost(15);
const ADDED_AT_WORST = atMost(60);

/** A real API server that calls the webhook, in clusters of several sizes. */
export async function liveFigures(): Promise<readonly Figure[]> {
  await run('bash', [pathOf('../scripts/install-tools.sh'), ...PROGRAMS]);
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
  const added: Spread[] = [];
  const figures: Figure[] = [];
  let namespaces = 0;
  for (const size of SIZES) {
    const to = size / VMS_EACH;
    await unasked(release, () => populate(cluster, { prefix: CROWD, from: namespaces, to, vmsEach: VMS_EACH }));
    namespaces = to;
    const latencies = await measureCreations(cluster, [BARE, newest(to)]);
    figures.push(...latencyFigures(`${size.toLocaleString('en')} VMs`, latencies, [ADDED, ADDED_AT_WORST]));
    const addedHere = addedBy(latencies);
    added.push(addedHere);
    console.error(`  ${size} VMs: ${addedHere.median.toFixed(1)} ms`);
  }
  figures.push(sameAtAnySize(added));
  const crowd = { prefix: CROWD, namespaces, counts: REVIEWS };
  figures.push(...liveMemoryFigures(await measureMemory(cluster, release, crowd)));
  figures.push(liveStartFigure(await measureStarts(release)));
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
