import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { type KubeVirtRelease, kubeVirtRelease } from './release.ts';

/** A KubeVirt version as somebody wrote it, and its rules. */
export interface LauncherVersion {
  readonly version: string;
  readonly release: KubeVirtRelease;
}

/**
 * The KubeVirt that made the pod a VMI runs in: virt-controller takes the image of its own release, and keeps the
 * VMI's status at what the pod has. Undefined for images named by digest or by something else than a version.
 */
export function launcherVersion({ status }: VirtualMachineInstance): LauncherVersion | undefined {
  const [image = ''] = (status?.launcherContainerImageVersion ?? '').split('@', 1);
  return versionOf(image.slice(image.lastIndexOf(':') + 1));
}

export function versionOf(version: string): LauncherVersion | undefined {
  const reading = kubeVirtRelease(version);
  return reading.kind === 'known' ? { version, release: reading.release } : undefined;
}
