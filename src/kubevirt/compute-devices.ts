import { Quantity } from '../quantity/quantity.ts';
import { addTo, type ComputeDraft } from './compute-draft.ts';
import { isGateOn } from './feature-gates.ts';
import type { RenderRequest } from './render-request.ts';
import { hasMemoryEncryption, isPresent } from './vmi-facts.ts';

const ONE = Quantity.of(1n);

interface AssignedDevice {
  readonly deviceName?: string | null | undefined;
  readonly claimName?: string | null | undefined;
  readonly requestName?: string | null | undefined;
}

/**
 * Devices every VM needs, as limits over anything the VMI says; the API server makes the requests equal later
 * (getRequiredResources, WithVirtualizationResources).
 */
export function setVirtualizationDevices(draft: ComputeDraft, request: RenderRequest): void {
  const { devices } = request.vmi.spec.domain;
  const interfaces = devices.interfaces ?? [];
  const isEmulated = request.configuration.developerConfiguration?.useEmulation === true;
  const isVirtio = interfaces.some(({ model }) => !model || model === 'virtio');
  const wanted: readonly (readonly [string, boolean])[] = [
    ['tun', interfaces.length > 0 || devices.autoattachPodInterface !== false],
    ['vhost-net', isVirtio && !isEmulated],
    [hypervisorDevice(request), !isEmulated],
    ['vhost-vsock', devices.autoattachVSOCK === true],
  ];
  for (const [device, isWanted] of wanted) if (isWanted) draft.limits.set(`devices.kubevirt.io/${device}`, ONE);
}

function hypervisorDevice({ release, configuration }: RenderRequest): 'kvm' | 'mshv' {
  const isConfigurable = isGateOn('ConfigurableHypervisor', release, configuration);
  return isConfigurable && configuration.hypervisors?.[0]?.name === 'hyperv-direct' ? 'mshv' : 'kvm';
}

/** One of each device that a plugin hands out, as limit and request; a number in the VMI itself beats the count. */
export function addPluginDevices(draft: ComputeDraft, request: RenderRequest, networks: readonly string[]): void {
  for (const resource of [...networks, ...assignedDevices(request), ...securityDevices(request)]) {
    addTo(draft.calculatedLimits, resource, ONE);
    addTo(draft.calculatedRequests, resource, ONE);
  }
}

/** A device with a DRA claim is asked for in `resources.claims`, which no quota here counts. */
export function hasClaim(device: AssignedDevice): boolean {
  return isPresent(device.claimName) || isPresent(device.requestName);
}

function assignedDevices({ vmi, release }: RenderRequest): string[] {
  const { gpus, hostDevices } = vmi.spec.domain.devices;
  const devices: AssignedDevice[] = [...(gpus ?? []), ...(hostDevices ?? [])];
  // Versions without claims ask for every device by its name, even for one that has none.
  if (release.pod.claimedDevices === 'as-plugin') return devices.map(({ deviceName }) => deviceName ?? '');
  return devices.flatMap((device) => (device.deviceName && !hasClaim(device) ? [device.deviceName] : []));
}

function securityDevices(request: RenderRequest): string[] {
  const { vmi, release, configuration } = request;
  const { devices, launchSecurity } = vmi.spec.domain;
  const wanted: readonly (readonly [string, boolean])[] = [
    ['sev', hasMemoryEncryption(vmi, release.pod.memoryEncryptionDevice)],
    ['tdx', release.pod.tdxDevice === 'requested' && isPresent(launchSecurity?.tdx)],
    ['pr-helper', (devices.disks ?? []).some((disk) => disk.lun?.reservation === true)],
    ['iommufd', isGateOn('IOMMUFD', release, configuration)],
  ];
  return wanted.filter(([, isWanted]) => isWanted).map(([device]) => `devices.kubevirt.io/${device}`);
}
