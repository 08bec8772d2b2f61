import type { Pod } from '../objects/kubernetes.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { checkedVmi, type KnownGround } from './forecast-set.ts';
import { type Launchers, podsOfVmi } from './launchers.ts';
import { type ChargedPod, podsOf, type RefusedPod, type TargetPod } from './target-pod.ts';

/** The pods that come and go with one migration. */
export interface Replacement {
  readonly kind: 'replacement';
  readonly vmi: VirtualMachineInstance;
  /** Those that are not there yet. */
  readonly created: readonly Pod[];
  readonly ended: readonly Pod[];
}

interface LeftVmi {
  readonly kind: 'left';
  readonly name: string;
  readonly reason: string;
}

/** What the migration of one VMI, under way or to be asked for, replaces by what. */
export function replacementOf(ground: KnownGround, name: string): Replacement | LeftVmi {
  const checked = checkedVmi(ground, name);
  if (checked.kind === 'unknown') return { kind: 'left', name, reason: checked.reason };
  const { launchers, vmis, migrationOf } = ground.namespace;
  const vmi = vmis.get(name) as VirtualMachineInstance;
  const { source, target, leaving } = podsOfVmi(launchers, vmi, migrationOf.get(name));
  if (source === undefined) return { kind: 'left', name, reason: `the running pod of ${name} is not known` };
  const rendered = checked.releases.map((release) => ground.targetPods(vmi, release, source.spec));
  const [first, ...others] = rendered as [TargetPod | RefusedPod, ...(TargetPod | RefusedPod)[]];
  if (first.kind === 'refused') return { kind: 'left', name, reason: `${first.by} refuses the pod: ${first.reason}` };
  if (others.some((other) => !isSame(first, other))) {
    return { kind: 'left', name, reason: 'the KubeVirt versions of an upgrade that is under way make different pods' };
  }
  const ended = [source, ...leaving].flatMap((pod) => [pod, ...attachmentsOf(launchers, pod)]);
  return { kind: 'replacement', vmi, created: createdPods(launchers, source, target, first), ended };
}

function isSame(one: TargetPod, other: TargetPod | RefusedPod): boolean {
  return other.kind === 'pod' && usageText(one) === usageText(other);
}

function usageText(target: TargetPod): string {
  return podsOf(target)
    .map(({ usage }) => [...usage].map(([key, amount]) => `${key}=${amount.nanos}`).sort())
    .join(';');
}

function attachmentsOf({ attachmentsByPodUid }: Launchers, pod: Pod): readonly Pod[] {
  return attachmentsByPodUid.get(pod.metadata.uid ?? '') ?? [];
}

function createdPods(launchers: Launchers, source: Pod, there: Pod | undefined, target: TargetPod): readonly Pod[] {
  const launcher = there ?? launcherLike(source, target.launcher);
  const isAttached = there !== undefined && attachmentsOf(launchers, there).length > 0;
  const attachments = target.attachment === undefined || isAttached ? [] : [attachmentTo(launcher, target.attachment)];
  return there === undefined ? [launcher, ...attachments] : attachments;
}

/** With the labels and the owner of the pod that it replaces, by which it is known as the VMI's. */
function launcherLike({ metadata, spec }: Pod, { spec: rendered }: ChargedPod): Pod {
  const { namespace, labels, ownerReferences } = metadata;
  const identity = { name: `${metadata.name}-next`, uid: `${metadata.uid ?? metadata.name}-next` };
  return {
    metadata: { ...identity, namespace, labels, ownerReferences, annotations: new Map() },
    spec: { ...rendered, nodeName: spec.nodeName },
    status: { phase: 'Running' },
  };
}

function attachmentTo({ metadata, spec: { nodeName } }: Pod, { spec }: ChargedPod): Pod {
  const { name, namespace } = metadata;
  const uid = metadata.uid ?? '';
  return {
    metadata: {
      name: `hp-volume-of-${name}`,
      namespace,
      uid: `hp-volume-of-${uid}`,
      labels: new Map([['kubevirt.io', 'hotplug-disk']]),
      annotations: new Map(),
      ownerReferences: [{ kind: 'Pod', name, uid }],
    },
    spec: { ...spec, nodeName },
    status: { phase: 'Running' },
  };
}
