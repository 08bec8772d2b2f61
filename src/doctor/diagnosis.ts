import { type ClusterFacts, clusterFacts, type Known } from '../forecast/cluster-facts.ts';
import type { ClusterObjects, NamespaceObjects } from '../forecast/cluster-objects.ts';
import type { Forecast } from '../forecast/forecast.ts';
import { forecastEach, type Prepared, prepare } from '../forecast/forecast-migrations.ts';
import type { KnownGround } from '../forecast/forecast-set.ts';
import { runningVms } from '../forecast/vm-names.ts';
import type { KubeVirt } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { Subject } from './finding.ts';

/** What rules about the whole cluster look at. */
export interface ClusterDiagnosis {
  readonly objects: ClusterObjects;
  readonly facts: Known<{ readonly facts: ClusterFacts }>;
}

/** What rules about one namespace look at. */
export interface NamespaceDiagnosis {
  readonly objects: NamespaceObjects;
  /** Undefined where the cluster's own facts are not understood. */
  readonly cluster: ClusterFacts | undefined;
  readonly prepared: Prepared;
  /** Undefined where no forecast of this namespace can be made. */
  readonly ground: KnownGround | undefined;
  /** Of the next migration of every VM that runs, by its name. */
  readonly forecasts: ReadonlyMap<string, Forecast>;
}

export function clusterDiagnosis(objects: ClusterObjects): ClusterDiagnosis {
  return { objects, facts: clusterFacts(objects) };
}

/** Of several, the ratio of one that is not deployed makes no pods. */
export function kubeVirtsInEffect({ kubeVirts }: ClusterObjects): readonly KubeVirt[] {
  const { items } = kubeVirts;
  return items.length === 1 ? items : items.filter(({ status }) => status?.phase === 'Deployed');
}

export function namespaceDiagnosis(
  { objects: cluster, facts }: ClusterDiagnosis,
  objects: NamespaceObjects,
): NamespaceDiagnosis {
  const prepared = prepare({ cluster, namespace: objects });
  const { ground } = prepared;
  return {
    objects,
    cluster: facts.kind === 'known' ? facts.facts : undefined,
    prepared,
    ground: ground.kind === 'known' ? ground : undefined,
    forecasts: new Map([...forecastEach(prepared, runningVms(objects))].map((forecast) => [forecast.vmi, forecast])),
  };
}

/** Of a VM that cannot be migrated for reasons of its own (a local disk, a host device) no quota is to blame. */
export function isLiveMigratable({ status }: VirtualMachineInstance): boolean {
  const conditions = status?.conditions ?? [];
  return !conditions.some(({ type, status: value }) => type === 'LiveMigratable' && value === 'False');
}

export function objectIn({ objects }: NamespaceDiagnosis, kind: string, name: string): Subject {
  return { kind, namespace: objects.name, name };
}

export function namespaceItself({ objects }: NamespaceDiagnosis): Subject {
  return { kind: 'Namespace', name: objects.name };
}
