import { quotaUsage } from '../kubernetes/pod-usage.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { ChargedPod } from './target-pod.ts';

const LAUNCHER_LABEL = 'kubevirt.io';
const CREATED_BY_LABEL = 'kubevirt.io/created-by';
const MIGRATION_LABEL = 'kubevirt.io/migrationJobUID';

/** The launcher pods that still count against quotas, and the attachment pods that hold their hotplugged volumes. */
export interface Launchers {
  /** By uid of the VMI that the pod was created for. */
  readonly byVmiUid: ReadonlyMap<string, readonly Pod[]>;
  /** By uid of the launcher pod that the attachment pod belongs to. */
  readonly attachmentsByPodUid: ReadonlyMap<string, readonly Pod[]>;
  /** What quotas count of a pod. */
  readonly charges: (pod: Pod) => ChargedPod;
}

/** Sorts the pods of a namespace by whom they serve; pods that have ended are left out (quotas do not count them). */
export function launchersOf(pods: readonly Pod[]): Launchers {
  const byVmiUid = new Map<string, Pod[]>();
  const attachmentsByPodUid = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') continue;
    const role = pod.metadata.labels.get(LAUNCHER_LABEL);
    if (role === 'virt-launcher') {
      append(byVmiUid, pod.metadata.labels.get(CREATED_BY_LABEL) ?? ownerUid(pod, 'VirtualMachineInstance'), pod);
    } else if (role === 'hotplug-disk') {
      append(attachmentsByPodUid, ownerUid(pod, 'Pod'), pod);
    }
  }
  return { byVmiUid, attachmentsByPodUid, charges: rememberedCharges() };
}

function append(map: Map<string, Pod[]>, key: string | undefined, pod: Pod): void {
  if (key === undefined) return;
  const there = map.get(key);
  if (there === undefined) map.set(key, [pod]);
  else there.push(pod);
}

function ownerUid(pod: Pod, kind: string): string | undefined {
  return pod.metadata.ownerReferences?.find((owner) => owner.kind === kind)?.uid;
}

/** The pods of one VMI by their part in its migration. */
export interface VmiPods {
  /** The pod that the guest runs in; undefined where the facts do not hold it. */
  readonly source: Pod | undefined;
  readonly target: Pod | undefined;
  /** Neither: the source of a migration that is over, or the target of one that failed. They will be gone soon. */
  readonly leaving: readonly Pod[];
}

/** Tells source, target and leaving pods apart; `migration` is the one under way, if there is one. */
export function podsOfVmi(
  launchers: Launchers,
  vmi: VirtualMachineInstance,
  migration: VirtualMachineInstanceMigration | undefined,
): VmiPods {
  const pods = launchers.byVmiUid.get(vmi.metadata.uid ?? '') ?? [];
  const migrationUid = migration?.metadata.uid;
  const target = pods.find((pod) => isTargetOf(pod, migrationUid));
  const others = pods.filter((pod) => pod !== target);
  const source = others.length > 1 ? runningSource(others, vmi) : others[0];
  return { source, target, leaving: others.filter((pod) => pod !== source) };
}

function isTargetOf(pod: Pod, migrationUid: string | null | undefined): boolean {
  return typeof migrationUid === 'string' && pod.metadata.labels.get(MIGRATION_LABEL) === migrationUid;
}

function runningSource(pods: readonly Pod[], vmi: VirtualMachineInstance): Pod | undefined {
  const state = vmi.status?.migrationState;
  const arrived = state?.completed === true ? pods.find((pod) => pod.metadata.name === state.targetPod) : undefined;
  return arrived ?? pods.findLast((pod) => pod.spec.nodeName === vmi.status?.nodeName);
}

/** Whether a launcher pod was made for a migration to move to, and not for its VM to start in. */
export function isTargetPod({ metadata }: Pick<Pod, 'metadata'>): boolean {
  return metadata.labels.has(MIGRATION_LABEL);
}

/** A launcher pod with its attachment pods, as quotas count them now. */
export function chargedPods(launchers: Launchers, launcher: Pod): readonly ChargedPod[] {
  return withAttachments(launchers, launcher).map(launchers.charges);
}

/** A launcher pod with its attachment pods. */
export function withAttachments({ attachmentsByPodUid }: Launchers, launcher: Pod): readonly Pod[] {
  return [launcher, ...(attachmentsByPodUid.get(launcher.metadata.uid ?? '') ?? [])];
}

/** Counts each pod once, however often it is asked for. */
function rememberedCharges(): (pod: Pod) => ChargedPod {
  const known = new Map<Pod, ChargedPod>();
  return (pod) => {
    const charged = known.get(pod) ?? { spec: pod.spec, usage: quotaUsage(pod.spec) };
    known.set(pod, charged);
    return charged;
  };
}

/**
 * The name of the VMI that a pod says it was made for. Anybody can write it: it is not believed, only looked up, and
 * checked to be a name before it becomes part of a path.
 */
export function vmiNameOfPod(pod: Pod): string | undefined {
  return pod.metadata.ownerReferences?.find((owner) => owner.kind === 'VirtualMachineInstance')?.name ?? undefined;
}

/** The VMI that a launcher pod was made for: the one whose uid the pod carries. */
export function vmiOfPod(pod: Pod, vmis: readonly VirtualMachineInstance[]): VirtualMachineInstance | undefined {
  const uid = pod.metadata.labels.get(CREATED_BY_LABEL) ?? ownerUid(pod, 'VirtualMachineInstance');
  return uid === undefined ? undefined : vmis.find((vmi) => vmi.metadata.uid === uid);
}
