import type { Namespace, ResourceQuota } from '../objects/kubernetes.ts';
import { noResources, type ResourceList } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';
import { DEFAULT_QUOTA_LABEL, LIMITS_CPU, LIMITS_MEMORY } from './names.ts';
import { type NamespaceLimits, namespaceLimits } from './namespace-quota.ts';
import { type StoredScaleUp, skipsScaling, totalScaleUp } from './quota-annotations.ts';
import type { HarvesterRelease } from './release-table.ts';

/** What a key's hard limit is when nothing migrates, and whether migrations raise it. */
export type KeyBase =
  | { readonly kind: 'scaled'; readonly base: Quantity }
  | { readonly kind: 'fixed'; readonly why: FixedWhy; readonly hard: Quantity | undefined };

export type FixedWhy =
  | 'no-harvester-scaling'
  | 'skip-annotation'
  | 'no-namespace-annotation'
  | 'invalid-namespace-annotation'
  | 'base-zero'
  | 'quota-empty'
  | 'other-key';

/** The two keys that Harvester knows; every other one is `other-key` (baseOfKey). */
export interface QuotaBase {
  readonly [LIMITS_CPU]: KeyBase;
  readonly [LIMITS_MEMORY]: KeyBase;
}

/** Those that Harvester may scale. It takes the first that its cache lists: of several, any. */
export function defaultQuotas(quotas: readonly ResourceQuota[]): readonly ResourceQuota[] {
  return quotas.filter(isDefaultQuota);
}

export function isDefaultQuota({ metadata }: Pick<ResourceQuota, 'metadata'>): boolean {
  return metadata.labels.get(DEFAULT_QUOTA_LABEL) === 'true';
}

/** A quota that limits neither cpu nor memory, or both to zero, is none to Harvester (isEmptyQuota). */
export function hasNoLimits(hard: ResourceList): boolean {
  return [LIMITS_CPU, LIMITS_MEMORY].every((key) => hard.get(key)?.isZero() ?? true);
}

interface BaseFacts {
  /** Undefined on plain KubeVirt. */
  readonly release: HarvesterRelease | undefined;
  readonly namespace: Namespace;
  /** What the namespace's annotation says, where it has been read already. */
  readonly limits?: NamespaceLimits;
  /** A default quota. */
  readonly quota: ResourceQuota;
  readonly scaleUps: readonly Pick<StoredScaleUp, 'delta'>[];
}

/** Follows resourcequota_controller.go scaleResourceQuotaOnDemand and, before 1.4.2, vmim_controller.go. */
export function quotaBase(facts: BaseFacts): QuotaBase {
  const hard = facts.quota.spec?.hard ?? noResources;
  const bases = basesOf(facts, hard);
  if (typeof bases === 'string') return bothKeys((key) => ({ kind: 'fixed', why: bases, hard: hard.get(key) }));
  return bothKeys((key) => {
    const base = bases[key];
    return base === undefined ? { kind: 'fixed', why: 'base-zero', hard: hard.get(key) } : { kind: 'scaled', base };
  });
}

/** The base of any key of the quota, `requests.*`, `pods` and so on included. */
export function baseOfKey(base: QuotaBase, quota: ResourceQuota, key: string): KeyBase {
  if (key === LIMITS_CPU || key === LIMITS_MEMORY) return base[key];
  return { kind: 'fixed', why: 'other-key', hard: quota.spec?.hard.get(key) };
}

/** The hard limit once Harvester has taken in these scale-ups and compensations; undefined where there is no limit. */
export function hardAfterScaleUp(base: KeyBase, amounts: readonly Quantity[]): Quantity | undefined {
  switch (base.kind) {
    case 'scaled':
      return Quantity.sum([base.base, ...amounts]);
    case 'fixed':
      return base.hard;
    default:
      return base satisfies never;
  }
}

type ScaledBases = Readonly<Record<keyof QuotaBase, Quantity | undefined>>;

function basesOf(
  { release, namespace, limits, quota, scaleUps }: BaseFacts,
  hard: ResourceList,
): ScaledBases | FixedWhy {
  if (release === undefined || release.scaling === 'none') return 'no-harvester-scaling';
  if (release.scaling === 'in-place') {
    return hasNoLimits(hard) ? 'quota-empty' : bothKeys((key) => hard.get(key)?.subtract(totalScaleUp(scaleUps, key)));
  }
  if (skipsScaling(quota)) return 'skip-annotation';
  return namespaceBases(limits ?? namespaceLimits(namespace), hard);
}

/** The quota controller sets a key that the namespace limits even if the quota lacks it, and leaves a key with base 0 alone. */
function namespaceBases(limits: NamespaceLimits, hard: ResourceList): ScaledBases | FixedWhy {
  switch (limits.kind) {
    case 'none':
      return 'no-namespace-annotation';
    case 'invalid-json':
      return 'invalid-namespace-annotation';
    case 'invalid-quantity':
      return hasNoLimits(hard) ? 'quota-empty' : 'invalid-namespace-annotation';
    case 'read':
      if (hasNoLimits(hard)) return 'quota-empty';
      return { [LIMITS_CPU]: unlessZero(limits.limitsCpu), [LIMITS_MEMORY]: unlessZero(limits.limitsMemory) };
    default:
      return limits satisfies never;
  }
}

function unlessZero(base: Quantity): Quantity | undefined {
  return base.isZero() ? undefined : base;
}

function bothKeys<T>(make: (key: keyof QuotaBase) => T): Record<keyof QuotaBase, T> {
  return { [LIMITS_CPU]: make(LIMITS_CPU), [LIMITS_MEMORY]: make(LIMITS_MEMORY) };
}
