import fc from 'fast-check';
import type { Json } from '../builders/json.ts';
import { quota } from '../builders/namespace.ts';
import { emptyScene, type Scene } from '../builders/scene.ts';
import { migration, sizedVmi, vmiUid } from '../builders/virtual-machine.ts';
import { RELEASES, type Release, withSpare } from './random-scenes.ts';

/** What can make a VM differ from one of the same size since it was started. */
const TWISTS: readonly Json[] = [
  { metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{}]' } } },
  { metadata: { labels: { logVerbosity: 'much' } } },
  { metadata: { labels: { 'harvesterhci.io/vmName': 'another' } } },
  { spec: { priorityClassName: 'urgent' } },
  { spec: { domain: { memory: { hugepages: { pageSize: '2Mi' } } } } },
  { spec: { domain: { devices: { autoattachGraphicsDevice: false } } } },
  { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'a', hotpluggable: true } }] } },
  { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'b' } }] } },
  { spec: { volumes: [{ name: 'data', containerDisk: { image: 'a' } }] } },
  { spec: { volumes: [{ name: 'data', downwardMetrics: {} }] } },
  { spec: { volumes: [{ name: 'data', configMap: { name: 'a' } }] } },
  { status: { memory: { guestAtBoot: '128Mi' } } },
  { status: { currentCPUTopology: { cores: 1, sockets: 1, threads: 1 } } },
  { status: { volumeStatus: [{ name: 'data', hotplugVolume: {} }] } },
  { status: { launcherContainerImageVersion: 'registry.suse.com/virt-launcher:1.3.1' } },
  { status: { nodeName: 'harv2' } },
  { status: { phase: 'Failed' } },
];

/** What can have happened to a VM, so that something in the namespace is its own. */
const HAPPENINGS: readonly ((scene: Scene, name: string) => Scene)[] = [
  (scene, name) => scene.pending(name),
  (scene, name) => scene.running(name),
  (scene, name) => scene.with(migration(name)),
  (scene, name) => scene.lingering(name),
  (scene, name) => scene.stored(`migratingUID-${vmiUid(name)}`, { 'limits.memory': '600Mi' }),
  (scene, name) => scene.stored(`migrating-${name}`, { 'limits.cpu': '1', 'limits.memory': '300Mi' }),
  (scene, name) => scene.stored(`migrating-${vmiUid(name)}`, { 'limits.memory': '300Mi' }),
  (scene, name) => scene.without('Pod', podOf(name)),
  (scene, name) => scene.changed('Pod', podOf(name), { spec: { priorityClassName: 'urgent' } }),
  (scene, name) => scene.changed('Pod', podOf(name), { spec: { nodeName: 'harv2' } }),
];

function podOf(name: string): string {
  return `virt-launcher-${name}-src01`;
}

const EXTRAS: readonly ((scene: Scene) => Scene)[] = [
  (scene) => scene.with(quota('second', { 'limits.memory': '9Gi', pods: '5', 'count/pods': '7' })),
  (scene) =>
    scene.with(
      quota('scoped', { 'requests.memory': '3Gi' }, { spec: { scopeSelector: { matchExpressions: URGENT } } }),
    ),
  (scene) => scene.changedQuota({ spec: { hard: { 'requests.memory': '5Gi', 'requests.cpu': '600m' } } }),
  (scene) => scene.annotatedNamespace(undefined),
  (scene) => scene.changedKubeVirt({ status: { observedKubeVirtVersion: undefined } }),
  (scene) => scene.changedKubeVirt({ status: { targetKubeVirtVersion: 'v1.8.2' } }),
];
const URGENT = [{ scopeName: 'PriorityClass', operator: 'In', values: ['urgent'] }];

function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** From few sizes and ratios, so that some VMs are alike; the names are of two lengths, around what fits into a label. */
const vm = fc.record({
  ratio: fc.constantFrom('1.5', '4.5'),
  size: fc.constantFrom({ cpu: 1, memoryMi: 1024 }, { cpu: 2, memoryMi: 4096 }),
  twist: rarely(fc.nat({ max: TWISTS.length - 1 })),
  happening: rarely(fc.nat({ max: HAPPENINGS.length - 1 })),
  isLongNamed: rarely(fc.constant(true)),
});

type VmDraft = typeof vm extends fc.Arbitrary<infer Drafted> ? Drafted : never;

/** Of one template, most of them with a migration that is refused or runs. */
const crowded: fc.Arbitrary<VmDraft> = fc.record({
  ratio: fc.constant('1.5'),
  size: fc.constant({ cpu: 1, memoryMi: 1024 }),
  twist: fc.constant(null),
  happening: fc.constantFrom(0, 0, 0, 0, 0, 1, null),
  isLongNamed: fc.constant(null),
});

const vms: fc.Arbitrary<VmDraft[]> = fc.oneof(
  fc.array(vm, { minLength: 2, maxLength: 7 }),
  fc
    .tuple(fc.array(crowded, { minLength: 7, maxLength: 9 }), fc.array(vm, { maxLength: 2 }))
    .map(([crowd, others]) => [...crowd, ...others]),
);

export const alikeDrafts = fc.record({
  harvester: fc.constantFrom(...(Object.keys(RELEASES) as Release[])),
  vms,
  ratio: fc.constantFrom('1.5', '2.5', '4.5'),
  spareBytes: fc.integer({ min: -300_000_000, max: 5_000_000_000 }),
  spareMilliCpu: fc.integer({ min: -1500, max: 2500 }),
  extras: fc.uniqueArray(fc.nat({ max: EXTRAS.length - 1 }), { maxLength: 2 }),
});

export type AlikeDraft = typeof alikeDrafts extends fc.Arbitrary<infer Drafted> ? Drafted : never;

export function namesOf({ vms }: AlikeDraft): readonly string[] {
  return vms.map(({ isLongNamed }, index) => `${isLongNamed === true ? 'v'.repeat(52) : 'v'}m${index}`);
}

/** A namespace of several VMs, some of them alike, with a few things going on. */
export function alikeScene(draft: AlikeDraft): Scene {
  const { harvester, vms, ratio, spareBytes, spareMilliCpu, extras } = draft;
  const names = namesOf(draft);
  const empty = emptyScene({ harvester, kubeVirt: RELEASES[harvester], ratio });
  const started = vms.reduce((scene, { ratio: own, size }, index) => {
    return scene.ratio(own).started(sizedVmi(names[index] as string, size));
  }, empty);
  const based = withSpare(started, spareBytes, spareMilliCpu).ratio(ratio);
  const busy = vms.reduce((scene, { happening }, index) => {
    return happening === null
      ? scene
      : (HAPPENINGS[happening] as (typeof HAPPENINGS)[number])(scene, names[index] as string);
  }, based);
  const twisted = vms.reduce((scene, { twist }, index) => {
    return twist === null ? scene : scene.changedVmi(TWISTS[twist] as Json, names[index] as string);
  }, busy);
  return extras.reduce((scene, extra) => (EXTRAS[extra] as (typeof EXTRAS)[number])(scene), twisted);
}
