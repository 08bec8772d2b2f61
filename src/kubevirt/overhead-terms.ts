import { Quantity } from '../quantity/quantity.ts';
import type { OverheadRules } from './release-rules.ts';
import {
  amountOf,
  hasMemoryEncryption,
  hasVfioDevice,
  isDedicatedOrGuaranteed,
  isPresent,
  type RenderedVmi,
  vcpusOfTopology,
} from './vmi-facts.ts';

const MI = 1024n * 1024n;
const PER_VCPU_MI = 8n;

/** One addend of GetMemoryOverhead; a size of zero is not part of this VM's overhead. */
interface OverheadAddend {
  readonly name: string;
  /** The constant or the expression upstream, to find it by. */
  readonly upstream: string;
  readonly size: (vmi: RenderedVmi, rules: OverheadRules, architecture: string) => Quantity;
}

/** All that the ratio multiplies, but for the extra of guaranteed VMs, whose place differs by version. */
export const MULTIPLIED_ADDENDS: readonly OverheadAddend[] = [
  { name: 'page tables', upstream: 'pagetableMemory', size: pageTables },
  {
    name: 'virt-launcher-monitor',
    upstream: 'VirtLauncherMonitorOverhead',
    size: (_, rules) => mi(rules.launcherMonitorMi),
  },
  { name: 'virt-launcher', upstream: 'VirtLauncherOverhead', size: (_, rules) => mi(rules.launcherMi) },
  { name: 'virtlogd', upstream: 'VirtlogdOverhead', size: (_, rules) => mi(rules.virtlogdMi) },
  { name: 'virtqemud', upstream: 'VirtqemudOverhead', size: (_, rules) => mi(rules.virtqemudMi) },
  { name: 'qemu', upstream: 'QemuOverhead', size: (_, rules) => mi(rules.qemuMi) },
  { name: 'vCPUs', upstream: 'coresMemory', size: (vmi) => mi(PER_VCPU_MI * vcpus(vmi)) },
  // Counted once for every VM, whatever its ioThreadsPolicy.
  { name: 'IO thread', upstream: '8Mi per IO thread', size: () => mi(8n) },
  { name: 'graphics device', upstream: 'autoattachGraphicsDevice', size: graphicsDevice },
  {
    name: 'arm64 firmware',
    upstream: 'cpuArch == "arm64"',
    size: (_, __, architecture) => when(architecture === 'arm64', 128n),
  },
  { name: 'VFIO devices', upstream: 'IsVFIOVMI', size: (vmi) => when(hasVfioDevice(vmi), 1024n) },
  { name: 'downward metrics', upstream: 'HasDownwardMetricDisk', size: downwardMetrics },
  { name: 'exec probes', upstream: 'addProbeOverheads', size: execProbes },
  {
    name: 'memory encryption',
    upstream: 'IsSEVVMI',
    size: (vmi, rules) => when(hasMemoryEncryption(vmi, rules.memoryEncryption), 256n),
  },
  { name: 'TPM', upstream: 'tpm.HasDevice', size: (vmi, rules) => when(hasTpm(vmi, rules), 53n) },
  { name: 'passt interfaces', upstream: 'net.Passt without ports', size: passtInterfaces },
  { name: 'reserved overhead', upstream: 'reservedOverhead.addedOverhead', size: reservedOverhead },
];

export const GUARANTEED_EXTRA: OverheadAddend = {
  name: 'dedicated CPUs or guaranteed QoS',
  upstream: 'IsCPUDedicated || WantsToHaveQOSGuaranteed',
  size: (vmi, rules) => when(isDedicatedOrGuaranteed(vmi, rules), 100n),
};

function mi(count: bigint): Quantity {
  return Quantity.of(count * MI, 'BinarySI');
}

function when(applies: unknown, count: bigint): Quantity {
  return applies === true ? mi(count) : Quantity.zero;
}

/** Follows the request alone: neither guest memory nor the limit, so that overcommitted VMs have small page tables. */
function pageTables(vmi: RenderedVmi): Quantity {
  const request = amountOf(vmi.spec.domain.resources.requests, 'memory');
  return Quantity.of((request.kiloValue() * 1000n) / 512n);
}

function vcpus(vmi: RenderedVmi): bigint {
  const { cpu, resources } = vmi.spec.domain;
  if (cpu !== null && cpu !== undefined) return atLeastOne(vcpusOfTopology(cpu));
  return atLeastOne((resources.limits.get('cpu') ?? amountOf(resources.requests, 'cpu')).value());
}

function atLeastOne(count: bigint): bigint {
  return count < 1n ? 1n : count;
}

function graphicsDevice(vmi: RenderedVmi, rules: OverheadRules): Quantity {
  return when(vmi.spec.domain.devices.autoattachGraphicsDevice !== false, rules.graphicsMi);
}

/** Only as a volume; the virtio-serial device of the same name adds nothing. */
function downwardMetrics(vmi: RenderedVmi): Quantity {
  return when(
    (vmi.spec.volumes ?? []).some((volume) => isPresent(volume.downwardMetrics)),
    1n,
  );
}

function execProbes(vmi: RenderedVmi): Quantity {
  const probes = [vmi.spec.livenessProbe, vmi.spec.readinessProbe].filter((probe) => isPresent(probe?.exec));
  return probes.length === 0 ? Quantity.zero : mi(100n + 10n * BigInt(probes.length));
}

function hasTpm(vmi: RenderedVmi, rules: OverheadRules): boolean {
  const { tpm } = vmi.spec.domain.devices;
  return isPresent(tpm) && (rules.tpm === 'when-present' || tpm?.enabled !== false);
}

function passtInterfaces(vmi: RenderedVmi, rules: OverheadRules): Quantity {
  if (rules.passtWithoutPorts === 'ignored') return Quantity.zero;
  const forwardingAll = (vmi.spec.domain.devices.interfaces ?? []).filter(
    (networkInterface) => isPresent(networkInterface.passt) && (networkInterface.ports?.length ?? 0) === 0,
  );
  return mi(800n * BigInt(forwardingAll.length));
}

function reservedOverhead(vmi: RenderedVmi, rules: OverheadRules): Quantity {
  if (rules.reservedOverhead === 'ignored') return Quantity.zero;
  return vmi.spec.domain.memory?.reservedOverhead?.addedOverhead ?? Quantity.zero;
}
