import { hasClaim } from './compute-devices.ts';
import { isGateOn } from './feature-gates.ts';
import type { RenderRefusal, RenderRequest } from './render-request.ts';

/** Refuses a GPU or host device that a set permittedHostDevices does not list (validatePermittedHostDevices). */
export function findForbiddenDevice(request: RenderRequest): RenderRefusal | undefined {
  const permitted = permittedResources(request);
  if (permitted === undefined) return undefined;
  const forbidden = checkedDevices(request).find(({ deviceName }) => !permitted.has(deviceName ?? ''));
  if (forbidden === undefined) return undefined;
  return {
    kind: 'refused',
    reason: `${forbidden.kind} ${forbidden.deviceName ?? ''} is not permitted in permittedHostDevices`,
  };
}

function permittedResources({ configuration }: RenderRequest): ReadonlySet<string> | undefined {
  const lists = configuration.permittedHostDevices;
  if (lists === null || lists === undefined) return undefined;
  const devices = [lists.pciHostDevices, lists.mediatedDevices, lists.usb].flatMap((list) => list ?? []);
  return new Set(devices.map(({ resourceName }) => resourceName));
}

function checkedDevices(request: RenderRequest) {
  const { vmi, release, configuration } = request;
  const rule = release.pod.permittedDevices;
  const trustsGpuClaims = isGateOn('GPUsWithDRA', release, configuration);
  const trustsDeviceClaims = isGateOn('HostDevicesWithDRA', release, configuration);
  const gpus = (vmi.spec.domain.devices.gpus ?? []).map((gpu) => ({ ...gpu, kind: 'GPU' }));
  const hostDevices = (vmi.spec.domain.devices.hostDevices ?? []).map((device) => ({ ...device, kind: 'HostDevice' }));
  switch (rule) {
    case 'all-checked':
      return [...gpus, ...hostDevices];
    case 'gpus-trusted-with-dra':
      // The gate switches the check off for all GPUs, claimed or not, and for no host device.
      return [...(trustsGpuClaims ? [] : gpus), ...hostDevices];
    case 'claims-trusted-with-dra':
      return [
        ...gpus.filter((gpu) => !(trustsGpuClaims && hasClaim(gpu))),
        ...hostDevices.filter((device) => !(trustsDeviceClaims && hasClaim(device))),
      ];
    default:
      return rule satisfies never;
  }
}
