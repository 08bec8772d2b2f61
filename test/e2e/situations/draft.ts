import type { HarvesterRules } from '../harness/quota-scaling.ts';
import type { FeatureName } from './vm-features.ts';

/** A VM of a situation; see vmi.ts for what becomes of it. */
export interface VmDraft {
  readonly name: string;
  readonly cores: number;
  readonly sockets: number;
  readonly threads: number;
  readonly memoryMi: number;
  /** Of its limits: what of them is stated. */
  readonly limits: 'both' | 'memory' | 'cpu' | 'none';
  /** Requests are limits divided by this, in percent, as Harvester's overcommit makes them. */
  readonly overcommit: { readonly cpu: number; readonly memory: number };
  /** What the guest has less than the limit. */
  readonly reservedMi: number;
  readonly features: readonly FeatureName[];
  /** A user's is denied where it exceeds, and is asked for again as KubeVirt's own. */
  readonly askedBy: 'user' | 'platform';
}

/** Where a key's limit is put, by what the target pods need: see room.ts. */
export type Room =
  | 'exact'
  | 'one-more'
  | 'little-more'
  | 'lots'
  | 'one-less'
  | 'one-mi-less'
  | 'little-less'
  | 'far-less';

export interface QuotaDraft {
  readonly name: string;
  readonly role: 'default' | 'unlabelled';
  readonly rooms: Readonly<Record<string, Room>>;
  readonly scopes: readonly string[];
}

export interface SituationDraft {
  readonly number: number;
  readonly vms: readonly VmDraft[];
  readonly quotas: readonly QuotaDraft[];
  /** What Rancher's annotation on the namespace has of the default quota's limits. */
  readonly annotation: 'both' | 'memory-only' | 'cpu-is-zero' | 'none';
  readonly scaling: 'on' | 'skipped';
  /** A quota that comes later finds VMs whose pods it has had no say in. */
  readonly quotasCome: 'before-the-vms' | 'after-the-vms';
  readonly limitRange: 'none' | 'defaults' | 'generous-bounds';
  readonly otherPods: number;
  /** How many target pods the room is reckoned for. */
  readonly roomFor: number;
  readonly asked: 'in-turn' | 'at-once';
  /** Of migrations in turn that exceed, whether they stay pending beside the next. */
  readonly exceeding: 'stays' | 'is-aborted';
}

/** Situations that are played side by side: Harvester's release and the ratio are the whole cluster's. */
export interface RoundDraft {
  readonly harvester: HarvesterRules;
  readonly ratios: { readonly atStart: string; readonly atMigration: string };
  readonly situations: readonly SituationDraft[];
}
