import { DEFAULT_QUOTA_LABEL, NAMESPACE_LIMITS_ANNOTATION, SKIP_SCALING_ANNOTATION } from '../harvester/names.ts';
import type { KubeVirtConfiguration } from '../objects/kubevirt.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { ClusterObjects, NamespaceObjects } from './cluster-objects.ts';
import type { DefaultLimit, Remedy } from './forecast.ts';
import { withFreedRoom, withQuotaChanges, withRatio } from './what-if.ts';

/** The objects that one forecast stands on. */
export interface ForecastObjects {
  readonly cluster: ClusterObjects;
  readonly namespace: NamespaceObjects;
}

/** The same objects after a remedy has been carried out and its controllers have done their part. */
export function applyRemedy(objects: ForecastObjects, remedy: Unworded): ForecastObjects {
  const { cluster, namespace } = objects;
  switch (remedy.kind) {
    case 'raise-quota':
      return { cluster, namespace: withQuotaChanges(namespace, remedy.changes) };
    case 'lower-ratio':
      return { cluster: withRatio(cluster, remedy.ratio), namespace };
    case 'free-room':
      return { cluster, namespace: withFreedRoom(namespace, remedy.amounts) };
    case 'enable-scaling':
      return { cluster, namespace: withScaling(namespace, remedy.quota) };
    case 'set-container-limits':
      return { cluster: withContainerLimits(cluster, remedy.container), namespace };
    case 'add-limit-range':
      return { cluster, namespace: withLimitRange(namespace, remedy.defaults) };
    default:
      return remedy satisfies never;
  }
}

/** A remedy before forecast/message.ts has said it in words. */
export type Unworded = Remedy extends infer R ? (R extends Remedy ? Omit<R, 'text'> : never) : never;

/** Scaling switched on: the skip annotation gone, and the namespace's limits set to what the quota has. */
function withScaling(objects: NamespaceObjects, quotaName: string): NamespaceObjects {
  const quota = objects.quotas.items.find((one) => one.metadata.name === quotaName);
  if (quota === undefined) return objects;
  const annotations = new Map(quota.metadata.annotations);
  annotations.delete(SKIP_SCALING_ANNOTATION);
  const labels = new Map(quota.metadata.labels).set(DEFAULT_QUOTA_LABEL, 'true');
  const scaled = { ...quota, metadata: { ...quota.metadata, annotations, labels } };
  const quotas = { ...objects.quotas, items: objects.quotas.items.map((one) => (one === quota ? scaled : one)) };
  const namespaces = {
    ...objects.namespaces,
    items: objects.namespaces.items.map((namespace) => {
      if (namespace.metadata.annotations.has(NAMESPACE_LIMITS_ANNOTATION)) return namespace;
      const changed = new Map(namespace.metadata.annotations).set(
        NAMESPACE_LIMITS_ANNOTATION,
        limitsOf(quota.spec?.hard),
      );
      return { ...namespace, metadata: { ...namespace.metadata, annotations: changed } };
    }),
  };
  return { ...objects, quotas, namespaces };
}

function limitsOf(hard: ResourceList | undefined): string {
  const limit = {
    limitsCpu: hard?.get('limits.cpu')?.toString(),
    limitsMemory: hard?.get('limits.memory')?.toString(),
  };
  return JSON.stringify({ limit });
}

/** Sidecars that state no limits get the ones that KubeVirt gives them on guaranteed VMs. */
const SIDECAR_LIMITS: ResourceList = new Map([
  ['cpu', Quantity.ofMilli(200n)],
  ['memory', Quantity.of(64_000_000n)],
]);

function withContainerLimits(objects: ClusterObjects, type: string): ClusterObjects {
  const items = objects.kubeVirts.items.map((kubeVirt) => {
    const configuration: KubeVirtConfiguration = kubeVirt.spec?.configuration ?? {};
    const others = (configuration.supportContainerResources ?? []).filter((one) => one.type !== type);
    const own = { type, resources: { limits: SIDECAR_LIMITS, requests: SIDECAR_LIMITS } };
    return { ...kubeVirt, spec: { configuration: { ...configuration, supportContainerResources: [...others, own] } } };
  });
  return { ...objects, kubeVirts: { ...objects.kubeVirts, items } };
}

function withLimitRange(objects: NamespaceObjects, defaults: readonly DefaultLimit[]): NamespaceObjects {
  const none = new Map<string, Quantity>();
  const limits = new Map(defaults.map(({ resource, limit }) => [resource as string, limit]));
  const item = {
    type: 'Container',
    default: limits,
    defaultRequest: none,
    max: none,
    min: none,
    maxLimitRequestRatio: none,
  };
  const metadata = {
    name: 'default-limits',
    labels: new Map<string, string>(),
    annotations: new Map<string, string>(),
  };
  const items = [...objects.limitRanges.items, { metadata, spec: { limits: [item] } }];
  return { ...objects, limitRanges: { ...objects.limitRanges, items } };
}
