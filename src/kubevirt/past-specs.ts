import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { Quantity } from '../quantity/quantity.ts';
import { renderComputeContainer } from './compute-container.ts';
import type { OverheadChange } from './overhead-change.ts';
import type { RenderRequest } from './render-request.ts';
import { hasHugePages, isPresent, type RenderedVmi, vcpusOfTopology } from './vmi-facts.ts';

/** What a running pod shows of its overhead. */
export interface ObservedMemory {
  /** `status.memory.memoryOverhead` of the VMI, or the pod annotation that KubeVirt copies there. */
  readonly reportedBytes: bigint | undefined;
  /** Memory of its compute container. */
  readonly limit: Quantity | undefined;
  readonly request: Quantity | undefined;
}

/** A VMI as it may have been when its pod was made, and the overhead that the pod then has. */
export interface PastSpec {
  readonly vmi: RenderedVmi;
  readonly overheadBytes: bigint;
  readonly changes: readonly OverheadChange[];
}

type Domain = RenderedVmi['spec']['domain'];
interface Variant {
  readonly vmi: RenderedVmi;
  readonly changes: readonly OverheadChange[];
}

/** Whether the VMI states another guest memory than the guest has: a hotplug that a migration has still to carry out. */
export function isMemoryPending({ spec, status }: VirtualMachineInstance): boolean {
  const { guest } = spec.domain.memory ?? {};
  const current = status?.memory?.guestCurrent;
  return guest && current ? !guest.equals(current) : false;
}

/**
 * The VMI as it is, then as it may have been: with the CPUs and the memory that the guest still has, and without the
 * devices that a VMI can get while it runs. A hotplug changes the VMI at once and the pod only by a migration.
 */
export function* pastSpecs(
  vmi: VirtualMachineInstance,
  request: RenderRequest,
  observed: ObservedMemory,
): Generator<PastSpec> {
  const present: Variant = { vmi, changes: [] };
  const cpu = beforeCpuHotplug(vmi, present);
  const memory = [present, ...cpu].flatMap((variant) => beforeMemoryHotplug(vmi, variant, observed));
  for (const variant of [present, ...cpu, ...memory, ...beforeDevices(present)]) {
    const overheadBytes = observedOverhead({ ...request, vmi: variant.vmi }, observed);
    if (overheadBytes !== undefined) yield { ...variant, overheadBytes };
  }
}

/**
 * The overhead where no circumstances are known: no bytes where limit and request tell different ones, for then
 * something else has had a hand in the pod. Undefined where neither tells.
 */
export function toldOverhead(
  request: RenderRequest,
  observed: ObservedMemory,
): { readonly bytes: bigint | undefined } | undefined {
  if (observed.reportedBytes !== undefined) return { bytes: observed.reportedBytes };
  const { byLimit, byRequest } = beyondVmi(request, observed);
  if (byLimit !== undefined && byRequest !== undefined && byLimit !== byRequest) return { bytes: undefined };
  const bytes = byLimit ?? byRequest;
  return bytes === undefined ? undefined : { bytes };
}

function observedOverhead(request: RenderRequest, observed: ObservedMemory): bigint | undefined {
  if (observed.reportedBytes !== undefined) return observed.reportedBytes;
  const { byLimit, byRequest } = beyondVmi(request, observed);
  return byLimit ?? byRequest;
}

/** What the pod has beyond what this VMI asks for itself; without a limit that a quota made, which is no such sum. */
function beyondVmi(request: RenderRequest, observed: ObservedMemory) {
  const { limits, requests } = renderComputeContainer({ ...request, quotas: [] }, Quantity.zero, []).resources;
  const byLimit = beyond(observed.limit, limits.get('memory'));
  const byRequest = isLeftOutOfRequest(request.vmi) ? undefined : beyond(observed.request, requests.get('memory'));
  return { byLimit, byRequest };
}

function isLeftOutOfRequest(vmi: RenderedVmi): boolean {
  return vmi.spec.domain.resources.overcommitGuestOverhead && !hasHugePages(vmi);
}

function beyond(ofPod: Quantity | undefined, ofVmi: Quantity | undefined): bigint | undefined {
  if (ofPod === undefined || ofVmi === undefined || !ofPod.exceeds(ofVmi)) return undefined;
  return ofPod.subtract(ofVmi).value();
}

