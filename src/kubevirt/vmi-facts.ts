import type { ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { OverheadRules } from './release-rules.ts';

/** What KubeVirt's renderer reads of a VMI: never its status. */
export type RenderedVmi = Pick<VirtualMachineInstance, 'metadata' | 'spec'>;

type Cpu = NonNullable<VirtualMachineInstance['spec']['domain']['cpu']>;

/** A member that is there, whatever it holds: in stored objects null says the same as nothing. */
export function isPresent(member: unknown): boolean {
  return member !== undefined && member !== null;
}

export function amountOf(list: ResourceList, name: string): Quantity {
  return list.get(name) ?? Quantity.zero;
}

export function isCpuDedicated(vmi: RenderedVmi): boolean {
  return vmi.spec.domain.cpu?.dedicatedCpuPlacement === true;
}

/** VirtualMachineInstance.WantsToHaveQOSGuaranteed. */
function wantsGuaranteedQos(vmi: RenderedVmi, rules: OverheadRules): boolean {
  const { limits, requests } = vmi.spec.domain.resources;
  const cpuRequest = amountOf(requests, 'cpu');
  if (cpuRequest.isZero() || !cpuRequest.equals(amountOf(limits, 'cpu'))) return false;
  const memoryRequest = amountOf(requests, 'memory');
  const memoryLimit = amountOf(limits, 'memory');
  if (!memoryRequest.isZero()) return memoryRequest.equals(memoryLimit);
  return rules.guaranteedQos === 'memory-limit-suffices' && !memoryLimit.isZero();
}

export function isDedicatedOrGuaranteed(vmi: RenderedVmi, rules: OverheadRules): boolean {
  return isCpuDedicated(vmi) || wantsGuaranteedQos(vmi, rules);
}

/** hardware.GetNumberOfVCPUs: a uint32 product that leaves zero factors out. */
export function vcpusOfTopology(cpu: Cpu): bigint {
  let product = 0;
  for (const given of [cpu.cores, cpu.sockets, cpu.threads]) {
    const factor = (given ?? 0) >>> 0;
    if (factor === 0) continue;
    product = product === 0 ? factor : Math.imul(product, factor) >>> 0;
  }
  return BigInt(product);
}

export function supplementalPoolThreads(vmi: RenderedVmi): bigint {
  return BigInt((vmi.spec.domain.ioThreads?.supplementalPoolThreadCount ?? 0) >>> 0);
}

export function hasSupplementalPool(vmi: RenderedVmi): boolean {
  return vmi.spec.domain.ioThreadsPolicy === 'supplementalPool';
}

/** Devices that need all guest memory locked: GPUs and host devices, plugged or claimed, and SR-IOV interfaces. */
export function hasVfioDevice(vmi: RenderedVmi): boolean {
  const { gpus, hostDevices, interfaces } = vmi.spec.domain.devices;
  return (
    (gpus?.length ?? 0) > 0 ||
    (hostDevices?.length ?? 0) > 0 ||
    (interfaces ?? []).some((networkInterface) => isPresent(networkInterface.sriov))
  );
}

export function hasMemoryEncryption(vmi: RenderedVmi, kinds: 'sev' | 'sev-or-snp'): boolean {
  const security = vmi.spec.domain.launchSecurity;
  return isPresent(security?.sev) || (kinds === 'sev-or-snp' && isPresent(security?.snp));
}

export function hasHugePages(vmi: RenderedVmi): boolean {
  return isPresent(vmi.spec.domain.memory?.hugepages);
}
