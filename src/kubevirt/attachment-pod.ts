import type { PodSpec } from '../objects/kubernetes.ts';
import type { KubeVirtConfiguration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { KubeVirtRelease } from './release-rules.ts';
import { supportResources } from './support-resources.ts';
import { isPresent } from './vmi-facts.ts';

/** The `hp-volume-…` pod that holds a VM's hotplugged volumes, one beside the source pod and one beside the target. */
export function renderAttachmentPod(release: KubeVirtRelease, configuration: KubeVirtConfiguration): PodSpec {
  const defaults = { limits: { cpu: '100m', memory: '80M' }, requests: release.pod.attachmentRequest };
  const resources = supportResources('hotplug-disk', defaults, configuration);
  return { containers: [{ name: 'hotplug-disk', resources }], initContainers: [], overhead: new Map() };
}

/** Whether a migration needs an attachment pod of its own: some volume was added to the running VM. */
export function hasHotpluggedVolumes(vmi: Pick<VirtualMachineInstance, 'spec' | 'status'>): boolean {
  if ((vmi.status?.volumeStatus ?? []).some((volume) => isPresent(volume.hotplugVolume))) return true;
  return (vmi.spec.volumes ?? []).some((volume) =>
    [volume.persistentVolumeClaim, volume.dataVolume, volume.memoryDump].some(
      (source) => source?.hotpluggable === true,
    ),
  );
}
