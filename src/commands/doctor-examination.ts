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
  const faulty = namespaces.filter((namespace) => found.get(namespace)?.some(isFault));
  if (pause !== undefined && faulty.length > 0) {
    await pause();
    for (const namespace of faulty) {
      const { findings } = await examineNamespace(cluster, examination, namespace);
      found.set(namespace, lasting(found.get(namespace) ?? [], findings));
    }
  }
  return { findings: [...examination.findings, ...[...found.values()].flat()], checked };
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
