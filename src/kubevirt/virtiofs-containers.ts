import type { Container } from '../objects/kubernetes.ts';
import type { RenderRequest } from './render-request.ts';
import { supportResources, withRequestsAtLimits } from './support-resources.ts';
import { isDedicatedOrGuaranteed, isPresent } from './vmi-facts.ts';

const DEFAULTS = { limits: { cpu: '100m', memory: '80M' }, requests: { cpu: '10m', memory: '1M' } };

/** One virtiofsd for each volume that a filesystem shares (generateVirtioFSContainers). */
export function renderVirtiofsContainers({ vmi, release, configuration }: RenderRequest): Container[] {
  const shared = new Set((vmi.spec.domain.devices.filesystems ?? []).map((filesystem) => filesystem.name));
  const isGuaranteed = isDedicatedOrGuaranteed(vmi, release.overhead);
  const isLeftOut = release.pod.virtiofsOfContainerPath === 'left-to-webhook';
  return (vmi.spec.volumes ?? [])
    .filter((volume) => shared.has(volume.name) && !(isLeftOut && isPresent(volume.containerPath)))
    .map((volume) => {
      const resources = supportResources('virtiofs', DEFAULTS, configuration);
      return { name: `virtiofs-${volume.name}`, resources: isGuaranteed ? withRequestsAtLimits(resources) : resources };
    });
}
