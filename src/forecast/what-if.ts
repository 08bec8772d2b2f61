import { NAMESPACE_LIMITS_ANNOTATION, OVERHEAD_RATIO_SETTING } from '../harvester/names.ts';
import { podRatioFromSetting } from '../harvester/settings.ts';
import type { Setting } from '../objects/harvester.ts';
import type { ResourceQuota } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { Quantity } from '../quantity/quantity.ts';
import type { ClusterObjects, NamespaceObjects, ObjectsOfKind } from './cluster-objects.ts';
import type { QuotaChange } from './forecast.ts';

/**
 * The cluster as it would be with another overhead ratio: on Harvester the Setting, and in the KubeVirt CR what
 * Harvester writes there for it (nothing for 0); on plain KubeVirt the CR alone.
 */
export function withRatio(objects: ClusterObjects, ratio: string): ClusterObjects {
  const isOurs = (setting: Setting): boolean => setting.metadata.name === OVERHEAD_RATIO_SETTING;
  const ours = objects.settings.items.find(isOurs);
  const written = ours === undefined ? undefined : podRatioFromSetting(ratio || (ours.default ?? ''));
  const additionalGuestMemoryOverheadRatio = written?.kind === 'written' ? written.ratio : ratio;
  const kubeVirts = mapped(objects.kubeVirts, (kubeVirt) => {
    const configuration = { ...kubeVirt.spec?.configuration, additionalGuestMemoryOverheadRatio };
    return { ...kubeVirt, spec: { ...kubeVirt.spec, configuration } };
  });
  const settings = mapped(objects.settings, (setting) => (isOurs(setting) ? { ...setting, value: ratio } : setting));
  return { ...objects, kubeVirts, settings };
}

/** The namespace as it would be with other hard limits, each set where the change says. */
export function withQuotaChanges(objects: NamespaceObjects, changes: readonly QuotaChange[]): NamespaceObjects {
  let changed = objects;
  for (const change of changes) {
    const quotas = mapped(changed.quotas, (quota) => {
      return quota.metadata.name === change.quota ? withHard(quota, change.resource, change.to) : quota;
    });
    changed = { ...changed, quotas };
    if (change.where === 'namespace-annotation') changed = withNamespaceLimit(changed, change);
  }
  return changed;
}

/** The namespace with less of its quotas used: what stopping other pods would free. */
export function withFreedRoom(objects: NamespaceObjects, amounts: readonly QuotaChange[]): NamespaceObjects {
  const quotas = mapped(objects.quotas, (quota) => {
    const own = amounts.filter((amount) => amount.quota === quota.metadata.name);
    if (own.length === 0) return quota;
    const used = new Map(quota.status?.used ?? []);
    for (const { resource, to } of own) {
      const before = used.get(resource);
      if (before !== undefined) used.set(resource, before.subtract(to));
    }
    return { ...quota, status: { ...quota.status, used } };
  });
  return { ...objects, quotas };
}

const LIMIT_MEMBERS: Readonly<Record<string, string>> = {
  'limits.cpu': 'limitsCpu',
  'limits.memory': 'limitsMemory',
  'requests.cpu': 'requestsCpu',
  'requests.memory': 'requestsMemory',
};

/** Sets a limit as Rancher's page does: as a member of the Namespace's annotation. */
function withNamespaceLimit(objects: NamespaceObjects, { resource, to }: QuotaChange): NamespaceObjects {
  const member = LIMIT_MEMBERS[resource];
  if (member === undefined) return objects;
  const namespaces = mapped(objects.namespaces, (namespace) => {
    const { annotations } = namespace.metadata;
    const limit = { ...limitsOf(annotations.get(NAMESPACE_LIMITS_ANNOTATION)), [member]: to.toString() };
    const changed = new Map(annotations).set(NAMESPACE_LIMITS_ANNOTATION, JSON.stringify({ limit }));
    return { ...namespace, metadata: { ...namespace.metadata, annotations: changed } };
  });
  return { ...objects, namespaces };
}

function limitsOf(text: string | undefined): object {
  try {
    const read: unknown = JSON.parse(text ?? '{}');
    const limit = typeof read === 'object' && read !== null && 'limit' in read ? read.limit : undefined;
    return typeof limit === 'object' && limit !== null ? limit : {};
  } catch {
    // An annotation that is no JSON is replaced whole, as an edit on Rancher's page would.
    return {};
  }
}

function withHard(quota: ResourceQuota, resource: string, to: Quantity): ResourceQuota {
  const set = (hard: ResourceList | undefined): ResourceList => new Map(hard).set(resource, to);
  const used = new Map(quota.status?.used);
  return {
    ...quota,
    spec: { ...quota.spec, hard: set(quota.spec?.hard) },
    status: {
      ...quota.status,
      hard: set(quota.status?.hard),
      used: used.has(resource) ? used : used.set(resource, to.times(0n)),
    },
  };
}

function mapped<T>(kind: ObjectsOfKind<T>, change: (item: T) => T): ObjectsOfKind<T> {
  return { ...kind, items: kind.items.map(change) };
}
