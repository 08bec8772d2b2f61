import type { ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import { clusterFacts } from '../../src/forecast/cluster-facts.ts';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { forecastMigration, forecastTogether, prepare } from '../../src/forecast/forecast-migrations.ts';
import { forecastStart } from '../../src/forecast/forecast-start.ts';
import { scaleUpDelta } from '../../src/harvester/scale-up.ts';
import { quotaUsage } from '../../src/kubernetes/pod-usage.ts';
import { quotaMatches } from '../../src/kubernetes/quota-scope.ts';
import { type Pod, podShape, type ResourceQuota, resourceQuotaShape } from '../../src/objects/kubernetes.ts';
import { virtualMachineInstanceShape } from '../../src/objects/virtual-machine-instance.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { kubeVirt, ratioSetting, serverVersion } from './cluster.ts';
import { forecastObjects } from './forecast-objects.ts';
import { type Amounts, type Json, merged, nameOf, objectAt } from './json.ts';
import { DEFAULT_QUOTA, defaultQuota, managedNamespace, namespace, namespaceLimits, quota } from './namespace.ts';
import { amountsJson, launcher, targetLauncher } from './pod.ts';
import { migration, vmi, vmiUid } from './virtual-machine.ts';

export interface SceneDraft {
  readonly harvester?: string;
  readonly kubeVirt?: string;
  readonly ratio?: string;
  /** The namespace's limits. */
  readonly base?: Amounts;
}

const QUOTA_NOTES: Amounts = { 'limits.cpu': '3', 'limits.memory': '5000Mi' };

/** The cluster and namespace of Harvester's quota notes, with no VM in it yet. */
export function emptyScene({ harvester = 'v1.7.0', kubeVirt: version, ratio = '1.5', base }: SceneDraft = {}): Scene {
  const limits = base ?? QUOTA_NOTES;
  return new Scene([
    serverVersion(harvester),
    ratioSetting(ratio),
    kubeVirt(version, ratioChange(ratio)),
    managedNamespace(limits),
    defaultQuota(limits),
  ]);
}

/** The same with vm1 running in it. */
export function scene(draft: SceneDraft = {}): Scene {
  return emptyScene(draft).started(vmi());
}

/** A cluster without Harvester, vm1 running in it; its one quota is `team-quota`. */
export function plainScene(hard: Amounts, version = 'v1.6.3'): Scene {
  return new Scene([kubeVirt(version), namespace(), quota('team-quota', hard)]).started(vmi());
}

function ratioChange(ratio: string): Json {
  return { spec: { configuration: { additionalGuestMemoryOverheadRatio: ratio } } };
}

/** Objects of one namespace and its cluster. Every method gives a changed copy; later ones act on what is there then. */
export class Scene {
  readonly #objects: readonly Json[];

  constructor(objects: readonly Json[]) {
    this.#objects = objects;
  }

  /** Adds objects, or puts them in the place of those of the same kind and name. */
  with(...objects: readonly Json[]): Scene {
    const kept = this.#objects.filter((one) => !objects.some((other) => isSame(one, other)));
    return new Scene([...kept, ...objects]);
  }

  without(kind: string, name: string): Scene {
    return new Scene(this.#objects.filter((one) => one.kind !== kind || nameOf(one) !== name));
  }

  changed(kind: string, name: string, changes: Json): Scene {
    return this.with(merged(this.find(kind, name), changes));
  }

  find(kind: string, name: string): Json {
    const found = this.#objects.find((one) => one.kind === kind && nameOf(one) === name);
    if (found === undefined) throw new Error(`the scene has no ${kind} ${name}`);
    return found;
  }

  changedKubeVirt(changes: Json): Scene {
    return this.changed('KubeVirt', 'kubevirt', changes);
  }

  changedQuota(changes: Json): Scene {
    return this.changed('ResourceQuota', DEFAULT_QUOTA, changes);
  }

  changedVmi(changes: Json, name = 'vm1'): Scene {
    return this.changed('VirtualMachineInstance', name, changes);
  }

  annotatedNamespace(annotation: string | undefined): Scene {
    const annotations = { 'field.cattle.io/resourceQuota': annotation };
    return this.changed('Namespace', 'quota-test', { metadata: { annotations } });
  }

  /** Sets the ratio that the next pods are made with; those that run stay as they are. */
  ratio(ratio: string): Scene {
    return this.changedKubeVirt(ratioChange(ratio)).with(ratioSetting(ratio));
  }

  /** What Rancher's page does: the namespace's limits, and with them those of its default quota. */
  base(base: Amounts): Scene {
    return this.annotatedNamespace(namespaceLimits(base)).changedQuota({ spec: { hard: base } });
  }

  started(...vmis: readonly Json[]): Scene {
    const cr = this.find('KubeVirt', 'kubevirt');
    return this.with(...vmis, ...vmis.map((one) => launcher(one, cr)));
  }

  /** A migration whose scale-up is in the quota and whose target pod the quota refuses. */
  pending(name = 'vm1'): Scene {
    const conditions = [{ type: 'migrationRejectedByResourceQuota', status: 'True' }];
    return this.with(migration(name, { status: { conditions } })).#scaledUp(name);
  }

  /** A migration whose target pod is there. */
  running(name = 'vm1'): Scene {
    const target = targetLauncher(this.find('VirtualMachineInstance', name), this.find('KubeVirt', 'kubevirt'));
    return this.with(migration(name, { status: { phase: 'Running' } }), target).#scaledUp(name);
  }

  /** A migration that is over, its scale-up gone, with the source pod still there. */
  lingering(name = 'vm1'): Scene {
    const target = targetLauncher(this.find('VirtualMachineInstance', name), this.find('KubeVirt', 'kubevirt'));
    const migrationState = { completed: true, sourcePod: `virt-launcher-${name}-src01`, targetPod: nameOf(target) };
    return this.with(migration(name, { status: { phase: 'Succeeded' } }), target).changedVmi(
      { status: { nodeName: 'harv2', migrationState } },
      name,
    );
  }

  /** Adds a scale-up to the default quota, as Harvester stores it for a VMI. */
  stored(key: string, delta: Amounts): Scene {
    const hard = objectAt(this.find('ResourceQuota', DEFAULT_QUOTA), 'spec', 'hard') as Amounts;
    const raised = Object.entries(delta).flatMap(([resource, amount]) =>
      hard[resource] === undefined ? [] : [[resource, `${Quantity.parse(hard[resource]).add(Quantity.parse(amount))}`]],
    );
    const annotations = { [`harvesterhci.io/${key}`]: JSON.stringify(delta) };
    return this.changedQuota({ metadata: { annotations }, spec: { hard: Object.fromEntries(raised) } });
  }

  #scaledUp(name: string): Scene {
    const { cluster } = this.objects();
    const facts = clusterFacts(cluster);
    if (facts.kind === 'unknown' || facts.facts.harvester === undefined) return this;
    const { harvester } = facts.facts;
    const delta = scaleUpDelta({
      ...harvester,
      vmi: virtualMachineInstanceShape.parse(this.find('VirtualMachineInstance', name)),
      quota: resourceQuotaShape.parse(this.find('ResourceQuota', DEFAULT_QUOTA)),
    });
    const key = harvester.release.storesDeltaUnder === 'vm-name' ? `migrating-${name}` : `migratingUID-${vmiUid(name)}`;
    return this.stored(key, amountsJson(delta));
  }

  objects(): ForecastObjects {
    return forecastObjects(this.json());
  }

  /** As the API server stores them. */
  json(): readonly Json[] {
    const pods = this.#objects.filter(({ kind }) => kind === 'Pod');
    return this.#objects.map((one) => (one.kind === 'ResourceQuota' ? withStatus(one, pods) : one));
  }

  forecast(name = 'vm1'): Forecast {
    return forecastMigration(prepare(this.objects()), name);
  }

  together(...names: readonly string[]): readonly Forecast[] {
    return forecastTogether(prepare(this.objects()), names);
  }

  start(name = 'vm1'): Forecast {
    return forecastStart(prepare(this.objects()), name);
  }
}

function isSame(one: Json, other: Json): boolean {
  return one.kind === other.kind && nameOf(one) === nameOf(other);
}

/** What the quota controller writes: the limits, and what the pods use of them. */
function withStatus(object: Json, pods: readonly Json[]): Json {
  if (object.status !== undefined) return object;
  const hard = objectAt(object, 'spec', 'hard') as Amounts;
  const read = resourceQuotaShape.safeParse({ ...object, status: { hard } });
  if (!read.success) return { ...object, status: { hard, used: hard } };
  const used = Object.keys(hard).map((key) => {
    const amounts = pods.map((pod) => usageOf(podShape.parse(pod), key, read.data));
    return [key, Quantity.sum(amounts).toString()];
  });
  return { ...object, status: { hard, used: Object.fromEntries(used) } };
}

function usageOf({ spec, status }: Pod, key: string, scoped: ResourceQuota): Quantity {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  if ((hasEnded && key !== 'count/pods') || !quotaMatches(scoped, spec)) return Quantity.zero;
  return quotaUsage(spec).get(key) ?? Quantity.zero;
}
