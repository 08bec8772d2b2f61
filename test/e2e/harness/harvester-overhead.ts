import type { Json } from '../../builders/json.ts';
import { billionthsOf, bytesOf } from './harvester-amounts.ts';

/** What of a VMI the formula reads. */
export interface VmiSpec {
  readonly domain: {
    readonly cpu?: {
      readonly cores?: number;
      readonly sockets?: number;
      readonly threads?: number;
      readonly dedicatedCpuPlacement?: boolean;
    };
    readonly devices?: {
      readonly autoattachGraphicsDevice?: boolean;
      readonly gpus?: readonly Json[];
      readonly hostDevices?: readonly Json[];
      readonly interfaces?: readonly Json[];
      readonly tpm?: { readonly enabled?: boolean };
    };
    readonly memory?: { readonly reservedOverhead?: { readonly addedOverhead?: string } };
    readonly launchSecurity?: { readonly sev?: Json };
    readonly resources?: {
      readonly limits?: Readonly<Record<string, string>>;
      readonly requests?: Readonly<Record<string, string>>;
    };
  };
  readonly livenessProbe?: { readonly exec?: Json };
  readonly readinessProbe?: { readonly exec?: Json };
  readonly volumes?: readonly Json[];
}

const MI = 2n ** 20n;
const FIXED_MI = 25n + 100n + 25n + 40n + 30n;

/** What differs among the KubeVirts in Harvester's go.mod: 1.7.0 in Harvester 1.8, 1.8.3 in 1.9. */
export interface OverheadFormula {
  readonly ratio: string;
  readonly reservedOverhead: 'ignored' | 'counted';
}

/**
 * The overhead in bytes that Harvester reckons with, by the formula of the KubeVirt in its go.mod, on an amd64 node
 * (1.7.0 pkg/virt-controller/services/renderresources.go, 1.8.2 pkg/hypervisor/kvm/hypervisorbackend.go GetMemoryOverhead).
 */
export function scaleUpOverhead(spec: VmiSpec, { ratio, reservedOverhead }: OverheadFormula): bigint {
  const { domain } = spec;
  const terms = [
    pageTables(bytesOf(domain.resources?.requests?.memory ?? '0')),
    FIXED_MI * MI,
    8n * MI * vcpusOf(spec),
    // The I/O thread.
    8n * MI,
    domain.devices?.autoattachGraphicsDevice === false ? 0n : 32n * MI,
    isVfio(spec) ? 1024n * MI : 0n,
    spec.volumes?.some((volume) => 'downwardMetrics' in volume) ? MI : 0n,
    probeOverhead(spec),
    domain.launchSecurity?.sev === undefined ? 0n : 256n * MI,
    hasTpm(spec) ? 53n * MI : 0n,
    reservedOverhead === 'counted' ? bytesOf(domain.memory?.reservedOverhead?.addedOverhead ?? '0') : 0n,
    isGuaranteed(spec) ? 100n * MI : 0n,
  ];
  return multiplied(
    terms.reduce((sum, term) => sum + term, 0n),
    ratio,
  );
}

/** Reckoned in thousands of bytes, a bit for each 512 bytes. */
function pageTables(requestBytes: bigint): bigint {
  return (thousands(requestBytes) * 1000n) / 512n;
}

function thousands(bytes: bigint): bigint {
  return (bytes + 999n) / 1000n;
}

/** In floating point, as upstream; the result is cut off. */
function multiplied(bytes: bigint, ratio: string): bigint {
  const addition = Number(thousands(bytes)) * (Number.parseFloat(ratio) - 1.0);
  return bytes + BigInt(Math.trunc(addition)) * 1000n;
}

function vcpusOf({ domain: { cpu, resources } }: VmiSpec): bigint {
  if (cpu !== undefined) {
    const given = [cpu.cores, cpu.sockets, cpu.threads].filter((count) => count !== undefined && count !== 0);
    return BigInt((given as number[]).reduce((product, count) => product * count, 1));
  }
  const limit = resources?.limits?.cpu ?? resources?.requests?.cpu;
  const vcpus = limit === undefined ? 1n : bytesOf(limit);
  return vcpus < 1n ? 1n : vcpus;
}

function isVfio({ domain: { devices = {} } }: VmiSpec): boolean {
  const { gpus = [], hostDevices = [], interfaces = [] } = devices;
  return gpus.length + hostDevices.length > 0 || interfaces.some((one) => 'sriov' in one);
}

function hasTpm({ domain: { devices } }: VmiSpec): boolean {
  return devices?.tpm !== undefined && devices.tpm.enabled !== false;
}

function probeOverhead({ livenessProbe, readinessProbe }: VmiSpec): bigint {
  const probes = [livenessProbe, readinessProbe].filter((probe) => probe?.exec !== undefined).length;
  // The first brings virt-probe's process besides its own part.
  return probes === 0 ? 0n : 100n * MI + 10n * MI * BigInt(probes);
}

/** It has CPUs of its own, or limits and requests are the same, of CPU and of memory; of memory a limit alone will do (WantsToHaveQOSGuaranteed). */
function isGuaranteed({ domain: { cpu: topology, resources = {} } }: VmiSpec): boolean {
  if (topology?.dedicatedCpuPlacement === true) return true;
  const { limits = {}, requests = {} } = resources;
  const [cpu = 0n, memory = 0n] = ['cpu', 'memory'].map((name) => billionthsOf(requests[name] ?? '0'));
  const [cpuLimit, memoryLimit = 0n] = ['cpu', 'memory'].map((name) => billionthsOf(limits[name] ?? '0'));
  const memoryIs = memory === 0n ? memoryLimit !== 0n : memory === memoryLimit;
  return memoryIs && cpu !== 0n && cpu === cpuLimit;
}
