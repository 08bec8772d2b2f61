import { Quantity } from '../quantity/quantity.ts';
import { isGateOn } from './feature-gates.ts';
import { int64Value } from './go-number.ts';
import { type MemoryOverhead, memoryOverhead } from './memory-overhead.ts';
import type { RenderRequest } from './render-request.ts';
import { amountOf, isPresent } from './vmi-facts.ts';

const PASST_BINDING = Quantity.parse('250Mi');

/** What a launcher pod gets on top of the VMI's own memory. */
export interface LauncherOverhead {
  readonly overhead: MemoryOverhead;
  /** What network bindings add after the ratio. */
  readonly network: Quantity;
  readonly total: Quantity;
}

type OverheadRequest = Pick<RenderRequest, 'vmi' | 'configuration' | 'release' | 'clusterArchitecture'>;

/** services.CalculateMemoryOverhead: GetMemoryOverhead for the pod's architecture, and the network bindings' share. */
export function launcherOverhead(request: OverheadRequest): LauncherOverhead {
  const overhead = memoryOverhead(request.vmi, {
    release: request.release,
    architecture: architectureOf(request),
    ratio: request.configuration.additionalGuestMemoryOverheadRatio ?? undefined,
  });
  const network = bindingMemory(request);
  return { overhead, network, total: overhead.total.add(network) };
}

/**
 * What virt-controller writes into the pod annotation `kubevirt.io/memory-overhead-bytes`, from which
 * `status.memory.memoryOverhead` is copied. Undefined where the version or its gate writes none.
 */
export function annotatedOverheadBytes(request: OverheadRequest): bigint | undefined {
  const { release, configuration } = request;
  if (!isGateOn('VmiMemoryOverheadReport', release, configuration)) return undefined;
  return reportedOverheadBytes(request);
}

/** The value of that annotation, were its gate on; undefined before KubeVirt 1.8, which has no such report. */
export function reportedOverheadBytes(request: OverheadRequest): bigint | undefined {
  return request.release.pod.overheadAnnotation === 'none' ? undefined : int64Value(launcherOverhead(request).total);
}

function architectureOf({ vmi, release, clusterArchitecture }: OverheadRequest): string {
  if (release.pod.architecture === 'of-cluster') return clusterArchitecture;
  return vmi.spec.architecture || clusterArchitecture;
}

/** Each registered plugin counts once, however many interfaces use it; passt as a core binding likewise. */
function bindingMemory({ vmi, configuration, release }: OverheadRequest): Quantity {
  const rule = release.pod.bindingMemory;
  if (rule === 'none') return Quantity.zero;
  const interfaces = vmi.spec.domain.devices.interfaces ?? [];
  const names = new Set(interfaces.flatMap((networkInterface) => networkInterface.binding?.name ?? []));
  const plugins = configuration.network?.binding ?? {};
  const amounts = [...names].map((name) =>
    amountOf(
      (Object.hasOwn(plugins, name) ? plugins[name]?.computeResourceOverhead.requests : undefined) ?? new Map(),
      'memory',
    ),
  );
  const hasPasst = interfaces.some((networkInterface) => isPresent(networkInterface.passtBinding));
  if (rule === 'plugins-and-passt' && hasPasst) amounts.push(PASST_BINDING);
  return Quantity.sum(amounts);
}
