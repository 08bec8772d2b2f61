import type { ClusterClient } from './cluster.ts';
import { createNamespace, startVms } from './kubevirt.ts';

export interface Crowd {
  /** Namespaces are called so, and numbered. */
  readonly prefix: string;
  /** Numbers of the first namespace and of the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly vmsEach: number;
}

/** Room for all, and for the migration of each. */
const LIMITS = { 'limits.cpu': '10k', 'limits.memory': '100Ti' };
const AT_A_TIME = 8;

export function crowdNamespace({ prefix }: Pick<Crowd, 'prefix'>, number: number): string {
  return `${prefix}-${String(number).padStart(3, '0')}`;
}

export function crowdVm(number: number): string {
  return `vm-${String(number).padStart(4, '0')}`;
}

function namespacesOf(crowd: Crowd): readonly string[] {
  return Array.from({ length: crowd.to - crowd.from }, (_, index) => crowdNamespace(crowd, crowd.from + index));
}

/** Namespaces with a quota of Rancher's each, full of VMs that run. */
export async function populate(cluster: ClusterClient, crowd: Crowd): Promise<void> {
  const namespaces = namespacesOf(crowd);
  await severalAtATime(namespaces, (name) => createNamespace(cluster, { name, limits: LIMITS }));
  const drafts = namespaces.flatMap((namespace) =>
    Array.from({ length: crowd.vmsEach }, (_, index) => ({ namespace, name: crowdVm(index) })),
  );
  await startVms(cluster, drafts);
}

/** No kubelet ends pods here, and a namespace waits for them. */
export async function disperse(cluster: ClusterClient, crowd: Crowd): Promise<void> {
  await severalAtATime(namespacesOf(crowd), async (namespace) => {
    await cluster.remove({ kind: 'Pod', name: '', namespace });
    await cluster.remove({ kind: 'Namespace', name: namespace });
  });
}

async function severalAtATime<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
