import type { KubeVirtRelease } from '../kubevirt/release.ts';
import { Quantity } from '../quantity/quantity.ts';
import { launcherReleases } from './cluster-facts.ts';
import type { QuotaChange } from './forecast.ts';
import { type KnownGround, scaledChoices } from './forecast-set.ts';
import type { QuotaFacts } from './namespace-facts.ts';
import { roundedUp } from './quota-raise.ts';
import { type Demand, Demands } from './room-demand.ts';
import { type RoomKey, roomKeys } from './room-keys.ts';
import type { RoomPods } from './room-pods.ts';
import { EVERY_STEP, keyNeed, NO_STEP, PLAIN_STEPS, type Steps, startNeed } from './room-steps.ts';
import type { RoomVm } from './room-vms.ts';

/** What every VM of a namespace needs of one quota key, to be migrated in any order, migrated again, and restarted. */
export interface KeyRoom {
  readonly quota: string;
  readonly resource: string;
  /** What is set now. */
  readonly base: Quantity;
  /** The least figure that suffices, rounded up to what can be typed in. */
  readonly needed: Quantity;
  /** How much more than now; absent where what is set suffices. */
  readonly growBy?: Quantity;
  readonly where: QuotaChange['where'];
}

export interface NamespaceRoom {
  /** Keys that some VM is charged for. */
  readonly keys: readonly KeyRoom[];
  /** The steps that fit, parallel to the VMs; none of a VM whose pod is refused whatever the quota is. */
  readonly steps: readonly Steps[];
}

/**
 * The room that VMs need in a namespace where nothing else migrates. Compensation is not counted as room: it comes only
 * after a refusal, never for CPU and never for a start. Where the facts leave more than one possibility, all of them must fit.
 */
export function roomOf(all: readonly RoomVm[], ground: KnownGround, pods: RoomPods): NamespaceRoom {
  const vms = [...Map.groupBy(all, ({ kind }) => kind).values()].map(
    (same): RoomVms => ({ ...(same[0] as RoomVm), count: BigInt(same.length) }),
  );
  const steps = vms.map((): Steps => EVERY_STEP);
  const versions = Array.from({ length: Math.max(1, ground.cluster.kubeVirtVersions.length) }, (_, version) => version);
  const found = scaledChoices(ground.namespace).flatMap((scaled) =>
    versions.flatMap((version) => reckon({ vms, ground, pods, scaled, version }, steps)),
  );
  const byKey = Map.groupBy(found, ({ key }) => `${key.facts.quota.metadata.name} ${key.resource}`);
  const stepsOf = new Map(vms.map(({ kind }, index) => [kind, steps[index] as Steps]));
  const keys = [...byKey.values()].map((same) => keyRoom(same.reduce(worse)));
  return { keys, steps: all.map(({ kind }) => stepsOf.get(kind) as Steps) };
}

/** Those of one kind. */
interface RoomVms extends RoomVm {
  readonly count: bigint;
}

function worse(one: FoundKey, other: FoundKey): FoundKey {
  const { key, least } = other.least > one.least ? other : one;
  return { key, least, isShort: one.isShort || other.isShort };
}

interface FoundKey {
  readonly key: RoomKey;
  readonly least: bigint;
  readonly isShort: boolean;
}

interface Possibility {
  readonly vms: readonly RoomVms[];
  readonly ground: KnownGround;
  readonly pods: RoomPods;
  readonly scaled: readonly QuotaFacts[];
  readonly version: number;
}

/** Takes out of `steps` what does not fit. */
function reckon({ vms, ground, pods, scaled, version }: Possibility, steps: Steps[]): FoundKey[] {
  const own = pods.in(ground);
  const situation = { ...ground, scaled };
  const demands = new Demands(situation, own);
  const targets = vms.map((vm) => own.target(vm, releaseOf(ground, vm, version)));
  targets.forEach(({ kind }, index) => {
    if (kind === 'refused') steps[index] = NO_STEP;
  });
  return roomKeys(situation).flatMap((key) => {
    const asked = vms.map((vm, index) => {
      const target = targets[index];
      return target?.kind === 'pod' ? demands.of(key, vm, target) : undefined;
    });
    return leastBase(key, { vms, demands: asked }, steps) ?? [];
  });
}

interface Asked {
  readonly vms: readonly RoomVms[];
  /** Parallel to the VMs; undefined for one whose pod is refused. */
  readonly demands: readonly (Demand | undefined)[];
}

/** Undefined for a key that no VM is charged for. */
function leastBase(key: RoomKey, { vms, demands }: Asked, steps: Steps[]): FoundKey | undefined {
  if (demands.every((demand) => demand === undefined || demand.asks === 0n)) return undefined;
  const highest = vms.reduce((sum, vm, index) => sum + growthOf(vm, demands[index]), key.used);
  let least = 0n;
  let isShort = false;
  demands.forEach((demand, index) => {
    if (demand === undefined) return;
    const isStopped = vms[index]?.state === 'stopped';
    const { fits, base } = isStopped ? startNeed(key, demand) : keyNeed(key, demand, highest);
    steps[index] = (steps[index] as Steps) & fits;
    if ((fits & PLAIN_STEPS) !== PLAIN_STEPS) isShort = true;
    if (base > least) least = base;
  });
  return { key, least, isShort };
}

function growthOf({ state, count }: RoomVms, demand: Demand | undefined): bigint {
  if (state === 'stopped') return 0n;
  return demand !== undefined && demand.asks > demand.frees ? (demand.asks - demand.frees) * count : 0n;
}

function releaseOf({ cluster }: KnownGround, { vmi }: RoomVm, version: number): KubeVirtRelease {
  const reading = launcherReleases(cluster, vmi);
  if (reading.kind === 'unknown') throw new Error(reading.reason);
  return reading.releases[Math.min(version, reading.releases.length - 1)] as KubeVirtRelease;
}

function keyRoom({ key, least, isShort }: FoundKey): KeyRoom {
  const { facts, resource, figure, where } = key;
  const needed = roundedUp(resource, figure.add(Quantity.ofNanos(least - key.base)));
  const room = { quota: facts.quota.metadata.name, resource, base: figure, needed, where };
  return isShort ? { ...room, growBy: needed.subtract(figure) } : room;
}
