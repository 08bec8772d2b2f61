import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ForecasterOptions } from '../admission/cluster-forecaster.ts';
import type { Api } from '../cluster/api.ts';
import type { LiveCluster } from '../cluster/live-cluster.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import type { Cluster } from '../forecast/cluster-objects.ts';
import type { CertificateSource } from '../server/certificate-source.ts';
import type { Metrics } from '../server/metrics.ts';
import type { ServeParts } from '../server/serve.ts';
import { CommandError } from './command-error.ts';
import { openLiveApi } from './open-cluster.ts';
import { eventParts, surveysOf, tracing } from './watching-parts.ts';

/** Cluster-wide facts that a few decisions in the same breath may share. */
const RECENT_SECONDS = 1;
/** Decisions wait while a page is parsed and checked: 10 ms for so many pods, ten times that for a page of 500. */
const SURVEY_PAGE_SIZE = 50;
/** Of a decision's time; the rest is for reckoning and the answer. */
const READING = 0.9;
const FIRST_READ_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 5;

type Parts = Omit<ServeParts, 'logger' | 'telemetry'>;

/** What `serve` answers from and with: of files, or of a live cluster. */
export async function servingParts(config: ServeConfig, logger: Logger, metrics: Metrics): Promise<Parts> {
  return config.snapshots.length > 0 ? snapshotParts(config, logger) : liveParts(config, logger, metrics);
}

async function snapshotParts(config: ServeConfig, logger: Logger): Promise<Parts> {
  const [{ openSnapshot }, { clusterForecaster }] = await Promise.all([
    import('../cluster/snapshot.ts'),
    import('../admission/cluster-forecaster.ts'),
  ]);
  const cluster = await openSnapshot(config.snapshots);
  return {
    forecaster: clusterForecaster(cluster),
    certificates: (await filesOf(config, logger)) ?? (await selfSignedOf(config)),
    firstRead: async () => {},
    observers: await tracing(logger),
    ...(await surveysOf(async () => cluster, config, logger)),
  };
}

async function liveParts(config: ServeConfig, logger: Logger, metrics: Metrics): Promise<Parts> {
  const [{ LiveCluster }, { clusterForecaster }, { countedApi }] = await Promise.all([
    import('../cluster/live-cluster.ts'),
    import('../admission/cluster-forecaster.ts'),
    import('../cluster/counted-api.ts'),
  ]);
  // Over connections of its own for each purpose: where decisions wait in line for a slow API server, a renewal would wait
  // behind them all, and no decision waits behind the lists of a survey.
  const open = async () =>
    countedApi(await openLiveApi(config), (kind, outcome) => metrics.recordApiRead(kind, outcome));
  const api = await open();
  const live = { recentSeconds: RECENT_SECONDS, now: () => performance.now() };
  const cluster = new LiveCluster(api, live);
  const events = await eventParts(config, { open, logger, metrics });
  return {
    forecaster: clusterForecaster(cluster, {
      readMilliseconds: readMilliseconds(config),
      ...(await reservingParts(config, api, cluster, logger)),
    }),
    certificates: (await filesOf(config, logger)) ?? (await keptInCluster(config, await open(), logger)),
    firstRead: (signal) => readOnce(cluster, logger, signal),
    ...events,
    observers: [...(await tracing(logger)), ...events.observers],
    ...(await surveysOf(
      async () => new LiveCluster(await open(), { ...live, pageSize: SURVEY_PAGE_SIZE }),
      config,
      logger,
    )),
  };
}

/** Without the setting, requests that come at the same moment do not know of each other. */
async function reservingParts(
  config: ServeConfig,
  api: Api,
  cluster: LiveCluster,
  logger: Logger,
): Promise<Pick<ForecasterOptions, 'ledger' | 'followUp'>> {
  if (config.reservations === undefined) return {};
  const [{ configMapReservations }, { LedgerWriter }, { FollowUp }] = await Promise.all([
    import('../cluster/reservation-config-map.ts'),
    import('../admission/ledger-writer.ts'),
    import('../admission/follow-up.ts'),
  ]);
  const place = { namespace: ownNamespace(config, api), name: config.reservations };
  const reservations = configMapReservations(api, place);
  const writer = new LedgerWriter({ reservations, random: Math.random, pause: (milliseconds) => sleep(milliseconds) });
  const followUp = new FollowUp({
    writer,
    longestReadingMilliseconds: readMilliseconds(config),
    hasMigration: (namespace, migration, signal) => cluster.hasMigration(namespace, migration, signal),
    reportUnread: (namespace, migration) =>
      logger.warn({ namespace, migration }, 'cannot tell whether the migration is stored: its room stays reserved'),
    now: () => performance.now(),
    after: (milliseconds, task) => setTimeout(task, milliseconds).unref(),
  });
  return { ledger: writer, followUp };
}

