import type { Cluster, ReadOptions } from '../forecast/cluster-objects.ts';
import type { Forecast } from '../forecast/forecast.ts';
import { forecastMigration, type Prepared, unknownForecast } from '../forecast/forecast-migrations.ts';
import { vmiNameOfPod } from '../forecast/launchers.ts';
import { vmisInvolved } from '../forecast/part-of-namespace.ts';
import type { Reservation } from '../forecast/reservations.ts';
import { unknownBecause } from '../forecast/unknown-reasons.ts';
import { unreadableIn } from '../forecast/unreadable.ts';
import { isHopeless } from '../forecast/verdict-of.ts';
import type { Pod } from '../objects/kubernetes.ts';
import { isObjectName } from '../objects/names.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { describePod as describedAnew } from './described-pods.ts';
import { FactReader, type Gathered } from './fact-reader.ts';
import type { FollowUp } from './follow-up.ts';
import type { Forecaster, MigrationForecast, MigrationRequest, PodDescription } from './forecaster.ts';
import { namespacePolicy } from './namespace-policy.ts';
import {
  type Decide,
  type Decided,
  decideAmongReplicas,
  type Patience,
  type Promised,
  type SharedLedger,
} from './promised-room.ts';
import { RecentAnswers } from './recent-answers.ts';
import { Turns } from './turns.ts';

const TARGET_NODE_ANNOTATION = 'harvesterhci.io/migrationTargetNodeName';
const HOSTNAME_LABEL = 'kubernetes.io/hostname';

export interface ForecasterOptions {
  /** For all reading of one decision; below the time that a decision may take. Without it the cluster decides. */
  readonly readMilliseconds?: number;
  /** Where several replicas, or several requests at once, agree on room; a snapshot has no use for it. */
  readonly ledger?: SharedLedger;
  /** Takes back what has been reserved, once it is of no use any more. */
  readonly followUp?: Pick<FollowUp, 'follow'>;
}

const POLICY_IS_OFF = unknownBecause('policy-off', 'the policy of the namespace is off');
const POD_OF_NO_VMI = unknownBecause('request-not-understood', 'the pod names no VirtualMachineInstance as its owner');

const LOOK_AGAIN_MILLISECONDS = 20;
/** Of the time for reading: what is left is for the last look and for writing. */
const PATIENCE = 0.5;

/** The spine of a decision: read what it stands on, reckon, answer. */
export function clusterForecaster(cluster: Cluster, options: ForecasterOptions = {}): Forecaster {
  const { readMilliseconds } = options;
  const facts = new FactReader(cluster);
  if (readMilliseconds === undefined) {
    return {
      forecastMigration: (request) => decideOnStandingFacts(facts, request),
      describePod: (pod, namespace) => describePod(facts, pod, namespace, {}),
    };
  }
  const live = new LiveDecisions(facts, readMilliseconds, options);
  return {
    forecastMigration: (request) => live.decide(request),
    describePod: (pod, namespace) => describePod(facts, pod, namespace, live.reading()),
  };
}

/** Decisions on facts that change while they are being read, each in bounded time. */
class LiveDecisions {
  readonly #facts: FactReader;
  readonly #readMilliseconds: number;
  readonly #options: ForecasterOptions;
  readonly #turns = new Turns();
  readonly #recent = new RecentAnswers(() => performance.now());

  constructor(facts: FactReader, readMilliseconds: number, options: ForecasterOptions) {
    this.#facts = facts;
    this.#readMilliseconds = readMilliseconds;
    this.#options = options;
  }

  reading(): { readonly signal: AbortSignal } {
    return { signal: AbortSignal.timeout(this.#readMilliseconds) };
  }

  decide(request: MigrationRequest): Promise<MigrationForecast> {
    // From its arrival on: what waits its turn must not be pushed past its own time by those before it.
    const patience = patienceOf(this.reading().signal, this.#readMilliseconds);
    return request.stage === 'confirm' ? this.#confirm(request, patience) : this.#promise(request, patience);
  }

  async #promise(request: MigrationRequest, patience: Patience): Promise<MigrationForecast> {
    // What another replica was told of an earlier request must not be taken for this one's.
    this.#recent.take(request);
    // One after the other in one process, so that compare-and-swap is left to decide among processes.
    const promised = await this.#turns.take(request.namespace, () => this.#decideAnew(request, patience));
    // What stands in a migration's way is looked at again, and so is all that the validating webhook might deny.
    if (isPlainFit(promised.forecast.forecast)) this.#recent.remember(request, promised);
    return promised.forecast;
  }

  async #confirm(request: MigrationRequest, patience: Patience): Promise<MigrationForecast> {
    const { forecast, reservation } = this.#recent.take(request) ?? (await this.#decideAnew(request, patience));
    const { migrationName = '' } = request;
    if (reservation !== undefined && isObjectName(migrationName)) {
      this.#options.followUp?.follow(reservation, migrationName);
    }
    return forecast;
  }

  async #decideAnew(request: MigrationRequest, patience: Patience): Promise<Promised> {
    const { signal } = patience;
    const decide: Decide = (promised, ended) =>
      decideMigration(this.#facts, request, promised, { signal, ...(ended !== undefined && { ended }) });
    const { ledger } = this.#options;
    return ledger === undefined ? decide([]) : decideAmongReplicas(request, ledger, decide, patience);
  }
}

function patienceOf(signal: AbortSignal, readMilliseconds: number): Patience {
  const endsAt = performance.now() + readMilliseconds * PATIENCE;
  const hasTimeToLookAgain = async (): Promise<boolean> => {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MILLISECONDS));
    return performance.now() < endsAt && !signal.aborted;
  };
  return { signal, hasTimeToLookAgain };
}

