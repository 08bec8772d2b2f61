import type { ClusterClient } from '../test/e2e/harness/cluster.ts';
import { notesOn } from '../test/e2e/harness/forecast.ts';
import { migrationOf, setPhase } from '../test/e2e/harness/kubevirt.ts';
import { crowdVm } from '../test/e2e/harness/population.ts';
import { measureInRounds } from './rounds.ts';

const ROUNDS = 15;
const CREATIONS = 40;

export interface Place {
  readonly namespaces: readonly string[];
  /** Of each namespace these are migrated, one after the other; each leaves one migration that is over. */
  readonly vmsMigrated: number;
  /** What headroom has to say of each migration; none in a namespace that it is not asked about. */
  readonly verdict: 'fits' | undefined;
}

/** Milliseconds of each creation of a migration, round by round. */
export type Latencies = readonly (readonly number[])[];

/** Creates migrations of one VM after the other. */
class Creator {
  readonly #cluster: ClusterClient;
  readonly #place: Place;
  readonly #last = new Map<string, string>();
  #turn = 0;

  constructor(cluster: ClusterClient, place: Place) {
    this.#cluster = cluster;
    this.#place = place;
  }

  async create(): Promise<number> {
    const { namespaces, vmsMigrated, verdict } = this.#place;
    const namespace = namespaces[this.#turn % namespaces.length] ?? '';
    const vm = crowdVm(Math.floor(this.#turn / namespaces.length) % vmsMigrated);
    this.#turn += 1;
    const start = performance.now();
    const answer = await this.#cluster.create(migrationOf(vm, namespace));
    const milliseconds = performance.now() - start;
    if (answer.kind === 'refused') throw new Error(answer.message);
    if (notesOn(answer.object).verdict !== verdict) throw new Error(`${namespace}/${vm}: not ${verdict}`);
    // As if it had gone through, so that none is in the way of the next; the VM's last one makes room in the list.
    await setPhase(this.#cluster, answer.object, 'Succeeded');
    await this.#forget(namespace, vm, answer.object.metadata.name);
    return milliseconds;
  }

  async #forget(namespace: string, vm: string, name: string): Promise<void> {
    const key = `${namespace}/${vm}`;
    const before = this.#last.get(key);
    this.#last.set(key, name);
    if (before === undefined) return;
    await this.#cluster.remove({ kind: 'VirtualMachineInstanceMigration', name: before, namespace });
  }
}

/** What is left in a namespace where everything has been migrated several times: KubeVirt keeps five for each VM. */
export async function leaveMigrations(cluster: ClusterClient, { namespaces, vmsMigrated }: Place, count: number) {
  for (const namespace of namespaces) {
    for (let index = 0; index < count; index += 1) {
      const migration = await cluster.created(migrationOf(crowdVm(vmsMigrated + (index % vmsMigrated)), namespace));
      await setPhase(cluster, migration, 'Succeeded');
    }
  }
}

/** In turns, one creation in each place, so that a busy moment of the machine meets both. */
export async function measureCreations(
  cluster: ClusterClient,
  places: readonly [Place, Place],
): Promise<readonly [Latencies, Latencies]> {
  const creators = places.map((place) => new Creator(cluster, place));
  const rounds = async (count: number): Promise<readonly [number[], number[]][]> => {
    const results: [number[], number[]][] = [];
    for (let round = 0; round < count; round += 1) {
      const [one = [], other = []] = await measureInRounds(
        creators.map((creator) => () => creator.create()),
        CREATIONS,
      );
      results.push([[...one], [...other]]);
    }
    return results;
  };
  // V8 optimises what has run for a while.
  await rounds(3);
  const measured = await rounds(ROUNDS);
  return [measured.map(([one]) => one), measured.map(([, other]) => other)];
}
