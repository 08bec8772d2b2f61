import fc from 'fast-check';
import type { ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import { type Prepared, prepare } from '../../src/forecast/forecast-migrations.ts';
import { findingsOfSet, type KnownGround } from '../../src/forecast/forecast-set.ts';
import { forecastStart } from '../../src/forecast/forecast-start.ts';
import { chargedPods, podsOfVmi } from '../../src/forecast/launchers.ts';
import { withSettled } from '../../src/forecast/settled.ts';
import type { ChargedPod } from '../../src/forecast/target-pod.ts';
import { quotaMatches } from '../../src/kubernetes/quota-scope.ts';
import type { ResourceQuota } from '../../src/objects/kubernetes.ts';
import type { VirtualMachine } from '../../src/objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../../src/objects/virtual-machine-instance.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import type { Json } from '../builders/json.ts';
import { quota } from '../builders/namespace.ts';
import { otherPod } from '../builders/pod.ts';
import { emptyScene, type Scene } from '../builders/scene.ts';
import { sizedVmi } from '../builders/virtual-machine.ts';
import { RELEASES, type Release } from './random-scenes.ts';

export const EVERY_RELEASE = Object.keys(RELEASES) as readonly Release[];

const extras: readonly ((scene: Scene) => Scene)[] = [
  (scene) => scene,
  (scene) => scene.with(quota('second', { 'limits.memory': '16Gi', pods: '4', 'count/pods': '6' })),
  (scene) => scene.with(quota('scoped', { 'requests.memory': '9Gi' }, { spec: { scopes: ['NotBestEffort'] } })),
  (scene) => scene.changedQuota({ spec: { hard: { 'requests.memory': '9Gi', 'requests.cpu': '900m' } } }),
  (scene) => scene.changedQuota(annotated({ 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' })),
  (scene) => scene.changedVmi(annotated({ 'hooks.kubevirt.io/hookSidecars': '[{}]' })),
  (scene) => scene.changedVmi({ spec: { domain: { memory: { hugepages: { pageSize: '2Mi' } } } } }),
  (scene) => scene.with(otherPod({ limits: { cpu: '500m', memory: '700Mi' }, requests: { cpu: '1m', memory: '1Mi' } })),
  (scene) => scene.annotatedNamespace(undefined),
];

function annotated(annotations: Json): Json {
  return { metadata: { annotations } };
}

const ratio = fc.constantFrom('1', '1.5', '2', '2.5', '4.5', '10');

export interface RoomDraft {
  readonly harvester: Release;
  /** VMs, each started at a ratio of its own. */
  readonly vms: readonly { readonly ratio: string; readonly cpu: number; readonly memoryMi: number }[];
  readonly now: string;
  readonly then: string;
  readonly spareBytes: number;
  readonly spareMilliCpu: number;
  readonly extras: readonly number[];
}

export function roomDrafts(from: readonly Release[]): fc.Arbitrary<RoomDraft> {
  const vm = fc.record({ ratio, cpu: fc.integer({ min: 1, max: 4 }), memoryMi: fc.integer({ min: 256, max: 8000 }) });
  return fc.record({
    harvester: fc.constantFrom(...from),
    vms: fc.array(vm, { minLength: 1, maxLength: 3 }),
    now: ratio,
    // biome-ignore lint/suspicious/noThenProperty: the ratio that is asked about
    then: ratio,
    spareBytes: fc.integer({ min: -500_000_000, max: 4_000_000_000 }),
    spareMilliCpu: fc.integer({ min: -100, max: 3000 }),
    extras: fc.uniqueArray(fc.nat({ max: extras.length - 1 }), { maxLength: 2 }),
  });
}

export function roomScene({ harvester, vms, now, spareBytes, spareMilliCpu, extras: chosen }: RoomDraft): Scene {
  const empty = emptyScene({ harvester, kubeVirt: RELEASES[harvester], ratio: now });
  const started = vms.reduce((scene, { ratio: own, cpu, memoryMi }, index) => {
    return scene.ratio(own).started(sizedVmi(`vm${index + 1}`, { cpu, memoryMi }));
  }, empty);
  const used = started.objects().namespace.quotas.items[0]?.status?.used;
  const memory = (used?.get('limits.memory')?.value() ?? 0n) + BigInt(spareBytes);
  const cpu = (used?.get('limits.cpu')?.milliValue() ?? 0n) + BigInt(spareMilliCpu);
  const based = started
    .ratio(now)
    .base({ 'limits.cpu': `${cpu < 1n ? 1n : cpu}m`, 'limits.memory': `${memory < 1n ? 1n : memory}` });
  return chosen.reduce((scene, extra) => (extras[extra] as (typeof extras)[number])(scene), based);
}

/** The namespace after the migrations of every subset of the VMs: whatever order they are moved in passes through these. */
export function everyState(objects: ForecastObjects, names: readonly string[]): readonly Prepared[] {
  const prepared = prepare(objects);
  return Array.from({ length: 2 ** names.length }, (_, bits) => {
    const moved = names.filter((_name, index) => (bits & (1 << index)) !== 0);
    return prepare(withSettled(prepared, moved).objects, prepared);
  });
}

export function canMigrate({ ground }: Prepared, name: string): boolean {
  const [finding] = findingsOfSet(ground, [name]);
  return finding?.kind === 'assessed' && finding.assessment.verdict === 'fits';
}

export function canRestart(prepared: Prepared, name: string): boolean {
  return forecastStart(prepare(withStopped(prepared, name)), name).verdict === 'fits';
}

/** The VM stopped, as large as it was: its pods gone and out of every quota's use. */
function withStopped({ objects, ground }: Prepared, name: string): ForecastObjects {
  const { launchers, vmis } = (ground as KnownGround).namespace;
  const vmi = vmis.get(name) as VirtualMachineInstance;
  const { source } = podsOfVmi(launchers, vmi, undefined);
  const gone = source === undefined ? [] : chargedPods(launchers, source);
  const { namespace } = objects;
  const quotas = namespace.quotas.items.map((one) => withoutUse(one, gone));
  const vm: VirtualMachine = {
    metadata: vmi.metadata,
    spec: { template: { metadata: vmi.metadata, spec: vmi.spec } },
    status: { printableStatus: 'Stopped' },
  };
  const specs = new Set(gone.map(({ spec }) => spec));
  return {
    ...objects,
    namespace: {
      ...namespace,
      quotas: { ...namespace.quotas, items: quotas },
      pods: { ...namespace.pods, items: namespace.pods.items.filter(({ spec }) => !specs.has(spec)) },
      virtualMachines: { items: [vm], problems: [] },
      virtualMachineInstances: {
        ...namespace.virtualMachineInstances,
        items: namespace.virtualMachineInstances.items.filter((one) => one !== vmi),
      },
    },
  };
}

function withoutUse(quota: ResourceQuota, gone: readonly ChargedPod[]): ResourceQuota {
  const used = new Map(quota.status?.used);
  for (const { usage } of gone.filter(({ spec }) => quotaMatches(quota, spec))) {
    for (const [key, amount] of usage) used.set(key, used.get(key)?.subtract(amount) ?? Quantity.zero);
  }
  return { ...quota, status: { ...quota.status, used } };
}
