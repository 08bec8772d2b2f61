import type { Cluster } from '../forecast/cluster-objects.ts';
import { forecastMigration, type Prepared, prepare, unknownForecast } from '../forecast/forecast-migrations.ts';
import { describeLauncher } from '../forecast/launcher-description.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { POLICY_ANNOTATION } from './annotation-names.ts';
import type { Forecaster, MigrationForecast, MigrationRequest, PodDescription } from './forecaster.ts';

const TARGET_NODE_ANNOTATION = 'harvesterhci.io/migrationTargetNodeName';
const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/** The spine of a decision: read what it stands on, reckon, answer. Nothing is kept between two requests. */
export function clusterForecaster(cluster: Cluster): Forecaster {
  return {
    forecastMigration: (request) => decideMigration(cluster, request),
    describePod: (pod, namespace) => describePod(cluster, pod, namespace),
  };
}

async function gather(cluster: Cluster, namespace: string): Promise<Prepared> {
  const [clusterObjects, namespaceObjects] = await Promise.all([
    cluster.clusterObjects(),
    cluster.namespaceObjects(namespace),
  ]);
  return prepare({ cluster: clusterObjects, namespace: namespaceObjects });
}

async function decideMigration(cluster: Cluster, { namespace, vmi }: MigrationRequest): Promise<MigrationForecast> {
  const prepared = await gather(cluster, namespace);
  const policy = namespacePolicy(prepared);
  const kubeVirtNamespace = prepared.ground.kind === 'known' ? prepared.ground.cluster.kubeVirtNamespace : undefined;
  const around = {
    ...(policy === undefined ? {} : { namespacePolicy: policy }),
    ...(kubeVirtNamespace === undefined ? {} : { kubeVirtNamespace }),
    denialPins: denialPins(prepared, vmi),
  };
  if (policy === 'off') {
    return { ...around, forecast: unknownForecast({ namespace, vmi }, 'the policy of the namespace is off', []) };
  }
  return { ...around, forecast: forecastMigration(prepared, vmi) };
}

function namespacePolicy({ objects }: Prepared): string | undefined {
  return objects.namespace.namespaces.items[0]?.metadata.annotations.get(POLICY_ANNOTATION);
}

/** Harvester up to 1.6 writes the chosen node into VMI or VM before it asks for the migration, and leaves it there. */
function denialPins({ objects, ground }: Prepared, name: string): boolean {
  if (ground.kind === 'unknown' || ground.cluster.harvester?.release.deniedMigrationPinsVm !== true) return false;
  const vmi = objects.namespace.virtualMachineInstances.items.find((one) => one.metadata.name === name);
  return vmi !== undefined && hasTargetNode(vmi);
}

function hasTargetNode({ metadata, spec }: VirtualMachineInstance): boolean {
  return metadata.annotations.has(TARGET_NODE_ANNOTATION) || Object.hasOwn(spec.nodeSelector ?? {}, HOSTNAME_LABEL);
}

async function describePod(cluster: Cluster, pod: Pod, namespace: string): Promise<PodDescription> {
  const prepared = await gather(cluster, namespace);
  const policy = namespacePolicy(prepared);
  const described = describeLauncher(prepared, pod);
  return policy === undefined ? described : { ...described, namespacePolicy: policy };
}
