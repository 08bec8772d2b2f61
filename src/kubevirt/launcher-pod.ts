import type { Container, PodSpec } from '../objects/kubernetes.ts';
import { renderComputeContainer } from './compute-container.ts';
import { renderConsoleLog } from './console-log.ts';
import { renderContainerDiskInits, renderContainerDisks } from './container-disks.ts';
import { isGoInteger } from './go-number.ts';
import { renderHookSidecars } from './hook-sidecars.ts';
import type { MemoryOverhead } from './memory-overhead.ts';
import { networkResources } from './network-resources.ts';
import { findForbiddenDevice } from './permitted-devices.ts';
import type { RenderRefusal, RenderRequest } from './render-request.ts';
import { launcherOverhead } from './reported-overhead.ts';
import { renderVirtiofsContainers } from './virtiofs-containers.ts';

export type { RenderRefusal, RenderRequest } from './render-request.ts';

/** What virt-controller sends to the API server, as far as quotas count it. */
export interface LauncherPod {
  readonly kind: 'pod';
  readonly spec: PodSpec;
  readonly overhead: MemoryOverhead;
  readonly networkOverheadBytes: bigint;
  /** Why the API server will not have this pod, whatever the quotas say. */
  readonly invalid?: string;
}

/** services.RenderLaunchManifest, or RenderMigrationManifest for a target: the gaps that the API server fills are left. */
export function renderLauncherPod(request: RenderRequest): LauncherPod | RenderRefusal {
  const networks = networkResources(request);
  if ('kind' in networks) return networks;
  const sidecars = renderHookSidecars(request);
  if ('kind' in sidecars) return sidecars;
  const refusal = findForbiddenDevice(request) ?? findUnreadableVerbosity(request);
  if (refusal !== undefined) return refusal;
  const { overhead, network, total } = launcherOverhead(request);
  const consoleLog = renderConsoleLog(request);
  const isLoggedByInit = request.release.pod.consoleLog === 'init-container';
  const containers = [
    renderComputeContainer(request, total, networks),
    ...renderContainerDisks(request),
    ...renderVirtiofsContainers(request),
    ...(isLoggedByInit ? [] : consoleLog),
    ...sidecars,
  ];
  const initContainers = [...(isLoggedByInit ? consoleLog : []), ...renderContainerDiskInits(request)];
  const invalid = findInvalidAmount([...containers, ...initContainers]);
  return {
    kind: 'pod',
    spec: { containers, initContainers, overhead: new Map() },
    overhead,
    networkOverheadBytes: network.value(),
    ...(invalid === undefined ? {} : { invalid }),
  };
}

function findUnreadableVerbosity({ vmi }: RenderRequest): RenderRefusal | undefined {
  const verbosity = vmi.metadata.labels.get('logVerbosity');
  if (verbosity === undefined || isGoInteger(verbosity)) return undefined;
  return { kind: 'refused', reason: `label logVerbosity is no number: ${verbosity}` };
}

/** A ratio below one, or one that overflows, makes KubeVirt write amounts that no pod may have. */
function findInvalidAmount(containers: readonly Container[]): string | undefined {
  return containers.map((container) => findNegative(container) ?? findRequestOverLimit(container)).find(Boolean);
}

function findNegative({ name, resources }: Container): string | undefined {
  const amounts = [...resources.limits, ...resources.requests];
  const [resource, amount] = amounts.find(([, candidate]) => candidate.isNegative()) ?? [];
  return amount && `container ${name} would have ${amount} of ${resource}, which must not be negative`;
}

function findRequestOverLimit({ name, resources }: Container): string | undefined {
  for (const [resource, limit] of resources.limits) {
    const request = resources.requests.get(resource);
    if (request?.exceeds(limit)) {
      return `container ${name} would request ${request} of ${resource}, over its limit of ${limit}`;
    }
  }
  return undefined;
}
