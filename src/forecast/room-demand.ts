import { compensationApplies } from '../harvester/compensation.ts';
import { LIMITS_MEMORY } from '../harvester/names.ts';
import { storedScaleUpsOf, totalScaleUp } from '../harvester/quota-annotations.ts';
import { scaleUpDelta } from '../harvester/scale-up.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import { charged } from './arena-of.ts';
import type { Situation } from './candidate.ts';
import type { QuotaFacts } from './namespace-facts.ts';
import type { RoomKey } from './room-keys.ts';
import type { PodsOfGround } from './room-pods.ts';
import type { RoomVm } from './room-vms.ts';
import { podsOf, type TargetPod } from './target-pod.ts';

/** What one VM does to one quota key, in nanos. */
export interface Demand {
  /** What its next pods are charged. */
  readonly asks: bigint;
  /** What its running pods stop to be charged when they have ended. */
  readonly frees: bigint;
  /** The scale-up of a migration, and that of the next one, which can be left over from an earlier one. */
  readonly lent: bigint;
  readonly lentNext: bigint;
  /** Its own part of the key's leaked scale-ups. */
  readonly ownLeaked: bigint;
  /** What Harvester's check reckons for its start. */
  readonly startNeed: bigint | undefined;
  /** What Harvester reckons for a compensation of this key; undefined where it writes none. */
  readonly compensationNeed: bigint | undefined;
}

/** Reckons demands, what is the same for VMs of one shape only once. */
export class Demands {
  readonly #situation: Situation;
  readonly #pods: PodsOfGround;
  readonly #scaleUps = new Map<string, ResourceList>();
  readonly #compensated = new Map<number, boolean>();

  constructor(situation: Situation, pods: PodsOfGround) {
    this.#situation = situation;
    this.#pods = pods;
  }

  of(key: RoomKey, vm: RoomVm, target: TargetPod): Demand {
    const { resource, facts, scaling } = key;
    const stored = this.#situation.namespace.ending.has(vm.name) ? [] : storedScaleUpsOf(facts.stored, vm.vmi);
    const lent = scaling === 'scaled' ? (this.#scaleUp(facts, vm).get(resource)?.nanos ?? 0n) : 0n;
    const ownLeaked = scaling === 'scaled' ? totalScaleUp(stored, resource).nanos : 0n;
    return {
      asks: charged(key, podsOf(target), 'created'),
      frees: charged(key, vm.sources, 'settled'),
      lent,
      lentNext: stored.length === 0 ? lent : ownLeaked,
      ownLeaked,
      startNeed: key.startLimit === undefined ? undefined : this.#pods.needs(vm)?.start.get(resource)?.nanos,
      compensationNeed: this.#isCompensated(key, vm) ? this.#pods.needs(vm)?.memory.nanos : undefined,
    };
  }

  #scaleUp({ quota }: QuotaFacts, { vmi, shape, name }: RoomVm): ResourceList {
    const { harvester } = this.#situation.cluster;
    if (harvester === undefined) return new Map();
    // Before Harvester 1.4.2 the length of the name counts as well.
    const id = `${quota.metadata.name} ${shape} ${name.length}`;
    const known = this.#scaleUps.get(id) ?? scaleUpDelta({ ...harvester, vmi, quota });
    this.#scaleUps.set(id, known);
    return known;
  }

  #isCompensated({ facts, resource }: RoomKey, { vmi, shape }: RoomVm): boolean {
    const { cluster, namespace, scaled } = this.#situation;
    if (cluster.harvester === undefined || resource !== LIMITS_MEMORY || facts !== scaled[0]) return false;
    const { release } = cluster.harvester;
    const { quota } = facts;
    const known =
      this.#compensated.get(shape) ?? compensationApplies({ release, quota, namespace: namespace.namespace, vmi });
    this.#compensated.set(shape, known);
    return known;
  }
}
