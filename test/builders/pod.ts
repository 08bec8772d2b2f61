import { withApiDefaults } from '../../src/kubernetes/pod-defaults.ts';
import { renderAttachmentPod } from '../../src/kubevirt/attachment-pod.ts';
import { renderLauncherPod } from '../../src/kubevirt/launcher-pod.ts';
import { kubeVirtRelease } from '../../src/kubevirt/release.ts';
import type { Container, PodSpec } from '../../src/objects/kubernetes.ts';
import { kubeVirtShape } from '../../src/objects/kubevirt.ts';
import type { ResourceList } from '../../src/objects/quantity-shape.ts';
import { virtualMachineInstanceShape } from '../../src/objects/virtual-machine-instance.ts';
import { type Amounts, type Json, merged, nameOf, objectAt } from './json.ts';
import { NAMESPACE } from './namespace.ts';
import { migrationUid, NODE, vmiUid } from './virtual-machine.ts';

/** The pod that a KubeVirt of this CR makes for a VMI, as the API server stores it. */
export function launcher(vmi: Json, kubeVirt: Json, changes: Json = {}): Json {
  const { release, configuration } = rulesOf(kubeVirt);
  const rendered = renderLauncherPod({
    vmi: virtualMachineInstanceShape.parse(vmi),
    configuration,
    release,
    clusterArchitecture: 'amd64',
    role: 'source',
    namespaceLabels: new Map(),
    quotas: [],
  });
  if (rendered.kind === 'refused') throw new Error(rendered.reason);
  const name = nameOf(vmi);
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `virt-launcher-${name}-src01`,
      namespace: NAMESPACE,
      uid: `uid-of-source-pod-of-${name}`,
      labels: { 'kubevirt.io': 'virt-launcher', 'kubevirt.io/created-by': vmiUid(name) },
      ownerReferences: [{ kind: 'VirtualMachineInstance', name, uid: vmiUid(name) }],
    },
    spec: { ...specJson(withApiDefaults(rendered.spec)), nodeName: NODE },
    status: { phase: 'Running' },
  };
  return merged(object, changes);
}

/** The pod that the VMI's migration under way has got. */
export function targetLauncher(vmi: Json, kubeVirt: Json, changes: Json = {}): Json {
  const name = nameOf(vmi);
  const target = {
    metadata: {
      name: `virt-launcher-${name}-tgt01`,
      uid: `uid-of-target-pod-of-${name}`,
      labels: { 'kubevirt.io/migrationJobUID': migrationUid(name) },
    },
    spec: { nodeName: 'harv2' },
  };
  return merged(launcher(vmi, kubeVirt, target), changes);
}

/** The pod that holds hotplugged volumes for a launcher pod. */
export function attachmentOf(launcherPod: Json, kubeVirt: Json): Json {
  const { release, configuration } = rulesOf(kubeVirt);
  const { name, uid } = objectAt(launcherPod, 'metadata');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `hp-volume-of-${name}`,
      namespace: NAMESPACE,
      labels: { 'kubevirt.io': 'hotplug-disk' },
      ownerReferences: [{ kind: 'Pod', name, uid }],
    },
    spec: specJson(withApiDefaults(renderAttachmentPod(release, configuration))),
    status: { phase: 'Running' },
  };
}

/** A pod of somebody else's in the namespace. */
export function otherPod(resources: { limits?: Amounts; requests?: Amounts }, name = 'web'): Json {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: { containers: [{ name: 'web', resources }] },
    status: { phase: 'Running' },
  };
}

function rulesOf(kubeVirt: Json) {
  const { spec, status } = kubeVirtShape.parse(kubeVirt);
  const reading = kubeVirtRelease(status?.observedKubeVirtVersion ?? '');
  if (reading.kind === 'unknown') throw new Error(reading.reason);
  return { release: reading.release, configuration: spec?.configuration ?? {} };
}

function specJson({ containers, initContainers }: PodSpec): Json {
  return {
    containers: (containers ?? []).map(containerJson),
    initContainers: (initContainers ?? []).map(containerJson),
  };
}

function containerJson({ name, restartPolicy, resources }: Container): Json {
  const { limits, requests } = resources;
  return { name, restartPolicy, resources: { limits: amountsJson(limits), requests: amountsJson(requests) } };
}

export function amountsJson(list: ResourceList): Amounts {
  return Object.fromEntries([...list].map(([name, amount]) => [name, amount.toString()]));
}
