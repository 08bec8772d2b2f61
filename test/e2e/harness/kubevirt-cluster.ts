import { mkdir } from 'node:fs/promises';
import type { Json } from '../../builders/json.ts';
import { type ClusterClient, openCluster } from './cluster.ts';
import type { Connection } from './connection.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { createWithStatus } from './fixtures.ts';
import {
  accountObjects,
  authorityObjects,
  HARVESTER_ACCOUNT,
  installDefinitions,
  kubeVirtObject,
  launcherImage,
  settingObject,
} from './kubevirt-objects.ts';
import { NODE_NAMES, nodeObject } from './node-objects.ts';
import { type Player, startPlayer } from './nodes.ts';
import { connectionOf } from './service-account.ts';
import { kubeVirtNamespace, startVirtController, type VirtController } from './virt-controller.ts';

export interface KubeVirtOptions {
  /** Of KubeVirt's CR and Harvester's setting; null is none in the CR, 0 in the setting. */
  readonly ratio?: string | null;
  readonly caps?: MigrationCaps;
  readonly harvesterVersion?: string;
}

/** Of live migrations at once; KubeVirt's own defaults are 5 and 2. */
export interface MigrationCaps {
  readonly parallelMigrationsPerCluster?: number;
  readonly parallelOutboundMigrationsPerNode?: number;
}

/**
 * A control plane of its own, with KubeVirt's virt-controller, Harvester's settings and nodes that are played. There is no
 * virt-api (`virt-api.ts` gives what it would have added), no Harvester controller, and nobody in front of anything.
 */
export interface KubeVirtCluster {
  readonly folder: string;
  readonly controlPlane: ControlPlane;
  /** The administrator's. */
  readonly connection: Connection;
  readonly cluster: ClusterClient;
  /** Of `system:serviceaccount:harvester-system:harvester`, with all rights. */
  readonly harvester: Connection;
  readonly nodes: Player;
  readonly controller: VirtController;
  /** Where KubeVirt's CR is: not the same everywhere, see `kubeVirtNamespace`. */
  readonly kubeVirtNamespace: string;
  /** As Harvester when its setting is changed. Resolves once virt-controller goes by it. */
  setRatio(ratio: string | null): Promise<void>;
  setCaps(caps: MigrationCaps): Promise<void>;
  /** Changes to `spec.configuration` of KubeVirt's CR, as a merge patch. */
  configure(changes: Json): Promise<void>;
  stop(): Promise<void>;
}

/** virt-controller's ServiceAccount is where KubeVirt's CR is: by that headroom knows whom KubeVirt acts as. */
const CONTROLLER = 'kubevirt-controller';
const RATIO_SETTING = 'additional-guest-memory-overhead-ratio';

/** Everything is in `folder`, which nothing has run in before, and ends with `stop`. */
export async function startKubeVirt(folder: string, options: KubeVirtOptions = {}): Promise<KubeVirtCluster> {
  await mkdir(folder, { recursive: true });
  const started: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    const faults: unknown[] = [];
    // Whatever becomes of one, the rest must not outlive the tests.
    for (const each of started.splice(0).toReversed()) await each.stop().catch((error) => faults.push(error));
    if (faults.length > 0) throw new AggregateError(faults, 'not all has ended as it should');
  };
  try {
    const controlPlane = await startControlPlane(folder);
    started.push(controlPlane);
    const cluster = openCluster(controlPlane.connection);
    started.push({ stop: () => cluster.close() });
    const namespace = kubeVirtNamespace();
    await install(cluster, namespace, options);
    const nodes = await startPlayer(controlPlane.connection, `${folder}/nodes.log`);
    started.push(nodes);
    const connection = await connectionOf(cluster, { name: CONTROLLER, namespace }, `${folder}/${CONTROLLER}`);
    const controller = await startVirtController({ folder, connection, launcherImage: launcherImage() });
    started.push(controller);
    const harvester = await connectionOf(cluster, HARVESTER_ACCOUNT, `${folder}/harvester`);
    return {
      folder,
      controlPlane,
      connection: controlPlane.connection,
      cluster,
      harvester,
      nodes,
      controller,
      kubeVirtNamespace: namespace,
      ...configurator(cluster, namespace, controller),
      stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

function configurator(cluster: ClusterClient, namespace: string, controller: VirtController) {
  const configure = async (configuration: Json): Promise<void> => {
    const reference = { kind: 'KubeVirt', name: 'kubevirt', namespace };
    const { metadata } = await cluster.patch(reference, { spec: { configuration } });
    await controller.untilConfigured(metadata.resourceVersion);
  };
  return {
    configure,
    setCaps: (migrations: MigrationCaps) => configure({ migrations }),
    setRatio: async (ratio: string | null): Promise<void> => {
      await cluster.patch({ kind: 'Setting', name: RATIO_SETTING }, { value: ratio ?? '0' });
      await configure({ additionalGuestMemoryOverheadRatio: ratio });
    },
  };
}

async function install(cluster: ClusterClient, namespace: string, options: KubeVirtOptions): Promise<void> {
  const { ratio = '1.5', caps = {}, harvesterVersion = 'v1.8.2' } = options;
  await installDefinitions(cluster);
  for (const name of new Set([HARVESTER_ACCOUNT.namespace, namespace])) {
    const isThere = (await cluster.find({ kind: 'Namespace', name })) !== undefined;
    if (!isThere) await cluster.created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const configuration = { migrations: caps, ...(ratio !== null && { additionalGuestMemoryOverheadRatio: ratio }) };
  const objects = [
    ...accountObjects({ name: CONTROLLER, namespace }),
    ...accountObjects(HARVESTER_ACCOUNT),
    ...authorityObjects(namespace, cluster.connection.ca),
    ...NODE_NAMES.map(nodeObject),
    settingObject(RATIO_SETTING, '1.5', ratio ?? '0'),
    settingObject('overcommit-config', '{"cpu":1000,"memory":150,"storage":100}'),
    settingObject('server-version', 'v1.8.2', harvesterVersion),
    kubeVirtObject(namespace, configuration),
  ];
  for (const object of objects) await createWithStatus(cluster, object);
}
