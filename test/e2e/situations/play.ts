import type { Json } from '../../builders/json.ts';
import type { Stored } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { notesOn } from '../harness/forecast.ts';
import { migrationAsStored } from '../harness/virt-api.ts';
import type { Foretold } from './judgement.ts';
import type { Stage } from './stage.ts';

const KIND = 'VirtualMachineInstanceMigration';
const JOB_LABEL = 'kubevirt.io/migrationJobUID';
const REJECTED = 'migrationRejectedByResourceQuota';
const FINAL = ['Succeeded', 'Failed'];
const PATIENCE = { withinSeconds: 60, everyMilliseconds: 200 };
const MOST_UNANSWERED = 2;
/** Of retries that each change what the next one finds. */
const MOST_TRIES = 10;

/** A migration that has been asked for and stored, and what headroom wrote on it. */
export interface Migration {
  readonly vm: string;
  readonly name: string;
  readonly uid: string;
  readonly foretold: Foretold;
  /** The migration as it was created. */
  readonly object: Json;
  /** Asked for by a user first, it was denied. */
  readonly denial?: string;
}

export interface Phase {
  readonly phase: string;
  readonly isRejected: boolean;
}

/** Headroom knows KubeVirt's own accounts by the namespace that KubeVirt's CR is in. */
export function controllerUser(kubeVirtNamespace: string): string {
  return `system:serviceaccount:${kubeVirtNamespace}:kubevirt-controller`;
}

/** Asks for migrations on a stage, and waits until KubeVirt and Harvester have no more to do about them. */
export class Play {
  readonly #stage: Stage;
  #touches = 0;
  #unanswered = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** What a user is denied is asked for again as by KubeVirt itself, which is warned only. */
  async ask(vm: string, by: 'user' | 'platform'): Promise<Migration> {
    const { cluster, namespace, theatre } = this.#stage;
    const object = migrationAsStored(vm, namespace);
    const asked = by === 'user' ? await cluster.create(object) : undefined;
    if (asked?.kind === 'refused' && asked.code !== 403) throw new Error(`${asked.code} ${asked.message}`);
    const as = controllerUser(theatre.kubeVirt.kubeVirtNamespace);
    const stored = asked?.kind === 'done' ? asked.object : await cluster.created(object, { as });
    const { forecast } = notesOn(stored);
    if (forecast === undefined) return this.#askAgain(stored, vm, by);
    const { name, uid } = stored.metadata;
    const denial = asked?.kind === 'refused' ? { denial: asked.message } : {};
    return { vm, name, uid, object: stored as unknown as Json, foretold: JSON.parse(forecast), ...denial };
  }

  /** The API server goes on without headroom where it does not hear from it in time. */
  async #askAgain(unanswered: Stored, vm: string, by: 'user' | 'platform'): Promise<Migration> {
    this.#unanswered += 1;
    if (this.#unanswered > MOST_UNANSWERED) throw new Error(`headroom wrote nothing on ${unanswered.metadata.name}`);
    await this.#remove([unanswered.metadata.name]);
    return this.ask(vm, by);
  }

  async targetPod({ uid }: Migration): Promise<Stored | undefined> {
    const pods = await this.#stage.cluster.list('Pod', this.#stage.namespace);
    return pods.find(({ metadata }) => metadata.labels?.[JOB_LABEL] === uid);
  }

  async phaseOf({ name }: Migration): Promise<Phase> {
    const { status } = await this.#stage.cluster.get({ kind: KIND, name, namespace: this.#stage.namespace });
    const { phase = '', conditions = [] } = (status ?? {}) as { phase?: string; conditions?: readonly Json[] };
    return { phase, isRejected: conditions.some(({ type, status: is }) => type === REJECTED && is === 'True') };
  }

  /** How many migrations were stored without a word of headroom's. */
  get unanswered(): number {
    return this.#unanswered;
  }

  lastRefusal({ name }: Migration): Promise<string> {
    return this.#stage.theatre.refusals.last(`${this.#stage.namespace}/${name}`);
  }

