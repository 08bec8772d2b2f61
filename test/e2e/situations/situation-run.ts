import { annotationJson } from '../../../src/forecast/forecast-json.ts';
import { forecastTogether, prepare } from '../../../src/forecast/forecast-migrations.ts';
import { forecastObjects } from '../../builders/forecast-objects.ts';
import type { Amounts, Json } from '../../builders/json.ts';
import { chargeOf } from './charge.ts';
import {
  chargeFaults,
  type Foretold,
  type Outcome,
  type QuotaStatus,
  quotaFaults,
  refusalFaults,
  verdictFaults,
} from './judgement.ts';
import { type Migration, Play } from './play.ts';
import { type Observed, writeScenario } from './record.ts';
import type { Stage } from './stage.ts';

/** What was said of one migration and what came of it. */
export interface Judged {
  readonly vm: string;
  readonly foretold: Foretold;
  readonly outcome: Outcome;
  readonly wasDenied: boolean;
}

export interface Fault {
  readonly situation: number;
  readonly vm: string;
  readonly text: string;
  /** For `headroom replay`. */
  readonly folder?: string;
}

export interface Played {
  readonly judged: readonly Judged[];
  /** Migrations that headroom said nothing on in time, asked for again. */
  readonly unanswered: number;
  readonly faults: readonly Fault[];
}

/** Plays one situation whose room has been set, and judges every forecast by what came of it. */
export class SituationRun {
  readonly #stage: Stage;
  readonly #play: Play;
  readonly #recordsFolder: string;
  readonly #judged: Judged[] = [];
  readonly #faults: Fault[] = [];

  constructor(stage: Stage, recordsFolder: string) {
    this.#stage = stage;
    this.#play = new Play(stage);
    this.#recordsFolder = recordsFolder;
  }

  async run(): Promise<Played> {
    const { draft } = this.#stage;
    const asked = draft.asked === 'at-once' ? await this.#atOnce() : await this.#inTurn();
    await this.#restore(asked);
    const [first] = this.#judged;
    if (draft.vms.length === 1 && first?.outcome === 'admitted' && first.foretold.verdict === 'fits')
      await this.#again(first);
    return { judged: this.#judged, faults: this.#faults, unanswered: this.#play.unanswered };
  }

  /** Each is asked for when those before it run, or are pending for ever. */
  async #inTurn(): Promise<readonly Migration[]> {
    const { draft } = this.#stage;
    let present: readonly Migration[] = [];
    let last: Step | undefined;
    for (const vm of draft.vms) {
      last = await this.#step(vm.name, vm.askedBy, present);
      const { migration, outcome } = last;
      if (outcome === 'refused' && draft.exceeding === 'is-aborted') await this.#play.abort([migration]);
      else present = [...present, migration];
    }
    await this.#play.release(present);
    if (last !== undefined && last.outcome === 'refused' && present.includes(last.migration))
      await this.#judgeSettled(last);
    return present;
  }

