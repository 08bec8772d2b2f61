import { type Finding, isFault } from '../doctor/finding.ts';
import type { Cluster } from '../forecast/cluster-objects.ts';
import { examineCluster } from './doctor-examination.ts';

/** What was found at one look: of the cluster itself, and by namespace. */
export interface FirstLook {
  readonly ofCluster: readonly Finding[];
  readonly byNamespace: ReadonlyMap<string, readonly Finding[]>;
}

/**
 * The findings of a first look, those of namespaces with faults looked at anew, with a pause between, as doctor does on
 * a cluster that lives. Without a pause the first look is all.
 */
export async function lastingFindings(
  cluster: Cluster,
  { ofCluster, byNamespace }: FirstLook,
  pause: (() => Promise<void>) | undefined,
): Promise<readonly Finding[]> {
  const faulty = [...byNamespace].filter(([, findings]) => findings.some(isFault)).map(([name]) => name);
  if (pause === undefined || faulty.length === 0) return [...ofCluster, ...[...byNamespace.values()].flat()];
  const again = await examineCluster(cluster, faulty, pause);
  const others = [...byNamespace].filter(([name]) => !faulty.includes(name)).flatMap(([, findings]) => findings);
  return [...again.findings, ...others];
}
