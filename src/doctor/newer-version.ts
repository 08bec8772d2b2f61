import { launcherReleases } from '../forecast/cluster-facts.ts';
import type { ClusterDiagnosis } from './diagnosis.ts';
import { CLUSTER, type Observation } from './finding.ts';

/** Versions that the tables of releases do not hold; what is reckoned by the nearest release may be off. */
export function newerVersions({ facts }: ClusterDiagnosis): readonly Observation[] {
  if (facts.kind === 'unknown') return [];
  const releases = launcherReleases(facts.facts, undefined);
  const notes = [...facts.facts.notes, ...(releases.kind === 'known' ? releases.notes : [])];
  return notes.map((note) => ({
    severity: 'info',
    subject: CLUSTER,
    summary: `${note}.`,
    evidence: ['`headroom version` prints the newest releases whose rules are known.'],
    remedy: ['Look for a newer headroom; until then compare its figures with those of a pod of this cluster.'],
  }));
}
