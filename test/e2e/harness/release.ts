import { fileURLToPath } from 'node:url';
import type { Json } from '../../builders/json.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type ClusterClient, runFolder, type Stored } from './cluster.ts';
import type { Connection } from './connection.ts';
import { eventually } from './eventually.ts';
import { migrationOf } from './kubevirt.ts';
import { helm, outputOf } from './programs.ts';
import { type Replica, startReplica } from './replica.ts';
import { connectionOf } from './service-account.ts';

const CHART = fileURLToPath(new URL('../../../charts/headroom', import.meta.url));

const MIGRATION_PATHS = ['/validate/migrations', '/mutate/migrations'];
const CONFIGURATIONS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const;

export interface ReleaseOptions {
  readonly name?: string;
  readonly namespace?: string;
  readonly values?: Json;
  /** Processes started at once; more come by `addReplica`. */
  readonly replicas?: number;
  /** Flags of each process in place of the chart's. */
  readonly flags?: Readonly<Record<string, string>>;
}

/** The chart installed by helm, its replicas running, the API server calling them. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** With a token of the chart's ServiceAccount. */
  readonly connection: Connection;
  readonly balancer: Balancer;
  replicas(): readonly Replica[];
  /** Started by the Deployment as it stands now; nobody is sent to it yet. */
  startReplica(flags?: Readonly<Record<string, string>>): Promise<Replica>;
  /** The same, ready and called. */
  addReplica(flags?: Readonly<Record<string, string>>): Promise<Replica>;
  /** SIGTERM as at a rollout: still called until it says that it is not ready. Throws unless it ends with exit code 0. */
  stopReplica(replica: Replica): Promise<void>;
  killReplica(replica: Replica): Promise<void>;
  /** What a Deployment does after a change: one by one, a new replica is ready before an old one is stopped. */
  rollOut(): Promise<void>;
  /** Points the webhook configurations at the balancer, or back to the Service, as helm knows them. */
  route(): Promise<void>;
  unroute(): Promise<void>;
  upgrade(values: Json): Promise<void>;
  /** The namespace stays, as helm leaves it. */
  uninstall(): Promise<void>;
}

export async function installRelease(cluster: ClusterClient, options: ReleaseOptions = {}): Promise<Release> {
  const { name = 'headroom', namespace = 'headroom-system', values = {} } = options;
  await outputOf(helmInstall(name, namespace, values));
  return serveRelease(cluster, options);
}

/** Starts replicas of what helm has installed already. */
export async function serveRelease(cluster: ClusterClient, options: ReleaseOptions = {}): Promise<Release> {
  const { name = 'headroom', namespace = 'headroom-system', replicas: count = 1, flags = {} } = options;
  const path = `${runFolder()}/${name}`;
  const connection = await connectionOf(cluster, { name: objectName(name), namespace }, path);
  const balancer = await startBalancer();
  const replicas: Replica[] = [];
  let started = 0;
  const forget = (replica: Replica): void => {
    balancer.remove(replica);
    replicas.splice(replicas.indexOf(replica), 1);
  };
  const release: Release = {
    name,
    namespace,
    connection,
    balancer,
    replicas: () => replicas,
    startReplica: async (more = {}) => {
      started += 1;
      const replica = await startReplica(cluster, {
        name: `${namespace}-${name}-${started}`,
        deployment: await cluster.get({ kind: 'Deployment', name: objectName(name), namespace }),
        kubeconfig: connection.kubeconfig,
        flags: { ...flags, ...more },
      });
      replicas.push(replica);
      return replica;
    },
    addReplica: async (more) => {
      const replica = await release.startReplica(more);
      await replica.untilReady();
      await balancer.add(replica);
      return replica;
    },
    stopReplica: async (replica) => {
      const { code, signal } = await replica.stop();
      forget(replica);
      if (code !== 0) throw new Error(`${replica.name} ended with ${signal ?? code}`);
    },
    killReplica: async (replica) => {
      await replica.kill();
      forget(replica);
    },
    rollOut: async () => {
      for (const old of [...replicas]) {
        await release.addReplica();
        await release.stopReplica(old);
      }
    },
    route: () => route(cluster, release),
    unroute: () => unroute(cluster, release),
    upgrade: async (changed) => {
      // Helm would lay the chart's `service` beside the `url`, and the API server takes one alone.
      await release.unroute();
      await outputOf(helmUpgrade(name, namespace, changed));
      await release.route();
    },
    uninstall: async () => {
      await outputOf(helm(['uninstall', name, '--namespace', namespace]));
      await Promise.all([...replicas].map((replica) => release.killReplica(replica)));
      await balancer.close();
    },
  };
  try {
    await Promise.all(Array.from({ length: count }, () => release.addReplica()));
    if (count > 0) await release.route();
  } catch (error) {
    await release.uninstall().catch(() => undefined);
    throw error;
  }
  return release;
}

