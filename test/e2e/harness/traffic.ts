import { type ClusterClient, openCluster } from './cluster.ts';
import { notesOn } from './forecast.ts';
import { createNamespace, migrationOf, startVms } from './kubevirt.ts';

export interface Target {
  readonly namespace: string;
  readonly vmi: string;
}

/** A namespace with room for every migration of its VMs at once. */
export async function startTargets(
  cluster: ClusterClient,
  namespace: string,
  targets: readonly Target[],
): Promise<void> {
  await createNamespace(cluster, { name: namespace, limits: { 'limits.cpu': '100', 'limits.memory': '200Gi' } });
  await startVms(
    cluster,
    targets.map(({ vmi }) => ({ namespace, name: vmi })),
  );
}

/** What became of the creations of migrations. */
export interface Tally {
  readonly admitted: number;
  /** Admitted with nothing written on them: headroom was not asked, or did not answer. */
  readonly unseen: number;
  /** In the API server's words. */
  readonly refused: readonly string[];
}

/** Migrations that are created one burst after the other, for as long as something else happens. */
export interface Traffic {
  /** Resolves when a burst that has begun after this call has been answered. */
  another(): Promise<void>;
  /** Resolves when the last burst has been answered. */
  stop(): Promise<Tally>;
}

/** Between two calls the API server keeps 25 connections to a webhook (client-go, transport/cache.go): each burst opens some. */
const AT_ONCE = 30;
/** A client of ours calls the API server 16 times at once. */
const CLIENTS = 2;

/** Every other creation is a dry run; the rest is taken back at once. */
export function startTraffic(targets: readonly Target[]): Traffic {
  const clients = Array.from({ length: CLIENTS }, () => openCluster());
  const tally = { admitted: 0, unseen: 0, refused: [] as string[] };
  let isOver = false;
  let bursts = 0;
  let burst = Promise.resolve();
  const run = async (): Promise<void> => {
    while (!isOver) {
      const asked = Array.from({ length: AT_ONCE }, (_, index) => {
        const target = targets[(bursts + index) % targets.length] as Target;
        return ask(clients[index % CLIENTS] as ClusterClient, target, index % 2 === 0);
      });
      bursts += 1;
      burst = Promise.all(asked).then((answers) => count(tally, answers));
      await burst;
    }
  };
  const running = run();
  return {
    another: async () => {
      const before = bursts;
      while (bursts === before) await Promise.race([burst, running]);
      await burst;
    },
    stop: async () => {
      isOver = true;
      await running;
      await Promise.all(clients.map((client) => client.close()));
      return tally;
    },
  };
}

type Answer = { readonly refusal: string } | { readonly isSeen: boolean };

async function ask(cluster: ClusterClient, { namespace, vmi }: Target, dryRun: boolean): Promise<Answer> {
  const answer = await cluster.create(migrationOf(vmi, namespace), { dryRun });
  if (answer.kind === 'refused') return { refusal: answer.message };
  const { name } = answer.object.metadata;
  if (!dryRun) await cluster.remove({ kind: 'VirtualMachineInstanceMigration', name, namespace });
  return { isSeen: notesOn(answer.object).verdict !== undefined };
}

function count(tally: { admitted: number; unseen: number; refused: string[] }, answers: readonly Answer[]): void {
  for (const answer of answers) {
    if ('refusal' in answer) tally.refused.push(answer.refusal);
    else tally.admitted += 1;
    if ('isSeen' in answer && !answer.isSeen) tally.unseen += 1;
  }
}
