import type { KubeVirtConfiguration } from '../objects/kubevirt.ts';
import type { Resources } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';

/** KubeVirt's names of the containers beside compute, as `supportContainerResources` uses them. */
export type SupportContainerType = 'container-disk' | 'guest-console-log' | 'hotplug-disk' | 'sidecar' | 'virtiofs';

type Side = keyof Resources;
interface Amounts {
  readonly cpu?: string;
  readonly memory?: string;
}
export interface SupportDefaults {
  readonly limits: Amounts;
  readonly requests: Amounts;
}

/**
 * A support container's CPU and memory: the cluster's own figures for its type over KubeVirt's defaults
 * (GetSupportContainerLimit, GetSupportContainerRequest).
 */
export function supportResources(
  type: SupportContainerType,
  defaults: SupportDefaults,
  configuration: KubeVirtConfiguration,
): { limits: Map<string, Quantity>; requests: Map<string, Quantity> } {
  const listOf = (side: Side) => {
    const list = new Map<string, Quantity>();
    for (const resource of ['cpu', 'memory'] as const) {
      const fallback = defaults[side][resource];
      const amount =
        configuredAmount(configuration, type, side, resource) ?? (fallback ? Quantity.parse(fallback) : undefined);
      if (amount !== undefined) list.set(resource, amount);
    }
    return list;
  };
  return { limits: listOf('limits'), requests: listOf('requests') };
}

/** Requests as large as the limits, so that the pod of a dedicated or guaranteed VM keeps its class. */
export function withRequestsAtLimits(resources: ReturnType<typeof supportResources>): Resources {
  return { limits: resources.limits, requests: new Map([...resources.requests, ...resources.limits]) };
}

/** The first entry of the type that names a non-zero amount; zero counts as not set. */
function configuredAmount(
  configuration: KubeVirtConfiguration,
  type: SupportContainerType,
  side: Side,
  resource: string,
): Quantity | undefined {
  for (const entry of configuration.supportContainerResources ?? []) {
    const amount = entry.type === type ? entry.resources[side].get(resource) : undefined;
    if (amount !== undefined && !amount.isZero()) return amount;
  }
  return undefined;
}
