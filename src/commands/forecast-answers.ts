import type { ForecastObjects } from '../forecast/apply-remedy.ts';
import type { Cluster } from '../forecast/cluster-objects.ts';
import type { Forecast, Verdict } from '../forecast/forecast.ts';
import { forecastEach, forecastTogether, type Prepared, prepare } from '../forecast/forecast-migrations.ts';
import { findingsEach, findingsOfSet } from '../forecast/forecast-set.ts';
import { forecastStart } from '../forecast/forecast-start.ts';
import { withQuotaChanges, withRatio } from '../forecast/what-if.ts';
import type { Question } from './forecast-questions.ts';
import type { WhatIf } from './what-if-options.ts';

/** A question with the facts of its namespace, as they are and as they would be. */
export interface Standing {
  readonly question: Question;
  readonly now: Prepared;
  readonly changed: Prepared;
}

/** Reads a namespace once for all that is asked in it. */
export async function standingOf(cluster: Cluster, question: Question, whatIf: WhatIf | undefined): Promise<Standing> {
  const objects = {
    cluster: await cluster.clusterObjects(),
    namespace: await cluster.namespaceObjects(question.namespace),
  };
  const now = prepare(objects);
  const changed = whatIf === undefined ? now : prepare(changedObjects(objects, whatIf), now);
  return { question, now, changed };
}

/** The objects of a namespace as the user wants them to be. */
export function changedObjects({ cluster, namespace }: ForecastObjects, { ratio, quotas }: WhatIf): ForecastObjects {
  const changes = quotas.flatMap((trial) => (trial.namespace === namespace.name ? [trial.change] : []));
  return {
    cluster: ratio === undefined ? cluster : withRatio(cluster, ratio),
    namespace: changes.length === 0 ? namespace : withQuotaChanges(namespace, changes),
  };
}

export function* answersOf({ question, changed }: Standing): Generator<Forecast> {
  const { kind, names } = question;
  switch (kind) {
    case 'start':
      for (const name of names) yield forecastStart(changed, name);
      return;
    case 'migration':
      yield* forecastEach(changed, names);
      return;
    case 'set-of-migrations':
      yield* forecastTogether(changed, names);
      return;
    default:
      kind satisfies never;
  }
}

/** The verdicts without what is changed, and without remedies, which take most of the time. */
export function* verdictsNow({ question, now }: Standing): Generator<Verdict> {
  const { kind, names } = question;
  if (kind === 'start') {
    for (const name of names) yield forecastStart(now, name).verdict;
    return;
  }
  const findings = kind === 'migration' ? findingsEach(now.ground, names) : findingsOfSet(now.ground, names);
  for (const finding of findings) yield finding.kind === 'unknown' ? 'unknown' : finding.assessment.verdict;
}
