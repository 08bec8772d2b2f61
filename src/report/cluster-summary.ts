import { clusterFacts } from '../forecast/cluster-facts.ts';
import type { ClusterObjects } from '../forecast/cluster-objects.ts';
import { SERVER_VERSION_SETTING } from '../harvester/names.ts';
import { settingValue } from '../harvester/settings.ts';
import type { ClusterSummary } from './report-data.ts';

/** What holds for the whole cluster, of the objects as they are or as `--ratio` would have them. */
export function clusterSummary(objects: ClusterObjects, assumedRatio: string | undefined): ClusterSummary {
  const found = clusterFacts(objects);
  const facts = found.kind === 'known' ? found.facts : undefined;
  return {
    harvesterVersion: settingValue(objects.settings.items, SERVER_VERSION_SETTING),
    kubeVirtVersions: facts?.kubeVirtVersions ?? [],
    podRatio: facts?.configuration.additionalGuestMemoryOverheadRatio || undefined,
    scaleUpRatio: facts?.harvester?.ratio,
    assumedRatio,
    nodes: objects.nodes.items.length,
    unknown: found.kind === 'unknown' ? found.reason : undefined,
  };
}
