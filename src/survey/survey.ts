import type { Verdict } from '../forecast/forecast.ts';

/** A memory key of a quota, as the migration that finds least room in it finds it. One of the two amounts is zero. */
export interface QuotaRoom {
  readonly quota: string;
  readonly resource: 'limits.memory' | 'requests.memory' | 'memory';
  /** What is left when its pods are there. */
  readonly headroomBytes: bigint;
  /** What it is short of. */
  readonly shortfallBytes: bigint;
}

/** How the migrations of a namespace's running VMs would fare, each asked for by itself. */
export interface NamespaceSurvey {
  readonly namespace: string;
  readonly vms: Readonly<Record<Verdict, number>>;
  readonly rooms: readonly QuotaRoom[];
  /** Launcher pods of KubeVirt's making whose overhead is not the formula's. */
  readonly driftedPods: number;
}

/** A look at every namespace that has both a quota and running VMs. */
export interface Survey {
  /** When it was complete. */
  readonly at: Date;
  readonly seconds: number;
  /** Those with the least room, where there are too many to be kept. */
  readonly namespaces: readonly NamespaceSurvey[];
  /** How many namespaces are not among them for that. */
  readonly leftOut: number;
  /** Names of those that could not be read. */
  readonly unread: readonly string[];
}

export interface SurveyListener {
  onSurvey(survey: Survey): void;
  /** So many surveys in a row have failed that the last one says nothing of now. Told once, until there is one again. */
  onLost(): void;
}

/** Looks again and again, away from the decisions. */
export interface SurveySource {
  /** Begins, and tells of each survey until the signal. */
  start(listener: SurveyListener, signal: AbortSignal): void;
}
