import type { Api } from '../cluster/api.ts';
import { openSnapshot } from '../cluster/snapshot.ts';
import type { Cluster } from '../forecast/cluster-objects.ts';
import type { ClusterOptions } from './options.ts';

/** The cluster that the options name: of files, or the one that kubectl would ask. */
export async function openCluster(
  { snapshot, kubeconfig, context }: Pick<ClusterOptions, 'snapshot' | 'kubeconfig' | 'context'>,
  without: Parameters<typeof openSnapshot>[1] = 'nothing',
): Promise<Cluster> {
  if (snapshot !== undefined && snapshot.length > 0) return openSnapshot(snapshot, without);
  const api = await openLiveApi({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
  const { LiveCluster } = await import('../cluster/live-cluster.ts');
  return new LiveCluster(api, { recentSeconds: 0, now: () => performance.now() });
}

/** Loaded here, for what speaks to API servers takes a quarter of a second to load. */
export async function openLiveApi({
  kubeconfig,
  context,
}: Pick<ClusterOptions, 'kubeconfig' | 'context'>): Promise<Api> {
  const { openApi } = await import('../cluster/api-client.ts');
  return openApi({ ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) });
}
