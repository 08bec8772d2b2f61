import type { Container } from '../objects/kubernetes.ts';
import { Quantity } from '../quantity/quantity.ts';
import { addAutoMemoryLimit } from './auto-limits.ts';
import { addCpu, addIoThreadsToLimit } from './compute-cpu.ts';
import { addPluginDevices, setVirtualizationDevices } from './compute-devices.ts';
import { addTo, addToExisting, finishDraft, startDraft } from './compute-draft.ts';
import { addOverhead, settleMemoryRequest } from './compute-memory.ts';
import type { RenderRequest } from './render-request.ts';

const EPHEMERAL_STORAGE_OVERHEAD = Quantity.parse('50M');

/** The container that QEMU runs in. The order of the steps is KubeVirt's and decides (VMIResourcePredicates). */
export function renderComputeContainer(
  request: RenderRequest,
  overhead: Quantity,
  networks: readonly string[],
): Container {
  const draft = startDraft(request.vmi.spec.domain.resources);
  addTo(draft.requests, 'ephemeral-storage', EPHEMERAL_STORAGE_OVERHEAD);
  addToExisting(draft.limits, 'ephemeral-storage', EPHEMERAL_STORAGE_OVERHEAD);
  setVirtualizationDevices(draft, request);
  settleMemoryRequest(draft, request);
  addCpu(draft, request);
  addOverhead(draft, request, overhead);
  addAutoMemoryLimit(draft, request);
  addPluginDevices(draft, request, networks);
  addIoThreadsToLimit(draft, request);
  return { name: 'compute', resources: finishDraft(draft) };
}
