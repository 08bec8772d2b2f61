import type { KubeVirtConfiguration, VirtualMachine } from '../objects/kubevirt.ts';
import { quantityShape, type ResourceList, type Resources } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance, VirtualMachineInstanceSpec } from '../objects/virtual-machine-instance.ts';
import { Quantity } from '../quantity/quantity.ts';
import { overcommitPercent } from './compute-memory.ts';
import type { KubeVirtRelease } from './release-rules.ts';

/**
 * The VMI that starting a VM would create. KubeVirt's VMI webhook stores a CPU request that the VM does not state; a
 * memory request too, until the pod's renderer took that over (kubevirt v1.6.0 pkg/defaults, setDefaultResourceRequests).
 * Undefined for a VM without a template.
 */
export function vmiOfVm(
  vm: VirtualMachine,
  release: KubeVirtRelease,
  configuration: KubeVirtConfiguration,
): VirtualMachineInstance | undefined {
  const { template } = vm.spec;
  if (!template) return undefined;
  const { name, namespace } = vm.metadata;
  const none = new Map<string, string>();
  const { labels, annotations } = template.metadata ?? { labels: none, annotations: none };
  const { domain } = template.spec;
  const resources = { ...domain.resources, requests: storedRequests(template.spec, release, configuration) };
  const spec = { ...template.spec, domain: { ...domain, resources, cpu: guestTopology(template.spec) } };
  return { metadata: { name, namespace, labels, annotations }, spec };
}

/**
 * Without any topology the guest gets a socket for each CPU of the limit, or else of the request; of a partial one the
 * rest is 1 (kubevirt v1.6.0 pkg/defaults, setDefaultCPUTopology).
 */
function guestTopology({
  domain,
}: VirtualMachineInstanceSpec): NonNullable<VirtualMachineInstanceSpec['domain']['cpu']> {
  const { cpu, resources } = domain;
  if (cpu?.cores || cpu?.sockets || cpu?.threads) {
    return { ...cpu, cores: cpu.cores || 1, sockets: cpu.sockets || 1, threads: cpu.threads || 1 };
  }
  const cpus = resources.limits.get('cpu') ?? resources.requests.get('cpu');
  return { ...cpu, cores: 1, sockets: cpus === undefined ? 1 : Number(cpus.value()), threads: 1 };
}

function storedRequests(
  spec: VirtualMachineInstanceSpec,
  release: KubeVirtRelease,
  configuration: KubeVirtConfiguration,
): ResourceList {
  const { resources } = spec.domain;
  const requests = new Map(resources.requests);
  fillFromLimit('cpu', requests, resources);
  const rule = release.pod.memoryRequest;
  if (rule === 'filled-when-absent') return requests;
  fillFromLimit('memory', requests, resources);
  const memory = guestMemory(spec);
  if (requests.has('memory') || memory?.isPositive() !== true) return requests;
  const percent = overcommitPercent({ configuration });
  return requests.set('memory', rule === 'as-stored' ? overcommitted(memory, percent) : memory);
}

function fillFromLimit(
  name: string,
  requests: Map<string, Quantity>,
  { limits }: { limits: ResourceList } & Resources,
): void {
  const limit = limits.get(name);
  const request = requests.get(name);
  if (limit?.isPositive() === true && (request === undefined || request.isZero())) requests.set(name, limit);
}

function guestMemory({ domain }: VirtualMachineInstanceSpec): Quantity | undefined {
  if (domain.memory?.guest) return domain.memory.guest;
  const pageSize = quantityShape.safeParse(domain.memory?.hugepages?.pageSize);
  return pageSize.success ? pageSize.data : undefined;
}

function overcommitted(memory: Quantity, percent: number): Quantity {
  if (percent === 100) return memory;
  return Quantity.of((memory.value() * 100n) / BigInt(percent), memory.format);
}
