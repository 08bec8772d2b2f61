import { type Checked, type Examination, examine, NOTHING_CHECKED } from '../doctor/examination.ts';
import { type Finding, isFault } from '../doctor/finding.ts';
import type { Cluster } from '../forecast/cluster-objects.ts';

export interface Examined {
  readonly findings: readonly Finding[];
  readonly checked: Checked;
}

/**
 * Examines namespaces one after the other. A cluster that lives is never read at one instant, and healthy migrations
 * look sick for a moment: with `pause` a namespace with faults is looked at once more after it, and what has gone by
 * then was none.
 */
export async function examineCluster(
  cluster: Cluster,
  namespaces: readonly string[],
  pause?: () => Promise<void>,
): Promise<Examined> {
  const examination = examine(await cluster.clusterObjects());
  const found = new Map<string, readonly Finding[]>();
  let checked = NOTHING_CHECKED;
  for (const namespace of namespaces) {
    const own = await examineNamespace(cluster, examination, namespace);
    found.set(namespace, own.findings);
    checked = sum(checked, own.checked);
  }
  return { findings: await lastingFindings(cluster, { examination, found }, pause), checked };
}

/** What one look at each namespace has found. */
export interface FirstLook {
  readonly examination: Examination;
  readonly found: ReadonlyMap<string, readonly Finding[]>;
}

/** The findings of the cluster and of its namespaces, less the faults that a second look after `pause` does not see. */
export async function lastingFindings(
  cluster: Cluster,
  { examination, found }: FirstLook,
  pause: (() => Promise<void>) | undefined,
): Promise<readonly Finding[]> {
  const isSeenTwice = pause !== undefined && [...found.values()].flat().some(isFault);
  if (isSeenTwice) await pause();
  const findings = [...examination.findings];
  for (const [namespace, first] of found) {
    const isDoubted = isSeenTwice && first.some(isFault);
    findings.push(...(isDoubted ? await seenAgain(cluster, { examination, namespace }, first) : first));
  }
  return findings;
}

interface Place {
  readonly examination: Examination;
  readonly namespace: string;
}

async function seenAgain(cluster: Cluster, { examination, namespace }: Place, first: readonly Finding[]) {
  const { findings } = await examineNamespace(cluster, examination, namespace);
  return lasting(first, findings);
}

async function examineNamespace(cluster: Cluster, examination: Examination, namespace: string): Promise<Examined> {
  return examination.ofNamespace(await cluster.namespaceObjects(namespace, { kind: 'running' }));
}

/** Of the second look, all that is no fault, and the faults of which the first look saw one of the same rule and object. */
function lasting(first: readonly Finding[], second: readonly Finding[]): readonly Finding[] {
  const before = new Set(first.filter(isFault).map(identity));
  return second.filter((finding) => !isFault(finding) || before.has(identity(finding)));
}

function identity({ rule, subject }: Finding): string {
  return [rule, subject.kind, subject.name].join(' ');
}

function sum(one: Checked, other: Checked): Checked {
  return {
    namespaces: one.namespaces + other.namespaces,
    quotas: one.quotas + other.quotas,
    runningVms: one.runningVms + other.runningVms,
    migrationsUnderWay: one.migrationsUnderWay + other.migrationsUnderWay,
  };
}
