import type { Cluster, NamespaceObjects } from '../forecast/cluster-objects.ts';
import type { Forecast } from '../forecast/forecast.ts';
import { forecastMigration, type Prepared, prepare, unknownForecast } from '../forecast/forecast-migrations.ts';
import { describeLauncher } from '../forecast/launcher-description.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { POLICY_ANNOTATION } from './annotation-names.ts';
import type { Forecaster, MigrationForecast, MigrationRequest, PodDescription } from './forecaster.ts';

const TARGET_NODE_ANNOTATION = 'harvesterhci.io/migrationTargetNodeName';
const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/** What a namespace was prepared to, with the forecasts that have been made on it, by VMI. */
interface Gathered {
  readonly prepared: Prepared;
  readonly forecasts: Map<string, Forecast>;
}
type Gather = (namespace: string) => Promise<Gathered>;

/** The spine of a decision: read what it stands on, reckon, answer. */
export function clusterForecaster(cluster: Cluster): Forecaster {
  const gather = gathererOf(cluster);
  return {
    forecastMigration: (request) => decideMigration(gather, request),
    describePod: (pod, namespace) => describePod(gather, pod, namespace),
  };
}

/**
 * Reads the facts anew for every request. Only a snapshot hands out the very same objects again; what was made of them
 * is then used again too, for from the same facts comes the same answer, and is forgotten together with them.
 */
function gathererOf(cluster: Cluster): Gather {
  const known = new WeakMap<NamespaceObjects, Gathered>();
  return async (name) => {
    const [clusterObjects, namespace] = await Promise.all([cluster.clusterObjects(), cluster.namespaceObjects(name)]);
    const before = known.get(namespace);
    if (before?.prepared.objects.cluster === clusterObjects) return before;
    const gathered = { prepared: prepare({ cluster: clusterObjects, namespace }), forecasts: new Map() };
    known.set(namespace, gathered);
    return gathered;
  };
}

/** Names that no VMI has are not remembered: anybody can make up any number of them. */
function forecastOnce({ prepared, forecasts }: Gathered, vmi: string): Forecast {
  const forecast = forecasts.get(vmi) ?? forecastMigration(prepared, vmi);
  if (prepared.ground.kind === 'known' && prepared.ground.namespace.vmis.has(vmi)) forecasts.set(vmi, forecast);
  return forecast;
}

async function decideMigration(gather: Gather, { namespace, vmi }: MigrationRequest): Promise<MigrationForecast> {
  const gathered = await gather(namespace);
  const { prepared } = gathered;
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
  return { ...around, forecast: forecastOnce(gathered, vmi) };
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

async function describePod(gather: Gather, pod: Pod, namespace: string): Promise<PodDescription> {
  const { prepared } = await gather(namespace);
  const policy = namespacePolicy(prepared);
  const described = describeLauncher(prepared, pod);
  return policy === undefined ? described : { ...described, namespacePolicy: policy };
}