function beforeCpuHotplug({ spec, status }: VirtualMachineInstance, { vmi }: Variant): Variant[] {
  const { cpu } = spec.domain;
  const running = status?.currentCPUTopology;
  if (!cpu || !running) return [];
  const [from, to] = [vcpusOfTopology(running), vcpusOfTopology(cpu)];
  if (from === 0n || from === to) return [];
  const { cores, sockets, threads } = running;
  const change: OverheadChange = { cause: 'hotplug', resource: 'cpu', from: `${from}`, to: `${to}` };
  return [{ vmi: withDomain(vmi, { cpu: { ...cpu, cores, sockets, threads } }), changes: [change] }];
}

/**
 * A memory hotplug raises the limit by as much as the guest grows, or (from KubeVirt 1.3 on, where the request is
 * below the guest) not at all: both are tried. The request it had is then what the pod has, less its overhead.
 */
function beforeMemoryHotplug(vmi: VirtualMachineInstance, variant: Variant, observed: ObservedMemory): Variant[] {
  const { memory, resources } = variant.vmi.spec.domain;
  const [from, to] = [vmi.status?.memory?.guestCurrent, memory?.guest];
  if (!isMemoryPending(vmi) || !from || !to) return [];
  const change: OverheadChange = { cause: 'hotplug', resource: 'memory', from: `${from}`, to: `${to}` };
  const changes = [...variant.changes, change];
  const grown = to.subtract(from);
  const limit = resources.limits.get('memory');
  const pastLimits = limit === undefined ? [undefined] : [limit, limit.subtract(grown)];
  return pastLimits.map((pastLimit) => {
    const request = pastRequest(variant.vmi, { limit: pastLimit, grown }, observed);
    const past = {
      memory: { ...memory, guest: from },
      resources: {
        ...resources,
        limits: withMemory(resources.limits, pastLimit),
        requests: withMemory(resources.requests, request),
      },
    };
    return { vmi: withDomain(variant.vmi, past), changes };
  });
}

interface PastMemory {
  readonly limit: Quantity | undefined;
  readonly grown: Quantity;
}

/** Undefined for a VMI without a request of its own: it had none either. */
function pastRequest(vmi: RenderedVmi, { limit, grown }: PastMemory, observed: ObservedMemory): Quantity | undefined {
  const own = vmi.spec.domain.resources.requests.get('memory');
  if (own === undefined) return undefined;
  const { reportedBytes } = observed;
  const overheadBytes = reportedBytes ?? beyond(observed.limit, limit);
  if (observed.request === undefined || overheadBytes === undefined) return own.subtract(grown);
  return isLeftOutOfRequest(vmi) ? observed.request : observed.request.subtract(Quantity.of(overheadBytes));
}

function withMemory(list: Domain['resources']['limits'], amount: Quantity | undefined): Domain['resources']['limits'] {
  return amount === undefined ? list : new Map(list).set('memory', amount);
}

/** Of what adds to an overhead, interfaces alone can be plugged into a running VMI. */
function beforeDevices({ vmi }: Variant): Variant[] {
  const { devices } = vmi.spec.domain;
  const interfaces = devices.interfaces ?? [];
  const without = (added: AddedDevices, isAdded: (one: (typeof interfaces)[number]) => boolean): Variant[] => {
    const kept = interfaces.filter((one) => !isAdded(one));
    if (kept.length === interfaces.length) return [];
    const past = withDomain(vmi, { devices: { ...devices, interfaces: kept } });
    return [{ vmi: past, changes: [{ cause: 'devices', added }] }];
  };
  return [
    ...without('SR-IOV interfaces', ({ sriov }) => isPresent(sriov)),
    ...without('interfaces with network bindings', (one) => isPresent(one.binding) || isPresent(one.passtBinding)),
  ];
}

type AddedDevices = Extract<OverheadChange, { cause: 'devices' }>['added'];

function withDomain(vmi: RenderedVmi, domain: Partial<Domain>): RenderedVmi {
  return { ...vmi, spec: { ...vmi.spec, domain: { ...vmi.spec.domain, ...domain } } };
}
