import type { ClusterObjects, NamespaceObjects } from '../forecast/cluster-objects.ts';
import { isFinal } from '../kubevirt/migration-state.ts';
import { type ClusterDiagnosis, clusterDiagnosis, type NamespaceDiagnosis, namespaceDiagnosis } from './diagnosis.ts';
import type { Finding, Observation } from './finding.ts';
import { CLUSTER_RULES, NAMESPACE_RULES, type NamespaceRule } from './rules.ts';
import { usageMoment } from './usage-moment.ts';

/** How much was looked at. */
export interface Checked {
  readonly namespaces: number;
  readonly quotas: number;
  readonly runningVms: number;
  readonly migrationsUnderWay: number;
}

export const NOTHING_CHECKED: Checked = { namespaces: 0, quotas: 0, runningVms: 0, migrationsUnderWay: 0 };

/** A cluster whose namespaces are examined one after the other, so that they need not be held all at once. */
export interface Examination {
  /** Of the cluster itself. */
  readonly findings: readonly Finding[];
  readonly ofNamespace: (objects: NamespaceObjects) => {
    readonly findings: readonly Finding[];
    readonly checked: Checked;
    /** What the rules have looked at, for whoever wants to show more of it. */
    readonly diagnosis: NamespaceDiagnosis;
  };
}

export function examine(objects: ClusterObjects): Examination {
  const cluster = clusterDiagnosis(objects);
  return {
    findings: CLUSTER_RULES.flatMap(({ id, check }) => named(id, check(cluster))),
    ofNamespace: (namespace) => namespaceExamined(cluster, namespace),
  };
}

function namespaceExamined(
  cluster: ClusterDiagnosis,
  objects: NamespaceObjects,
): ReturnType<Examination['ofNamespace']> {
  const diagnosis = namespaceDiagnosis(cluster, objects);
  return {
    diagnosis,
    findings: NAMESPACE_RULES.flatMap((rule) => named(rule.id, believed(rule, diagnosis))),
    checked: {
      namespaces: 1,
      quotas: objects.quotas.items.length,
      runningVms: diagnosis.forecasts.size,
      migrationsUnderWay: objects.migrations.items.filter((migration) => !isFinal(migration)).length,
    },
  };
}

/** A fault that stands on a quota's count of pods, where that count is of a moment, is none that is known. */
function believed({ check, believes }: NamespaceRule, diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const observations = check(diagnosis);
  if (believes !== 'quota-usage' || observations.length === 0) return observations;
  const moment = usageMoment(diagnosis);
  return moment === undefined ? observations : observations.map((observation) => atMoment(observation, moment));
}

function atMoment(observation: Observation, moment: string): Observation {
  return {
    ...observation,
    severity: 'info',
    summary: `Look again in a minute at what is no more than a moment now: ${observation.summary}`,
    evidence: [moment, ...observation.evidence],
  };
}

function named(rule: string, observations: readonly Observation[]): Finding[] {
  return observations.map((observation) => ({ rule, ...observation }));
}