/** The chart's name for every object of a release. */
function objectName(release: string): string {
  return release.includes('headroom') ? release : `${release}-headroom`;
}

export function helmInstall(name: string, namespace: string, values: Json) {
  const args = ['install', name, CHART, '--namespace', namespace, '--create-namespace', '--values', '-'];
  return helm(args, { input: JSON.stringify(values) });
}

export function helmUpgrade(name: string, namespace: string, values: Json) {
  const args = ['upgrade', name, CHART, '--namespace', namespace, '--values', '-'];
  return helm(args, { input: JSON.stringify(values) });
}

interface Webhook {
  readonly name: string;
  readonly clientConfig: {
    readonly url?: string;
    readonly service?: { readonly path?: string };
    readonly caBundle?: string;
  };
}

function webhooksOf(configuration: Stored): readonly Webhook[] {
  return configuration.webhooks as readonly Webhook[];
}

async function changeConfigurations(
  cluster: ClusterClient,
  { name }: Release,
  change: (webhook: Webhook, at: string) => readonly Json[],
): Promise<void> {
  for (const kind of CONFIGURATIONS) {
    const reference = { kind, name: objectName(name) };
    const webhooks = webhooksOf(await cluster.get(reference));
    const patch = webhooks.flatMap((webhook, index) => change(webhook, `/webhooks/${index}/clientConfig`));
    if (patch.length > 0) await cluster.patch(reference, patch, { type: 'json' });
  }
}

async function route(cluster: ClusterClient, release: Release): Promise<void> {
  await untilTrusted(cluster, release);
  await changeConfigurations(cluster, release, ({ clientConfig: { service } }, at) =>
    service === undefined
      ? []
      : [
          { op: 'remove', path: `${at}/service` },
          { op: 'add', path: `${at}/url`, value: `https://127.0.0.1:${release.balancer.port}${service.path}` },
        ],
  );
  await untilCalled(cluster, release);
}

async function unroute(cluster: ClusterClient, release: Release): Promise<void> {
  const { name, namespace } = release;
  await changeConfigurations(cluster, release, ({ clientConfig: { url } }, at) =>
    url === undefined
      ? []
      : [
          { op: 'remove', path: `${at}/url` },
          {
            op: 'add',
            path: `${at}/service`,
            value: { name: objectName(name), namespace, path: new URL(url).pathname, port: 443 },
          },
        ],
  );
}

/** Headroom writes its authority into the configurations; the API server calls nothing that it cannot trust. */
async function untilTrusted(cluster: ClusterClient, { name }: Release): Promise<void> {
  for (const kind of CONFIGURATIONS) {
    await eventually(`every webhook of ${kind} ${name} has a caBundle`, async () => {
      const webhooks = webhooksOf(await cluster.get({ kind, name: objectName(name) }));
      const without = webhooks.filter(({ clientConfig }) => !clientConfig.caBundle).map((webhook) => webhook.name);
      if (without.length > 0) throw new Error(`${without.join(', ')} have none`);
    });
  }
}

/** The API server takes up a changed configuration a moment later: asked on dry run until headroom has been heard. */
async function untilCalled(cluster: ClusterClient, release: Release): Promise<void> {
  const before = await reviewCounts(release);
  await eventually('the API server calls headroom', async () => {
    await cluster.create(migrationOf('nobody', 'default'), { dryRun: true });
    const counts = await reviewCounts(release);
    const unheard = MIGRATION_PATHS.filter((path) => (counts.get(path) ?? 0) <= (before.get(path) ?? 0));
    if (unheard.length > 0) throw new Error(`nothing has come to ${unheard.join(', ')}`);
  });
}

/** Reviews that the replicas have answered, by path. */
export async function reviewCounts(release: Release): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const text of await Promise.all(release.replicas().map((replica) => replica.metrics()))) {
    for (const [, path = '', count] of text.matchAll(/^headroom_reviews_total\{path="([^"]+)".*\} (\d+)$/gm)) {
      counts.set(path, (counts.get(path) ?? 0) + Number(count));
    }
  }
  return counts;
}
