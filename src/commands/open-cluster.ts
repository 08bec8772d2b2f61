import type { Api } from '../cluster/api.ts';
import type { ProgressListener } from '../cluster/reading-progress.ts';
import { openSnapshot } from '../cluster/snapshot.ts';
import { shellWord } from '../doctor/kubectl.ts';
import type { Cluster } from '../forecast/cluster-objects.ts';
import type { ClusterOptions } from './options.ts';

/** A command of the kubeconfig may have to ask somebody first. */
const ANSWER_SECONDS = 60;

/** The cluster that the options name: of files, or the one that kubectl would ask. */
export async function openCluster(
  { snapshot, kubeconfig, context }: Pick<ClusterOptions, 'snapshot' | 'kubeconfig' | 'context'>,
  without: Parameters<typeof openSnapshot>[1] = 'nothing',
  onProgress?: ProgressListener,
): Promise<Cluster> {
  if (snapshot !== undefined && snapshot.length > 0) return openSnapshot(snapshot, without, onProgress);
  const api = await openLiveApi({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
  await requireAnswer(api);
  const [{ LiveCluster }, { whyNotWithCheck }] = await Promise.all([
    import('../cluster/live-cluster.ts'),
    import('../cluster/api-fault.ts'),
  ]);
  const flags = kubectlFlags({ kubeconfig, context });
  return new LiveCluster(api, {
    recentSeconds: 0,
    now: () => performance.now(),
    onProgress,
    whyNot: (failure, asked) => whyNotWithCheck(failure, asked, flags),
  });
}

type KubeconfigOptions = { readonly [name in 'kubeconfig' | 'context']?: string | undefined };

/** What leads kubectl to the cluster that we were led to, to be typed as it is. */
export function kubectlFlags({ kubeconfig, context }: KubeconfigOptions): string[] {
  return [
    ...(kubeconfig ? ['--kubeconfig', shellWord(kubeconfig)] : []),
    ...(context ? ['--context', shellWord(context)] : []),
  ];
}

/**
 * Where nothing can be asked at all, that is one error, and not a verdict `unknown` for each VM. Every user may read
 * the version (ClusterRole system:public-info-viewer); one who may not is answered all the same.
 */
async function requireAnswer(api: Api): Promise<void> {
  const answer = await api.call({ method: 'GET', path: '/version' }, AbortSignal.timeout(ANSWER_SECONDS * 1000));
  if (answer.kind === 'done') return;
  const [{ connectionFault }, { UnreadableCluster }] = await Promise.all([
    import('../cluster/api-fault.ts'),
    import('../cluster/cluster-error.ts'),
  ]);
  const fault = connectionFault(api, answer);
  if (fault !== undefined) throw new UnreadableCluster(fault);
}

/** Loaded here, for what speaks to API servers takes a quarter of a second to load. */
export async function openLiveApi({
  kubeconfig,
  context,
}: Pick<ClusterOptions, 'kubeconfig' | 'context'>): Promise<Api> {
  const { openApi } = await import('../cluster/api-client.ts');
  return openApi({ ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) });
}
