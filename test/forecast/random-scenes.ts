import fc from 'fast-check';
import type { Json } from '../builders/json.ts';
import { quota } from '../builders/namespace.ts';
import { otherPod } from '../builders/pod.ts';
import { emptyScene, plainScene, type Scene } from '../builders/scene.ts';
import { sizedVmi } from '../builders/virtual-machine.ts';

/** What is to spare for limits.memory beyond what is used, in bytes: about the edges where an answer turns. */
const spareBytes = fc.oneof(
  fc.constantFrom(-1, 0, 1, 59_999_999, 60_000_000, 60_000_001, 134_217_728, 134_217_729),
  fc.integer({ min: -3_000_000_000, max: 300_000_000 }),
);

const spareMilliCpu = fc.oneof(fc.constantFrom(-1, 0, 14, 15, 16), fc.integer({ min: -3000, max: 3000 }));

/** KubeVirt by the Harvester that ships it. */
export const RELEASES = {
  'v1.1.3': '1.1.1',
  'v1.3.2': '1.1.1-150500.8.18.1',
  'v1.4.1': '1.2.2-150500.8.21.1',
  'v1.5.2': '1.4.1-150600.5.21.2',
  'v1.7.0': '1.6.3-150700.3.13.1',
  'v1.8.2': '1.7.4-150700.3.24.2',
  'v1.9.0': '1.8.4-5.2',
} as const;
export type Release = keyof typeof RELEASES;

const extras: readonly ((scene: Scene) => Scene)[] = [
  (scene) => scene,
  (scene) => scene.with(quota('second', { 'limits.memory': '6Gi', pods: '2' })),
  (scene) => scene.changedQuota({ spec: { hard: { 'requests.memory': '5Gi', 'requests.cpu': '600m' } } }),
  (scene) => scene.changedQuota(annotated({ 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' })),
  (scene) => scene.changedVmi(annotated({ 'hooks.kubevirt.io/hookSidecars': '[{}]' })),
  (scene) => scene.with(otherPod({ limits: { cpu: '500m', memory: '700Mi' }, requests: { cpu: '1m', memory: '1Mi' } })),
  (scene) => scene.started(sizedVmi('vm2', { cpu: 1, memoryMi: 1024 })).pending('vm2'),
  (scene) => scene.started(sizedVmi('vm2', { cpu: 1, memoryMi: 1024 })).running('vm2'),
  (scene) => scene.annotatedNamespace(undefined),
];

function annotated(annotations: Json): Json {
  return { metadata: { annotations } };
}

/** Printed where a property fails. */
export interface ManagedDraft {
  readonly harvester: Release;
  readonly ratios: readonly [string, string];
  readonly size: { readonly cpu: number; readonly memoryMi: number };
  readonly spareBytes: number;
  readonly spareMilliCpu: number;
  readonly extras: readonly number[];
}

/** Namespaces that Harvester manages, with vm1 started at one ratio and asked about at another. */
export function managedDrafts(from: readonly Release[]): fc.Arbitrary<ManagedDraft> {
  const ratio = fc.constantFrom('1', '1.5', '2', '2.5', '4.5', '10');
  return fc.record({
    harvester: fc.constantFrom(...from),
    ratios: fc.tuple(ratio, ratio),
    size: fc.record({ cpu: fc.integer({ min: 1, max: 8 }), memoryMi: fc.integer({ min: 256, max: 20_000 }) }),
    spareBytes,
    spareMilliCpu,
    extras: fc.uniqueArray(fc.nat({ max: extras.length - 1 }), { maxLength: 2 }),
  });
}

export function managedScene({ harvester, ratios, size, ...spare }: ManagedDraft): Scene {
  const cluster = { harvester, kubeVirt: RELEASES[harvester], ratio: ratios[0] };
  const started = emptyScene(cluster).started(sizedVmi('vm1', size));
  const based = withSpare(started, spare.spareBytes, spare.spareMilliCpu).ratio(ratios[1]);
  return spare.extras.reduce((scene, extra) => (extras[extra] as (typeof extras)[number])(scene), based);
}

/** Namespaces of a cluster without Harvester. */
export const plainDrafts = fc.record({
  memoryMi: fc.integer({ min: 4000, max: 12_000 }),
  milliCpu: fc.integer({ min: 1, max: 6000 }),
  pods: fc.integer({ min: 0, max: 3 }),
  state: fc.constantFrom('asked' as const, 'pending' as const, 'lingering' as const),
});

type PlainDraft = typeof plainDrafts extends fc.Arbitrary<infer Drafted> ? Drafted : never;

export function plainSceneOf({ memoryMi, milliCpu, pods, state }: PlainDraft): Scene {
  const hard = { 'limits.memory': `${memoryMi}Mi`, 'limits.cpu': `${milliCpu}m`, pods: `${pods}` };
  const scene = plainScene(hard).with(quota('second', { 'requests.memory': `${memoryMi / 2}Mi` }));
  return state === 'asked' ? scene : scene[state]();
}

/** Sets the namespace's limits to what is used and as much more (or less). */
export function withSpare(scene: Scene, bytes: number, milliCpu: number): Scene {
  const used = scene.objects().namespace.quotas.items[0]?.status?.used;
  const memory = (used?.get('limits.memory')?.value() ?? 0n) + BigInt(bytes);
  const cpu = (used?.get('limits.cpu')?.milliValue() ?? 0n) + BigInt(milliCpu);
  return scene.base({ 'limits.cpu': `${cpu < 1n ? 1n : cpu}m`, 'limits.memory': `${memory < 1n ? 1n : memory}` });
}
