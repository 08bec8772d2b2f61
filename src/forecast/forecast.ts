import type { ResourceList } from '../objects/quantity-shape.ts';
import type { Quantity } from '../quantity/quantity.ts';
import type { UnknownReason } from './unknown-reasons.ts';

/** From worst to best; `unknown` stands apart and is never a denial. */
export type Verdict = KnownVerdict | 'unknown';
export type KnownVerdict = 'exceeds' | 'waits' | 'fits';

/** Why a key is short, the first that holds in this order (docs/causes.md has a section for each). */
export const CAUSES = [
  'not-admitted',
  'no-limits',
  'scaling-off',
  'not-scaled',
  'older-formula',
  'vm-grew',
  'overhead-grew',
  'sidecar-gap',
  'over-quota',
] as const;
export type Cause = (typeof CAUSES)[number];

/** One key of one quota that the target pod is charged for. `used` and `hard` are as the API server would compare them. */
export interface QuotaLine {
  readonly quota: string;
  readonly resource: string;
  readonly used: Quantity;
  readonly requested: Quantity;
  /** `status.hard` as it stands. */
  readonly hard: Quantity;
  /** Base + scale-ups + compensation: what the target pod is finally measured against. */
  readonly hardAfterScaleUp: Quantity;
  readonly shortBy?: Quantity;
  readonly cause?: Cause;
}

/** A change that, applied to the same facts (forecast/apply-remedy.ts), makes the forecast `fits`. */
export type Remedy =
  | { readonly kind: 'raise-quota'; readonly text: string; readonly changes: readonly QuotaChange[] }
  | { readonly kind: 'lower-ratio'; readonly text: string; readonly ratio: string }
  | { readonly kind: 'enable-scaling'; readonly text: string; readonly quota: string }
  | { readonly kind: 'free-room'; readonly text: string; readonly amounts: readonly QuotaChange[] }
  /** `container` is a type of KubeVirt's `supportContainerResources`. */
  | { readonly kind: 'set-container-limits'; readonly text: string; readonly container: string }
  | { readonly kind: 'add-limit-range'; readonly text: string; readonly defaults: readonly DefaultLimit[] };

/** What a LimitRange gives a container that states no limit. */
export interface DefaultLimit {
  readonly resource: 'cpu' | 'memory';
  readonly limit: Quantity;
}

/** A quota key and the figure to set it to (or, for `free-room`, the amount to free). */
export interface QuotaChange {
  readonly quota: string;
  readonly resource: string;
  readonly to: Quantity;
  /** Where it must be changed: an edit of a ResourceQuota that Harvester manages is reset. */
  readonly where: 'namespace-annotation' | 'resource-quota';
}

export interface Forecast {
  readonly namespace: string;
  readonly vmi: string;
  /** What is certain, whatever the order of races. */
  readonly verdict: Verdict;
  /** What a lucky order gives, where it differs. */
  readonly atBest?: Verdict;
  readonly next?: 'exceeds';
  /** Why the verdict is unknown; absent with every other one. Counted, and not printed. */
  readonly unknown?: UnknownReason;
  /** What is unknown, or why KubeVirt or a LimitRange will not have the pod. */
  readonly reason?: string;
  /** The cause that belongs to no quota key: the pod itself is refused. */
  readonly cause?: 'not-admitted';
  readonly needsScaleUp: boolean;
  readonly needsCompensation: boolean;
  readonly quotas: readonly QuotaLine[];
  /** What every quota would count of the target pod, by quota key. */
  readonly target: ResourceList;
  readonly remedies: readonly Remedy[];
  /** English, made by forecast/message.ts alone; its first line stands by itself and has at most 256 characters. */
  readonly message: string;
  /** What was assumed: a newer version than the table, a node's architecture. */
  readonly notes: readonly string[];
}
