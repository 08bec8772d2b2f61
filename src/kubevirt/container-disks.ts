import type { Container } from '../objects/kubernetes.ts';
import { Quantity } from '../quantity/quantity.ts';
import { isGateOn } from './feature-gates.ts';
import type { RenderRequest } from './render-request.ts';
import { supportResources, withRequestsAtLimits } from './support-resources.ts';
import { isDedicatedOrGuaranteed, isPresent } from './vmi-facts.ts';

const KERNEL_BOOT = 'kernel-boot-volume';
const DISK = { limits: { cpu: '10m', memory: '40M' }, requests: { cpu: '1m', memory: '1M' } };
const BINARY = { limits: { cpu: '100m', memory: '40M' }, requests: { cpu: '10m', memory: '1M' } };
/** A dedicated or guaranteed VM's copy of the binary may use no more CPU than a disk's container. */
const BINARY_GUARANTEED = { limits: DISK.limits, requests: DISK.limits };
const EPHEMERAL_STORAGE = Quantity.parse('50M');

/** The containers that hold a containerDisk or kernel image open while the VM runs (containerdisk.GenerateContainers). */
export function renderContainerDisks(request: RenderRequest): Container[] {
  if (mountsImageVolumes(request)) return [];
  return diskNames(request).map((name) => diskContainer(request, `volume${name}`));
}

/** The init containers that fetch those images first, or, with image volumes, learn their digests. */
export function renderContainerDiskInits(request: RenderRequest): Container[] {
  if (mountsImageVolumes(request)) return imageVolumeInits(request);
  if (!hasContainerDisk(request) && !hasKernelBoot(request)) return [];
  return [binaryContainer(request), ...diskNames(request).map((name) => diskContainer(request, `volume${name}-init`))];
}

function mountsImageVolumes({ release, configuration }: RenderRequest): boolean {
  return isGateOn('ImageVolume', release, configuration);
}

/** A migration's target knows the digests from the source pod, so that only a start has these. */
function imageVolumeInits(request: RenderRequest): Container[] {
  if (request.release.pod.imageVolumeInit === 'none' || request.role === 'target') return [];
  const names = containerDiskVolumes(request).map((volume) => volume.name);
  return [...names, ...kernelBootNames(request)].map((name) => diskContainer(request, `volume${name}`));
}

function diskNames(request: RenderRequest): string[] {
  const volumes = containerDiskVolumes(request).filter((volume) => volume.name !== KERNEL_BOOT);
  return [...volumes.map((volume) => volume.name), ...kernelBootNames(request)];
}

function containerDiskVolumes({ vmi }: RenderRequest) {
  return (vmi.spec.volumes ?? []).filter((volume) => isPresent(volume.containerDisk));
}

function hasContainerDisk(request: RenderRequest): boolean {
  return containerDiskVolumes(request).length > 0;
}

function kernelBootNames(request: RenderRequest): string[] {
  return hasKernelBoot(request) ? [KERNEL_BOOT] : [];
}

function hasKernelBoot({ vmi }: RenderRequest): boolean {
  return isPresent(vmi.spec.domain.firmware?.kernelBoot?.container);
}

function diskContainer(request: RenderRequest, name: string): Container {
  const resources = supportResources('container-disk', DISK, request.configuration);
  resources.requests.set('ephemeral-storage', EPHEMERAL_STORAGE);
  const isGuaranteed = isDedicatedOrGuaranteed(request.vmi, request.release.overhead);
  return { name, resources: isGuaranteed ? withRequestsAtLimits(resources) : resources };
}

function binaryContainer({ vmi, release, configuration }: RenderRequest): Container {
  const name = 'container-disk-binary';
  if (!isDedicatedOrGuaranteed(vmi, release.overhead)) {
    return { name, resources: supportResources('container-disk', BINARY, configuration) };
  }
  return {
    name,
    resources: withRequestsAtLimits(supportResources('container-disk', BINARY_GUARANTEED, configuration)),
  };
}
