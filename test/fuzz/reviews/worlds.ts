import { clusterForecaster } from '../../../src/admission/cluster-forecaster.ts';
import { SnapshotCluster } from '../../../src/cluster/snapshot.ts';
import { forecastMigration, prepare } from '../../../src/forecast/forecast-migrations.ts';
import { isHopeless } from '../../../src/forecast/verdict-of.ts';
import { snapshotOf } from '../../builders/snapshot.ts';
import { clusterTextOf } from '../../reviews/cluster-of-review.ts';
import { loadReviews, type SentReview } from '../../reviews/load-reviews.ts';
import { webhookApp } from '../../server/webhook-app.ts';
import { JsonTree } from '../mutations/json-tree.ts';

type App = ReturnType<typeof webhookApp>;

/** A cluster that stands still, the webhook over it, and which of its VMs can really never migrate. */
export interface World {
  readonly app: App;
  /** As NAMESPACE/VM. */
  readonly hopeless: ReadonlySet<string>;
  readonly namespaces: readonly string[];
  readonly vms: readonly string[];
}

export interface Seed {
  readonly file: string;
  readonly review: SentReview;
  readonly bytes: Buffer;
  readonly tree: JsonTree;
  readonly world: World;
}

/** Asked of the forecast itself, past everything that admission does. */
async function hopelessIn(cluster: SnapshotCluster): Promise<{ readonly hopeless: string[]; readonly vms: string[] }> {
  const hopeless: string[] = [];
  const vms: string[] = [];
  for (const name of await cluster.namespaceNames()) {
    const namespace = await cluster.namespaceObjects(name);
    const prepared = prepare({ cluster: await cluster.clusterObjects(), namespace });
    for (const { metadata } of namespace.virtualMachineInstances.items) {
      vms.push(metadata.name);
      if (isHopeless(forecastMigration(prepared, metadata.name))) hopeless.push(`${name}/${metadata.name}`);
    }
  }
  return { hopeless, vms };
}

async function worldOf(text: string | undefined): Promise<World> {
  const cluster = text === undefined ? new SnapshotCluster() : snapshotOf(text);
  const { hopeless, vms } = await hopelessIn(cluster);
  const namespaces = await cluster.namespaceNames();
  return { app: webhookApp(clusterForecaster(cluster)), hopeless: new Set(hopeless), namespaces, vms };
}

/** The API server's own reviews, each with the cluster that it stood on. */
export async function loadSeeds(): Promise<readonly Seed[]> {
  const worlds = new Map<string | undefined, World>();
  const seeds: Seed[] = [];
  for (const { file, review } of loadReviews()) {
    const text = clusterTextOf(review);
    const world = worlds.get(text) ?? (await worldOf(text));
    worlds.set(text, world);
    seeds.push({ file, review, bytes: Buffer.from(JSON.stringify(review)), tree: new JsonTree(review), world });
  }
  return seeds;
}

/** JSON texts that mean something in a review. */
export function meaningfulValues(seeds: readonly Seed[]): readonly string[] {
  const names = seeds.flatMap(({ world }) => [...world.namespaces, ...world.vms]);
  const words = [
    ...['CREATE', 'UPDATE', 'DELETE', 'CONNECT', 'Pod', 'pods', 'kubevirt.io', 'virt-launcher', 'admin'],
    ...['VirtualMachineInstanceMigration', 'virtualmachineinstancemigrations', 'AdmissionReview', 'status', 'default'],
    ...[
      'admission.k8s.io/v1',
      'admission.k8s.io/v1beta1',
      'system:serviceaccount:harvester-system:kubevirt-controller',
    ],
  ];
  const objects = [
    '{"headroom.harvesterhci.io/verdict":"fits","headroom.harvesterhci.io/forecast":null}',
    '{"kubevirt.io/evacuationMigration":"node1"}',
    '{"headroom.harvesterhci.io/memory-overhead":7,"headroom.harvesterhci.io/overhead-ratio":{"a":1}}',
    '{"annotations":null,"labels":{"kubevirt.io":"virt-launcher"}}',
    '{"vmiName":"vm1"}',
    '{"vmiName":"vm3"}',
  ];
  return [...new Set([...names, ...words].map((name) => JSON.stringify(name))), ...objects];
}