  /** The one before has ended, and `next` has said whether there is room for this one. */
  async #again({ vm, foretold }: Judged): Promise<void> {
    const { namespace, theatre } = this.#stage;
    theatre.kubeVirt.nodes.hold('running', namespace);
    const step = await this.#step(vm, 'platform', []);
    const verdict = foretold.next ?? 'fits';
    if (step.migration.foretold.verdict !== verdict) {
      await this.#fault(step, [
        `the one before foretold that the next ${verdict}, it is ${step.migration.foretold.verdict}`,
      ]);
    }
    await this.#play.release([step.migration]);
    await this.#restore([step.migration]);
  }

  async #step(vm: string, askedBy: 'user' | 'platform', present: readonly Migration[]): Promise<Step> {
    const before = await this.#stage.objects();
    const waiting = await this.#withoutPod(present);
    const migration = await this.#play.ask(vm, askedBy);
    await this.#play.untilDecided([...waiting, migration]);
    const pod = await this.#play.targetPod(migration);
    const outcome = pod === undefined ? 'refused' : 'admitted';
    const othersMoved = (await this.#withoutPod(waiting)).length < waiting.length;
    const { foretold } = migration;
    const isCertain = foretold.atBest === undefined && foretold.verdict !== 'unknown';
    const isComparable = isCertain && (foretold.verdict === 'fits' ? !othersMoved : present.length === 0);
    const faults = [
      ...denialFaults(migration, askedBy),
      ...verdictFaults(foretold, outcome, 'held'),
      ...(pod === undefined || foretold.verdict === 'unknown' ? [] : chargeFaults(foretold, chargeOf(pod))),
      ...(isComparable
        ? quotaFaults(foretold, outcome, await this.#statuses(), await this.#limitOf(migration, outcome))
        : []),
      ...(outcome === 'refused' ? await this.#refusalFaults(migration, isComparable) : []),
    ];
    const step = { migration, before, outcome } as const;
    this.#judged.push({ vm, foretold, outcome, wasDenied: migration.denial !== undefined });
    if (faults.length > 0) await this.#fault(step, faults);
    return step;
  }

  /** Foretold with its compensation a limit is exact: there virt-controller is always refused first. */
  async #limitOf(migration: Migration, outcome: Outcome): Promise<'exact' | 'at-least'> {
    if (outcome !== 'admitted' || migration.foretold.needsCompensation) return 'exact';
    return (await this.#play.lastRefusal(migration)) === '' ? 'exact' : 'at-least';
  }

  async #refusalFaults(migration: Migration, isComparable: boolean): Promise<readonly string[]> {
    const { phase, isRejected } = await this.#play.phaseOf(migration);
    const words = await this.#play.lastRefusal(migration);
    return [
      ...(phase === 'Pending' ? [] : [`refused, and its phase is ${phase}`]),
      ...(isRejected ? [] : ['refused, and without the condition migrationRejectedByResourceQuota']),
      ...(isComparable && migration.foretold.verdict === 'exceeds' ? refusalFaults(migration.foretold, words) : []),
    ];
  }

  async #judgeSettled(step: Step): Promise<void> {
    const pod = await this.#play.targetPod(step.migration);
    const outcome = pod === undefined ? 'refused' : 'admitted-later';
    const faults = verdictFaults(step.migration.foretold, outcome, 'settled');
    if (faults.length > 0) await this.#fault({ ...step, outcome }, faults);
  }

  /** All together: the forecast of the set is judged, for each of them between what is certain and what is lucky. */
  async #atOnce(): Promise<readonly Migration[]> {
    const { draft, namespace } = this.#stage;
    const before = await this.#stage.objects();
    const names = draft.vms.map(({ name }) => name);
    const forecasts = forecastTogether(prepare(forecastObjects(before, namespace)), names);
    const foretold = forecasts.map((forecast): Foretold => JSON.parse(JSON.stringify(annotationJson(forecast))));
    const asked: Migration[] = [];
    for (const vm of names) asked.push(await this.#play.ask(vm, 'platform'));
    await this.#play.untilDecided(asked);
    const held = await this.#withoutPod(asked);
    await this.#play.release(asked);
    const late = await this.#withoutPod(asked);
    const observed: Observed[] = [];
    const faults: { vm: string; text: string }[] = [];
    for (const [index, migration] of asked.entries()) {
      const said = foretold[index] as Foretold;
      const one = await this.#observe(migration, outcomeOf(migration, held, late));
      observed.push(one);
      faults.push(...(await this.#setFaults(migration, said, one)).map((text) => ({ vm: migration.vm, text })));
      this.#judged.push({ vm: migration.vm, foretold: said, outcome: one.outcome, wasDenied: false });
    }
    if (faults.length > 0) {
      const folder = await writeScenario(this.#recordsFolder, `situation-${draft.number}`, before, observed);
      this.#faults.push(...faults.map((fault) => ({ situation: draft.number, ...fault, folder })));
    }
    return asked;
  }

  async #setFaults(migration: Migration, said: Foretold, { outcome, charge }: Observed): Promise<readonly string[]> {
    return [
      ...verdictFaults(said, outcome, 'settled'),
      ...(charge === undefined || said.verdict === 'unknown' ? [] : chargeFaults(said, charge)),
      ...(outcome === 'refused' ? await this.#refusalFaults(migration, false) : []),
    ];
  }

  /** Takes back what is pending still; then nothing of the migrations may be left on the quotas. */
  async #restore(asked: readonly Migration[]): Promise<void> {
    await this.#play.abort(await this.#withoutPod(asked));
    await this.#stage.requireBase().catch((error: Error) => {
      this.#faults.push({ situation: this.#stage.draft.number, vm: '', text: `after all: ${error.message}` });
    });
  }

  async #withoutPod(migrations: readonly Migration[]): Promise<readonly Migration[]> {
    const pods = await Promise.all(migrations.map((one) => this.#play.targetPod(one)));
    return migrations.filter((_, index) => pods[index] === undefined);
  }

  async #observe(migration: Migration, outcome: Outcome): Promise<Observed> {
    const { vm, object } = migration;
    const pod = await this.#play.targetPod(migration);
    const lastMessage = await this.#play.lastRefusal(migration);
    return { vmi: vm, migration: object, outcome, lastMessage, ...(pod !== undefined && { charge: chargeOf(pod) }) };
  }

  async #fault({ migration, before, outcome }: Step, texts: readonly string[]): Promise<void> {
    const { number } = this.#stage.draft;
    const name = `situation-${number}-${migration.name}`;
    const folder = await writeScenario(this.#recordsFolder, name, before, [await this.#observe(migration, outcome)]);
    this.#faults.push(...texts.map((text) => ({ situation: number, vm: migration.vm, text, folder })));
  }

  async #statuses(): Promise<ReadonlyMap<string, QuotaStatus>> {
    const quotas = await this.#stage.cluster.list('ResourceQuota', this.#stage.namespace);
    return new Map(
      quotas.map(({ metadata, status = {} }) => {
        const { hard = {}, used = {} } = status as { hard?: Amounts; used?: Amounts };
        return [metadata.name, { hard, used }];
      }),
    );
  }
}

interface Step {
  readonly migration: Migration;
  readonly before: readonly Json[];
  readonly outcome: Outcome;
}

/** Denied is what a user asks for and what exceeds in every order, and nothing else. */
function denialFaults({ foretold, denial }: Migration, askedBy: 'user' | 'platform'): readonly string[] {
  const isHopeless = foretold.verdict === 'exceeds' && foretold.atBest === undefined;
  if (denial !== undefined && !isHopeless) return [`denied to a user, and then it is ${foretold.verdict}: ${denial}`];
  return askedBy === 'user' && isHopeless && denial === undefined ? ['it exceeds, and a user was not denied it'] : [];
}

/** Refused while all that were admitted were held, and still when those had ended. */
function outcomeOf(migration: Migration, held: readonly Migration[], late: readonly Migration[]): Outcome {
  if (!held.includes(migration)) return 'admitted';
  return late.includes(migration) ? 'refused' : 'admitted-later';
}
