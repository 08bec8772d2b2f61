import {
  type LimitRange,
  limitRangeShape,
  type Pod,
  type PodSpec,
  podShape,
  podSpecShape,
  type ResourceQuota,
  resourceQuotaShape,
} from '../../src/objects/kubernetes.ts';
import type { ResourceList } from '../../src/objects/quantity-shape.ts';
import { Quantity } from '../../src/quantity/quantity.ts';

export type Amounts = Readonly<Record<string, string>>;

export function podOf(spec: unknown): PodSpec {
  return podSpecShape.parse(spec);
}

/** A pod of one container. */
export function podWith(resources: { limits?: Amounts; requests?: Amounts }): PodSpec {
  return podOf({ containers: [{ name: 'compute', resources }] });
}

export function wholePodOf(pod: unknown): Pod {
  return podShape.parse(pod);
}

/** A quota whose status has caught up with its spec. */
export function quotaOf(hard: Amounts, used: Amounts = {}, spec: object = {}): ResourceQuota {
  return resourceQuotaShape.parse({
    metadata: { name: 'team-quota' },
    spec: { hard, ...spec },
    status: { hard, used: { ...Object.fromEntries(Object.keys(hard).map((key) => [key, '0'])), ...used } },
  });
}

export function limitRangeOf(...limits: readonly object[]): LimitRange {
  return limitRangeShape.parse({ metadata: { name: 'bounds' }, spec: { limits } });
}

export function listOf(amounts: Amounts): ResourceList {
  return new Map(Object.entries(amounts).map(([name, amount]) => [name, Quantity.parse(amount)]));
}

export function printed(list: ResourceList): Record<string, string> {
  return Object.fromEntries([...list].map(([name, amount]) => [name, amount.toString()]));
}
