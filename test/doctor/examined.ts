import { examine } from '../../src/doctor/examination.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import type { Cluster } from '../../src/forecast/cluster-objects.ts';
import type { Scene } from '../builders/scene.ts';

/** All that is found in a scene's cluster and its one namespace. */
export function findingsIn(scene: Scene): readonly Finding[] {
  const { cluster, namespace } = scene.objects();
  const examination = examine(cluster);
  return [...examination.findings, ...examination.ofNamespace(namespace).findings];
}

export async function findingsInCluster(cluster: Cluster): Promise<readonly Finding[]> {
  const examination = examine(await cluster.clusterObjects());
  const findings = [...examination.findings];
  for (const name of await cluster.namespaceNames()) {
    findings.push(...examination.ofNamespace(await cluster.namespaceObjects(name)).findings);
  }
  return findings;
}

/** `stuck-migration error`, in the order found. */
export function rulesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ rule, severity }) => `${rule} ${severity}`);
}

/** The one finding of a rule; an error where there is none, or more. */
export function theFinding(findings: readonly Finding[], rule: string): Finding {
  const [finding, ...others] = findings.filter((one) => one.rule === rule);
  if (finding === undefined || others.length > 0) {
    throw new Error(`expected one finding of ${rule}, got ${rulesOf(findings).join(', ') || 'none'}`);
  }
  return finding;
}
