import type { Finding } from '../doctor/finding.ts';
import type { Forecast, QuotaLine } from '../forecast/forecast.ts';
import type { Quantity } from '../quantity/quantity.ts';

/** All that a page shows. */
export interface Report {
  readonly made: Made;
  readonly cluster: ClusterSummary;
  readonly namespaces: readonly NamespaceReport[];
  /** Ratios that were tried, ascending; empty where none was. */
  readonly ratios: readonly string[];
  /** What `headroom doctor` found; absent where it was not asked. */
  readonly findings?: readonly Finding[];
}

export interface Made {
  readonly at: Date;
  /** Program and version. */
  readonly by: string;
  /** The cluster or the files that were read. */
  readonly source: string;
  /** Of the whole cluster, or of one namespace. */
  readonly scope: string;
}

export interface ClusterSummary {
  /** As the cluster says; undefined on plain KubeVirt. */
  readonly harvesterVersion: string | undefined;
  readonly kubeVirtVersions: readonly string[];
  /** What KubeVirt makes pods with, and what Harvester reckons scale-ups with. */
  readonly podRatio: string | undefined;
  readonly scaleUpRatio: string | undefined;
  /** The ratio that the page assumes instead of the cluster's own. */
  readonly assumedRatio: string | undefined;
  readonly nodes: number;
  /** Why nothing can be said about the cluster as a whole. */
  readonly unknown: string | undefined;
}

/** A namespace in which VMs run. */
export interface NamespaceReport {
  readonly name: string;
  readonly forecasts: readonly Forecast[];
  /** A quota key each that counts a target pod. */
  readonly rooms: readonly Room[];
  readonly outlook: NamespaceOutlook | undefined;
}

/** A quota key as the migration that it has the least room for finds it. */
export interface Room {
  readonly line: QuotaLine;
  /** The limit that somebody has set; undefined where none is left. */
  readonly base: Quantity | undefined;
  /** The VM whose migration it is. */
  readonly vmi: string;
  /** Short for good, short until migrations under way have settled, or not short. */
  readonly outcome: 'exceeds' | 'waits' | 'fits';
  /** How many VMs' migrations are short of this key. */
  readonly shortCount: number;
}

/** What a namespace needs at several overhead ratios. */
export interface NamespaceOutlook {
  /** The largest ratio, to a tenth, up to which the quotas have room for everything; undefined where at none. */
  readonly largestFitting: string | undefined;
  readonly keys: readonly KeyOutlook[];
  /** VMs of which nobody can say what they need. */
  readonly leftOut: number;
}

export interface KeyOutlook {
  readonly quota: string;
  readonly resource: string;
  readonly base: Quantity;
  /** Parallel to the report's ratios: the base with which every VM restarts and migrates; undefined where none is known. */
  readonly needed: readonly (Quantity | undefined)[];
}