  /**
   * Until each of these has its target pod, or has been marked as refused by a quota and is refused once more when
   * Harvester has acted on that and nothing else moves.
   */
  async untilDecided(migrations: readonly Migration[]): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const what = `the migrations of ${this.#stage.namespace} have a pod or are refused`;
      await eventually(what, () => this.#requireAnswered(migrations), PATIENCE);
      await this.#stage.settled();
      const waiting = await this.#withoutPod(migrations);
      if (waiting.length === 0) break;
      await this.#tryAgain(waiting);
      if ((await this.#withoutPod(waiting)).length === waiting.length) break;
    }
    await this.#stage.settled();
  }

  async #requireAnswered(migrations: readonly Migration[]): Promise<void> {
    for (const migration of await this.#withoutPod(migrations)) {
      const { phase, isRejected } = await this.phaseOf(migration);
      if (!isRejected) throw new Error(`${migration.vm} is ${phase}: ${await this.lastRefusal(migration)}`);
    }
  }

  /** virt-controller tries those again at once that it has seen refused by a quota, when any quota of theirs changes. */
  async #tryAgain(waiting: readonly Migration[]): Promise<void> {
    const { refusals } = this.#stage.theatre;
    const { namespace } = this.#stage;
    const count = ({ name }: Migration) => refusals.count(`${namespace}/${name}`);
    const before = new Map(await Promise.all(waiting.map(async (one) => [one, await count(one)] as const)));
    await this.#touch();
    await eventually(
      `virt-controller tries the migrations of ${namespace} again`,
      async () => {
        for (const migration of await this.#withoutPod(waiting)) {
          if ((await count(migration)) > (before.get(migration) ?? 0)) continue;
          const { phase } = await this.phaseOf(migration);
          throw new Error(`${migration.vm} is ${phase} and was not tried: ${await this.lastRefusal(migration)}`);
        }
      },
      PATIENCE,
    );
  }

  async #touch(): Promise<void> {
    const { cluster, namespace, draft } = this.#stage;
    this.#touches += 1;
    const quota = draft.quotas.at(-1);
    if (quota === undefined) return;
    const metadata = { annotations: { touched: `${this.#touches}` } };
    await cluster.patch({ kind: 'ResourceQuota', name: quota.name, namespace }, { metadata });
  }

  async #withoutPod(migrations: readonly Migration[]): Promise<readonly Migration[]> {
    const pods = await this.#stage.cluster.list('Pod', this.#stage.namespace);
    const jobs = new Set(pods.map(({ metadata }) => metadata.labels?.[JOB_LABEL]));
    return migrations.filter(({ uid }) => !jobs.has(uid));
  }

  /** Lets those that run come to their end, and then those that get in because of it, until no more happens. */
  async release(migrations: readonly Migration[]): Promise<void> {
    const { namespace, theatre } = this.#stage;
    theatre.kubeVirt.nodes.release('running', namespace);
    for (let left = -1; ; ) {
      await eventually(`the migrations of ${namespace} end`, () => this.#requireEnded(migrations), PATIENCE);
      await this.untilDecided(migrations);
      const waiting = await this.#withoutPod(migrations);
      if (waiting.length === left) return;
      left = waiting.length;
    }
  }

  async #requireEnded(migrations: readonly Migration[]): Promise<void> {
    const waiting = await this.#withoutPod(migrations);
    for (const migration of migrations) {
      if (waiting.includes(migration)) continue;
      const { phase } = await this.phaseOf(migration);
      if (!FINAL.includes(phase)) throw new Error(`${migration.vm} is ${phase}`);
    }
    const { cluster, namespace } = this.#stage;
    const running = (await cluster.list('Pod', namespace)).filter(({ status }) => status?.phase === 'Running');
    for (const { vm } of migrations) {
      const own = running.filter(({ metadata }) => metadata.name.startsWith(`virt-launcher-${vm}-`));
      if (own.length !== 1) throw new Error(`${vm} has ${own.length} pods that run`);
    }
  }

  /** As a user takes back what does not get through. */
  abort(migrations: readonly Migration[]): Promise<void> {
    return this.#remove(migrations.map(({ name }) => name));
  }

  async #remove(names: readonly string[]): Promise<void> {
    const { cluster, namespace } = this.#stage;
    for (const name of names) await cluster.remove({ kind: KIND, name, namespace });
    await eventually(
      `the migrations taken back in ${namespace} are gone`,
      async () => {
        for (const name of names) {
          if ((await cluster.find({ kind: KIND, name, namespace })) !== undefined) throw new Error(name);
        }
      },
      PATIENCE,
    );
    await this.#stage.settled();
  }
}
