import { Quantity } from '../quantity/quantity.ts';
import { getsAutoCpuLimit } from './auto-limits.ts';
import { addTo, addToExisting, type ComputeDraft, copyAmount, limitMemoryToRequest } from './compute-draft.ts';
import type { RenderRequest } from './render-request.ts';
import {
  amountOf,
  hasSupplementalPool,
  isCpuDedicated,
  supplementalPoolThreads,
  vcpusOfTopology,
} from './vmi-facts.ts';

const EVEN_PARITY = 'alpha.kubevirt.io/EmulatorThreadCompleteToEvenParity';
const DEFAULT_ALLOCATION_RATIO = 10;

/** The compute container's CPU: pinned for dedicated VMs, else a fraction of the vCPUs as a request. */
export function addCpu(draft: ComputeDraft, request: RenderRequest): void {
  if (!isCpuDedicated(request.vmi)) addSharedCpu(draft, request);
  else if (request.release.pod.cpuPinning === 'limit-and-request') pinCpu(draft, request);
  else pinCpuByCalculatedLimit(draft, request);
}

/** 1.5.0 and 1.5.1 raise the finished limit by the IO threads, of dedicated VMs too (WithIOThreads). */
export function addIoThreadsToLimit(draft: ComputeDraft, { vmi, release }: RenderRequest): void {
  const threads = supplementalPoolThreads(vmi);
  if (release.pod.ioThreadCpus !== 'added-to-limit' || !hasSupplementalPool(vmi) || threads === 0n) return;
  addTo(draft.limits, 'cpu', Quantity.of(threads));
}

/** WithoutDedicatedCPU. */
function addSharedCpu(draft: ComputeDraft, request: RenderRequest): void {
  const { cpu } = request.vmi.spec.domain;
  const vcpus = cpu === null || cpu === undefined ? 1n : vcpusOfTopology(cpu);
  const cpus = vcpus + ioThreadCpus(request);
  if (cpus === 0n) return;
  const ratio = request.configuration.developerConfiguration?.cpuAllocationRatio ?? 0;
  draft.calculatedRequests.set('cpu', cpuFraction(Number(cpus) / (ratio > 0 ? ratio : DEFAULT_ALLOCATION_RATIO)));
  if (getsAutoCpuLimit(request)) draft.calculatedLimits.set('cpu', Quantity.of(cpus));
}

/** KubeVirt prints the float and parses it again, in thousandths below one core, so that `333.3333333333333m` rounds up. */
function cpuFraction(cores: number): Quantity {
  if (cores >= 1) return Quantity.parse(`${cores}`);
  const milli = cores * 1000;
  return Quantity.parse(milli < 1e-6 ? '1n' : `${milli}m`);
}

/** WithCPUPinning from 1.5.2 on: what the topology says replaces the VMI's own numbers. */
function pinCpu(draft: ComputeDraft, request: RenderRequest): void {
  const vcpus = vcpusOfDedicated(request);
  const ioThreads = ioThreadCpus(request);
  if (vcpus !== 0n) {
    draft.limits.set('cpu', Quantity.of(vcpus + ioThreads));
    draft.requests.set('cpu', Quantity.of(vcpus + ioThreads));
  } else {
    addToExisting(draft.limits, 'cpu', Quantity.of(ioThreads));
    addToExisting(draft.requests, 'cpu', Quantity.of(ioThreads));
  }
  isolateEmulatorThread(draft, request, amountOf(draft.limits, 'cpu'));
  if (draft.requests.has('memory')) limitMemoryToRequest(draft);
}

/** WithCPUPinning up to 1.5.1: a limit alone, which the VMI's own beats. */
function pinCpuByCalculatedLimit(draft: ComputeDraft, request: RenderRequest): void {
  const vcpus = vcpusOfDedicated(request);
  if (vcpus !== 0n) draft.calculatedLimits.set('cpu', Quantity.of(vcpus));
  else if (draft.limits.has('cpu')) copyAmount(draft.limits, draft.requests, 'cpu');
  else copyAmount(draft.requests, draft.limits, 'cpu');
  // Reads the calculated limit even where there is none, so that a VM without a topology ends with the emulator's CPU alone.
  isolateEmulatorThread(draft, request, amountOf(draft.calculatedLimits, 'cpu'));
  limitMemoryToRequest(draft);
}

function isolateEmulatorThread(draft: ComputeDraft, request: RenderRequest, pinned: Quantity): void {
  if (request.vmi.spec.domain.cpu?.isolateEmulatorThread !== true) return;
  const emulatorCpus = Quantity.of(completesToEven(request, pinned) ? 2n : 1n);
  draft.limits.set('cpu', pinned.add(emulatorCpus));
  addToExisting(draft.requests, 'cpu', emulatorCpus);
}

function completesToEven({ vmi, release }: RenderRequest, pinned: Quantity): boolean {
  const rule = release.pod.emulatorThread;
  if (rule === 'one' || !vmi.metadata.annotations.has(EVEN_PARITY)) return false;
  const countsPool = rule === 'even-parity-with-pool' && hasSupplementalPool(vmi);
  return (pinned.value() + (countsPool ? supplementalPoolThreads(vmi) : 0n)) % 2n === 0n;
}

function vcpusOfDedicated({ vmi }: RenderRequest): bigint {
  return vcpusOfTopology(vmi.spec.domain.cpu ?? {});
}

/** Counted whatever the ioThreadsPolicy: KubeVirt looks at the thread count alone. */
function ioThreadCpus({ vmi, release }: RenderRequest): bigint {
  return release.pod.ioThreadCpus === 'with-vcpus' ? supplementalPoolThreads(vmi) : 0n;
}
