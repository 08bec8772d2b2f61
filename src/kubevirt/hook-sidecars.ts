import type { Container } from '../objects/kubernetes.ts';
import type { RenderRefusal, RenderRequest } from './render-request.ts';
import { supportResources, withRequestsAtLimits } from './support-resources.ts';
import { isDedicatedOrGuaranteed, isPresent } from './vmi-facts.ts';

const HOOKS = 'hooks.kubevirt.io/hookSidecars';
const NOTHING = { limits: {}, requests: {} };
const GUARANTEED = { limits: { cpu: '200m', memory: '64M' }, requests: {} };

/** Sidecars asked for by annotation and by network binding plugins; without a quota-proof limit unless one is configured. */
export function renderHookSidecars(request: RenderRequest): Container[] | RenderRefusal {
  const requested = countAnnotated(request);
  if (requested === undefined) return { kind: 'refused', reason: `annotation ${HOOKS} is no list of sidecars` };
  const unregistered = bindingNames(request).find((name) => registeredBinding(request, name) === undefined);
  if (unregistered !== undefined) {
    return {
      kind: 'refused',
      reason: `network binding ${unregistered} is not registered in the KubeVirt configuration`,
    };
  }
  const count = requested + countSlirp(request) + countBindings(request);
  return Array.from({ length: count }, (_, index) => ({
    name: `hook-sidecar-${index}`,
    resources: sidecarResources(request),
  }));
}

function sidecarResources({ vmi, release, configuration }: RenderRequest): Container['resources'] {
  if (!isDedicatedOrGuaranteed(vmi, release.overhead)) return supportResources('sidecar', NOTHING, configuration);
  return withRequestsAtLimits(supportResources('sidecar', GUARANTEED, configuration));
}

/** hooks.UnmarshalHookSidecarList; the text is the VM owner's, so that it may be anything. */
function countAnnotated({ vmi }: RenderRequest): number | undefined {
  const text = vmi.metadata.annotations.get(HOOKS);
  if (text === undefined) return 0;
  try {
    const list: unknown = JSON.parse(text);
    if (list === null) return 0;
    return Array.isArray(list) && list.every(isSidecar) ? list.length : undefined;
  } catch {
    return undefined;
  }
}

function isSidecar(entry: unknown): boolean {
  return typeof entry === 'object' && !Array.isArray(entry);
}

/** All slirp interfaces share one sidecar. */
function countSlirp({ vmi, release }: RenderRequest): number {
  if (release.pod.slirpSidecar === 'none') return 0;
  const interfaces = vmi.spec.domain.devices.interfaces ?? [];
  return interfaces.some((networkInterface) => isPresent(networkInterface.slirp)) ? 1 : 0;
}

function countBindings(request: RenderRequest): number {
  return bindingNames(request).filter((name) => registeredBinding(request, name)?.sidecarImage).length;
}

function bindingNames({ vmi }: RenderRequest): string[] {
  const interfaces = vmi.spec.domain.devices.interfaces ?? [];
  return [...new Set(interfaces.flatMap((networkInterface) => networkInterface.binding?.name ?? []))];
}

function registeredBinding({ configuration }: RenderRequest, name: string) {
  const registered = configuration.network?.binding ?? {};
  return Object.hasOwn(registered, name) ? registered[name] : undefined;
}
