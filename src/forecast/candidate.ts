import { compensationApplies } from '../harvester/compensation.ts';
import { type StoredScaleUp, storedScaleUpsOf, totalScaleUp } from '../harvester/quota-annotations.ts';
import { harvesterMemoryNeed, scaleUpDelta } from '../harvester/scale-up.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { Quantity } from '../quantity/quantity.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { chargedPods, type Launchers, podsOfVmi } from './launchers.ts';
import type { NamespaceFacts, QuotaFacts } from './namespace-facts.ts';
import type { StartState } from './race/arena.ts';
import type { ChargedPod, RefusedPod, TargetPod, TargetPods } from './target-pod.ts';

/** Amounts by key, by the name of the quota that is scaled. */
export type ScaleUps = ReadonlyMap<string, ResourceList>;

/** One migration, with the pods and amounts that it moves in and out of the namespace's quotas. */
export interface Candidate {
  readonly vmi: VirtualMachineInstance;
  readonly start: StartState;
  readonly target: TargetPod;
  /** Attachment pods that a migration with a target launcher is still to get. */
  readonly coming: readonly ChargedPod[];
  /** The running pods that go when the migration has settled; undefined where the facts do not hold them. */
  readonly sources: readonly ChargedPod[] | undefined;
  /** What Harvester adds for it, by quota; a stored one was reckoned at the ratio of its time. */
  readonly scaleUps: ScaleUps;
  /** What it will add for the migration after this one. */
  readonly nextScaleUps: ScaleUps;
  /** Memory limit plus overhead as Harvester reckons it; undefined for a VMI without a memory limit. */
  readonly memoryNeed: Quantity | undefined;
}

/**
 * Everything that one forecast stands on. `scaled` are the default quotas that get the scale-ups: one, unless several
 * carry the label; compensation goes to the first.
 */
export interface Situation {
  readonly cluster: ClusterFacts;
  readonly namespace: NamespaceFacts;
  readonly targetPods: TargetPods;
  readonly scaled: readonly QuotaFacts[];
  readonly queue?: Queue;
}

/** VMIs whose migrations KubeVirt lets run a few at a time, in no defined order. */
export interface Queue {
  readonly vmis: ReadonlySet<string>;
  readonly mostRunning: number;
}

/** The candidate for a migration of `vmi` by a pod of `release`; refused where no such pod can be. */
export function candidateFor(
  situation: Situation,
  vmi: VirtualMachineInstance,
  release: KubeVirtRelease,
): Candidate | RefusedPod {
  const { namespace, targetPods } = situation;
  const migration = namespace.migrationOf.get(vmi.metadata.name);
  const pods = podsOfVmi(namespace.launchers, vmi, migration);
  const target = targetPods(vmi, release, pods.source?.spec);
  if (target.kind === 'refused') return target;
  return {
    vmi,
    start: startState(migration, pods.target !== undefined),
    target,
    coming: comingPods(namespace.launchers, target, pods.target),
    sources: pods.source === undefined ? undefined : chargedPods(namespace.launchers, pods.source),
    ...scaling(situation, vmi),
  };
}

function comingPods(launchers: Launchers, target: TargetPod, launcher: Pod | undefined): readonly ChargedPod[] {
  if (target.attachment === undefined || launcher === undefined) return [];
  return launchers.attachmentsByPodUid.has(launcher.metadata.uid ?? '') ? [] : [target.attachment];
}

function startState(migration: VirtualMachineInstanceMigration | undefined, hasTarget: boolean): StartState {
  if (migration === undefined) return 'asked';
  return hasTarget ? 'running' : 'pending';
}

type Scaling = Pick<Candidate, 'scaleUps' | 'nextScaleUps' | 'memoryNeed'>;

/** What a start has of it, and every migration on a cluster without Harvester. */
export const NOT_SCALED: Scaling = { scaleUps: new Map(), nextScaleUps: new Map(), memoryNeed: undefined };

function scaling({ cluster, namespace, scaled }: Situation, vmi: VirtualMachineInstance): Scaling {
  const { harvester } = cluster;
  const [first] = scaled;
  if (harvester === undefined || first === undefined) return NOT_SCALED;
  const { quota } = first;
  const compensates = compensationApplies({ release: harvester.release, quota, namespace: namespace.namespace, vmi });
  const nextScaleUps = new Map(
    scaled.map((one) => [one.quota.metadata.name, scaleUpDelta({ ...harvester, vmi, quota: one.quota })]),
  );
  const isLeaving = namespace.ending.has(vmi.metadata.name);
  const stored = scaled.flatMap((one) => {
    const own = storedScaleUpsOf(one.stored, vmi);
    return own.length === 0 || isLeaving ? [] : [[one.quota.metadata.name, summed(own)] as const];
  });
  return {
    scaleUps: stored.length === 0 ? nextScaleUps : new Map([...nextScaleUps, ...stored]),
    nextScaleUps,
    memoryNeed: compensates ? harvesterMemoryNeed(vmi, harvester) : undefined,
  };
}

/** Under its uid and under its name a VM counts twice, and Harvester takes both off in the end. */
function summed(scaleUps: readonly StoredScaleUp[]): ResourceList {
  const keys = new Set(scaleUps.flatMap(({ delta }) => [...delta.keys()]));
  return new Map([...keys].map((key) => [key, totalScaleUp(scaleUps, key)]));
}
