import { type LauncherPod, type RenderRequest, renderLauncherPod } from '../../src/kubevirt/launcher-pod.ts';
import { type KubeVirtRelease, kubeVirtRelease } from '../../src/kubevirt/release.ts';
import type { Container } from '../../src/objects/kubernetes.ts';
import { type KubeVirtConfiguration, kubeVirtConfigurationShape } from '../../src/objects/kubevirt.ts';
import {
  type VirtualMachineInstance,
  virtualMachineInstanceShape,
} from '../../src/objects/virtual-machine-instance.ts';

type Json = Readonly<Record<string, unknown>>;
type Texts = Readonly<Record<string, string>>;

export const MI = 1024n * 1024n;

/** The VM of Harvester's quota notes: 2 CPUs, 4Gi, of which KubeVirt requests 2730Mi. */
export const harvesterDomain = {
  cpu: { cores: 2, sockets: 1, threads: 1 },
  devices: { interfaces: [{ name: 'default', masquerade: {} }] },
  memory: { guest: '3996Mi' },
  resources: { limits: { cpu: '2', memory: '4Gi' }, requests: { cpu: '125m', memory: '2730Mi' } },
};

export function releaseOf(version: string): KubeVirtRelease {
  const found = kubeVirtRelease(version);
  if (found.kind === 'unknown') throw new Error(found.reason);
  return found.release;
}

export function vmiWith(domain: Json, spec: Json = {}, metadata: Json = {}): VirtualMachineInstance {
  return virtualMachineInstanceShape.parse({
    metadata: { name: 'vm1', namespace: 'default', ...metadata },
    spec: { ...spec, domain },
  });
}

export function configurationWith(configuration: Json): KubeVirtConfiguration {
  return kubeVirtConfigurationShape.parse(configuration);
}

/** A request at `version` with everything else as plain as can be. */
export function requestAt(version: string, changes: Partial<RenderRequest> = {}): RenderRequest {
  return {
    vmi: vmiWith(harvesterDomain),
    configuration: configurationWith({}),
    release: releaseOf(version),
    clusterArchitecture: 'amd64',
    role: 'target',
    namespaceLabels: new Map(),
    quotas: [],
    ...changes,
  };
}

export function podOf(request: RenderRequest): LauncherPod {
  const rendered = renderLauncherPod(request);
  if (rendered.kind === 'refused') throw new Error(rendered.reason);
  return rendered;
}

export function refusalOf(request: RenderRequest): string {
  const rendered = renderLauncherPod(request);
  return rendered.kind === 'refused' ? rendered.reason : 'rendered';
}

/** Limits and requests as texts, by container name; init containers are prefixed with `init:`. */
export function amountsOf(request: RenderRequest): Record<string, { limits: Texts; requests: Texts }> {
  const { containers, initContainers } = podOf(request).spec;
  const entries = [
    ...(containers ?? []).map((container) => [container.name, textsOf(container)] as const),
    ...(initContainers ?? []).map((container) => [`init:${container.name}`, textsOf(container)] as const),
  ];
  return Object.fromEntries(entries);
}

function textsOf({ resources }: Container) {
  const texts = (list: Container['resources']['limits']) =>
    Object.fromEntries([...list].map(([name, amount]) => [name, `${amount}`]));
  return { limits: texts(resources.limits), requests: texts(resources.requests) };
}

/** The compute container of a VM with this domain. */
export function computeOf(version: string, domain: Json, changes: Partial<RenderRequest> = {}) {
  const compute = amountsOf(requestAt(version, { vmi: vmiWith(domain), ...changes })).compute;
  if (compute === undefined) throw new Error('every launcher pod has a compute container');
  return compute;
}