/** Names that no VMI has are not remembered: anybody can make up any number of them. */
function forecastOnce({ prepared, forecasts }: Gathered, vmi: string): Forecast {
  const forecast = forecasts.get(vmi) ?? forecastMigration(prepared, vmi);
  if (prepared.ground.kind === 'known' && prepared.ground.namespace.vmis.has(vmi)) forecasts.set(vmi, forecast);
  return forecast;
}

/** Of facts that stand still and are in memory, few are as many as all. */
function decideOnStandingFacts(
  facts: FactReader,
  request: MigrationRequest,
): MigrationForecast | Promise<MigrationForecast> {
  const known = facts.inMemory(request.namespace);
  if (known !== undefined) return decidedOn(known, request).forecast;
  return decideMigration(facts, request, [], {}).then(({ forecast }) => forecast);
}

/** A plain `fits` is believed of few and recent facts. Whatever else is said of a migration stands on all of them, read now. */
async function decideMigration(
  facts: FactReader,
  request: MigrationRequest,
  promised: readonly Reservation[],
  reading: ReadOptions,
): Promise<Decided> {
  const { namespace, vmi } = request;
  const vmis = [vmi, ...promised.map((one) => one.vmi)];
  const few = await facts.gather(namespace, { kind: 'migrations', vmis }, { ...reading, age: 'recent' }, promised);
  const quick = decidedOn(few, request);
  if (isPlainFit(quick.forecast.forecast) || isUnreadable(few.prepared)) return quick;
  if (namespacePolicy(few.prepared) === 'off') return quick;
  const decideOnAll = async () =>
    decidedOn(await facts.gather(namespace, { kind: 'running' }, reading, promised), request);
  const decided = await decideOnAll();
  // A target pod that quotas count and that is stored a moment later looks like one that is still to come.
  return isHopeless(decided.forecast.forecast) && isAnythingUnderWay(decided) ? decideOnAll() : decided;
}

function isAnythingUnderWay({ objects }: Decided): boolean {
  return vmisInvolved([], objects.migrations.items).length > 0;
}

function isPlainFit({ verdict, next }: Forecast): boolean {
  return verdict === 'fits' && next === undefined;
}

/** What the API server does not give, it does not give to whoever asks for more of it either. */
function isUnreadable({ objects: { cluster, namespace } }: Prepared): boolean {
  return unreadableIn(cluster) !== undefined || unreadableIn(namespace) !== undefined;
}

function decidedOn(gathered: Gathered, { namespace, vmi }: MigrationRequest): Decided {
  const { prepared } = gathered;
  const policy = namespacePolicy(prepared);
  const kubeVirtNamespace = prepared.ground.kind === 'known' ? prepared.ground.cluster.kubeVirtNamespace : undefined;
  const around = {
    ...(policy === undefined ? {} : { namespacePolicy: policy }),
    ...(kubeVirtNamespace === undefined ? {} : { kubeVirtNamespace }),
    denialPins: denialPins(prepared, vmi),
  };
  const forecast =
    policy === 'off' ? unknownForecast({ namespace, vmi }, POLICY_IS_OFF, []) : forecastOnce(gathered, vmi);
  return { forecast: { ...around, forecast, basis: prepared }, objects: prepared.objects.namespace };
}

/** Harvester up to 1.6 writes the chosen node into VMI or VM before it asks for the migration, and leaves it there. */
function denialPins({ objects, ground }: Prepared, name: string): boolean {
  if (ground.kind === 'unknown' || ground.cluster.harvester?.release.deniedMigrationPinsVm !== true) return false;
  const vmi = objects.namespace.virtualMachineInstances.items.find((one) => one.metadata.name === name);
  return vmi !== undefined && hasTargetNode(vmi);
}

function hasTargetNode({ metadata, spec }: VirtualMachineInstance): boolean {
  return metadata.annotations.has(TARGET_NODE_ANNOTATION) || Object.hasOwn(spec.nodeSelector ?? {}, HOSTNAME_LABEL);
}

function describePod(
  facts: FactReader,
  pod: Pod,
  namespace: string,
  reading: ReadOptions,
): PodDescription | Promise<PodDescription> {
  const vmi = vmiNameOfPod(pod) ?? '';
  if (!isObjectName(vmi)) return POD_OF_NO_VMI;
  const known = facts.inMemory(namespace);
  if (known !== undefined) return known.pods.describe(pod);
  const gathered = facts.gather(namespace, { kind: 'launcher', vmi }, { ...reading, age: 'recent' });
  // What is read anew describes this one pod: nobody would find a description that is kept.
  return gathered.then(({ prepared }) => describedAnew(prepared, pod));
}
