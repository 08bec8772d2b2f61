import { SnapshotCluster } from '../../src/cluster/snapshot.ts';
import { snapshotOf } from '../builders/snapshot.ts';
import { loadObserved } from '../observed/load-observed.ts';
import { loadScenario, scenarioNames } from '../scenarios/load-scenarios.ts';
import type { SentReview } from './load-reviews.ts';

/** The steps of test/observed that a review's namespace stood at, or at one like it, when the review was sent. */
const STEPS: ReadonlyMap<string, string> = new Map([
  ['quota-test', 'test1-step1-vm-running'],
  ['evac-deny', 'extra-evac-deny-denied-40s'],
  ['caps', 'extra-caps-held-caps-2'],
]);

/** The objects that the review of a namespace stood on; undefined where they were not kept. */
export function clusterTextOf({ request }: SentReview): string | undefined {
  const step = STEPS.get(request.namespace);
  if (step !== undefined) return loadObserved(step);
  const scenario = /^sc-(\d{3})$/.exec(request.namespace)?.[1];
  return scenario !== undefined && scenarioNames.includes(scenario) ? loadScenario(scenario).before : undefined;
}

export function clusterOf(review: SentReview): SnapshotCluster {
  const text = clusterTextOf(review);
  return text === undefined ? new SnapshotCluster() : snapshotOf(text);
}