function readMilliseconds({ decisionTimeoutSeconds }: ServeConfig): number {
  return decisionTimeoutSeconds * 1000 * READING;
}

function ownNamespace({ ownNamespace: given }: ServeConfig, { namespace }: Api): string {
  const name = given ?? namespace;
  if (name === undefined) {
    throw new CommandError('--own-namespace (HEADROOM_OWN_NAMESPACE): expected, for the kubeconfig names no namespace');
  }
  return name;
}

/** Tries until it has succeeded: an API server that is not there yet, or rights that are still to come. */
async function readOnce(cluster: Cluster, logger: Logger, signal: AbortSignal): Promise<void> {
  let told = '';
  for (let attempt = 0; ; attempt += 1) {
    const objects = await cluster.clusterObjects({ signal: AbortSignal.timeout(FIRST_READ_SECONDS * 1000) });
    const unread = Object.values(objects).flatMap(({ unreadable }) => unreadable ?? []);
    if (unread.length === 0) return;
    if (unread.join() !== told) logger.error({ unread }, 'the cluster cannot be read yet; not ready');
    told = unread.join();
    await sleep(Math.min(LONGEST_PAUSE_SECONDS * 1000, 100 * 2 ** Math.min(attempt, 10)), undefined, { signal });
  }
}

async function filesOf(
  { tlsCertFile, tlsKeyFile }: ServeConfig,
  logger: Logger,
): Promise<CertificateSource | undefined> {
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return undefined;
  const { tlsFiles } = await import('../server/tls-file-source.ts');
  return tlsFiles({ certFile: tlsCertFile, keyFile: tlsKeyFile }, logger);
}

/** Loaded only here: whoever has certificates need not hold the library that makes them. */
async function selfSignedOf({ host }: ServeConfig): Promise<CertificateSource> {
  const { selfSigned } = await import('../server/self-signed-source.ts');
  return selfSigned(host);
}

async function keptInCluster(config: ServeConfig, api: Api, logger: Logger): Promise<CertificateSource> {
  const { keepCertificates } = await import('../certificates/certificate-keeper.ts');
  const { certificateSecret: secretName = '', webhookConfiguration, certificateLifetimeSeconds } = config;
  const namespace = ownNamespace(config, api);
  return {
    start: async (onPair, stopping) => {
      const keeper = keepCertificates({
        api,
        namespace,
        secretName,
        ...(webhookConfiguration !== undefined && { webhookConfigurationName: webhookConfiguration }),
        hosts: certificateHosts(config, namespace),
        lifetimeSeconds: certificateLifetimeSeconds,
        logger,
        onPair,
      });
      // As soon as the process is told to end: an uninstall deletes the Secret, and nobody must put it back.
      stopping.addEventListener('abort', () => void keeper.stop());
      await keeper.start();
      return {};
    },
  };
}

/** Names that the API server may call a Service by, and the address listened on where it is a particular one. */
function certificateHosts({ serviceName, host }: ServeConfig, namespace: string): readonly string[] {
  const service = serviceName === undefined ? [] : serviceHosts(serviceName, namespace);
  const isParticular = host !== undefined && host !== '::' && host !== '0.0.0.0';
  const hosts = [...service, ...(isParticular ? [host] : [])];
  if (hosts.length > 0) return hosts;
  throw new CommandError(
    '--service-name (HEADROOM_SERVICE_NAME): expected, or there is nobody to make certificates out to',
  );
}

function serviceHosts(service: string, namespace: string): readonly string[] {
  return ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`].map((end) => `${service}${end}`);
}
