import type { KubeVirtConfiguration, VirtualMachine } from '../objects/kubevirt.ts';
import type { ResourceList, Resources } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance, VirtualMachineInstanceSpec } from '../objects/virtual-machine-instance.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { KubeVirtRelease } from './release-rules.ts';

/**
 * The VMI that starting a VM would create. Up to 1.6 KubeVirt's VMI webhook stores requests that the VM does not state
 * (kubevirt v1.6.0 pkg/defaults SetDefaultVirtualMachineInstance, setDefaultResourceRequests); later versions leave that
 * to the pod. Undefined for a VM without a template.
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
  const spec =
    release.pod.memoryRequest === 'as-stored' ? withStoredRequests(template.spec, configuration) : template.spec;
  return { metadata: { name, namespace, labels, annotations }, spec };
}

function withStoredRequests(
  spec: VirtualMachineInstanceSpec,
  configuration: KubeVirtConfiguration,
): VirtualMachineInstanceSpec {
  const { resources } = spec.domain;
  const requests = new Map(resources.requests);
  fillFromLimit('cpu', requests, resources);
  fillFromLimit('memory', requests, resources);
  const memory = guestMemory(spec);
  if (!requests.has('memory') && memory?.isPositive() === true) {
    requests.set('memory', overcommitted(memory, configuration.developerConfiguration?.memoryOvercommit ?? 100));
  }
  return { ...spec, domain: { ...spec.domain, resources: { ...resources, requests } } };
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
  const pageSize = domain.memory?.hugepages?.pageSize;
  return pageSize ? Quantity.parse(pageSize) : undefined;
}

function overcommitted(memory: Quantity, percent: number): Quantity {
  if (percent === 100) return memory;
  return Quantity.of((memory.value() * 100n) / BigInt(percent), memory.format);
}
