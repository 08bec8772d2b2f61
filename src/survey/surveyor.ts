import type { Cluster, ClusterObjects, ReadOptions } from '../forecast/cluster-objects.ts';
import { prepare } from '../forecast/forecast-migrations.ts';
import { unreadableIn } from '../forecast/unreadable.ts';
import { runningVms } from '../forecast/vm-names.ts';
import { type SurveyBounds, withLeastRoom } from './least-room.ts';
import { surveyNamespace } from './namespace-survey.ts';
import type { NamespaceSurvey, Survey, SurveyListener, SurveySource } from './survey.ts';

const BOUNDS: SurveyBounds = { mostNamespaces: 500, mostRooms: 1000 };

/** Replicas that were started together do not read together. */
const FIRST_WITHIN_SECONDS = 30;
/** Of the interval, by chance. */
const SPREAD = 0.1;
/** For the lists of the whole cluster, and for each namespace. */
const READ_SECONDS = 30;
/** Of an API server that answers about so many namespaces in a row too late, or not at all, no more is asked. */
const MOST_UNREAD_IN_A_ROW = 10;
/** After so many surveys in a row that could not be made, what the last one found is given up. */
const MOST_FAILED_IN_A_ROW = 3;
/** After so long decisions have their turn. Before, a namespace is prepared in one piece: of 2,000 VMs in 50 to 90 ms. */
const WORK_MILLISECONDS = 10;
/** Between two namespaces at most: as long as the last one took, so that whoever is read from has half of the time for others. */
const LONGEST_REST_MILLISECONDS = 1000;

export interface SurveyedCluster extends Pick<Cluster, 'clusterObjects' | 'namespaceObjects'> {
  /** Those that hold both a ResourceQuota and a VirtualMachineInstance. Throws where that cannot be read. */
  namespacesWithQuotaAndVms(options?: ReadOptions): Promise<readonly string[]>;
}

export interface SurveyTimers {
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly date: () => Date;
  /** Rejects when the signal says so. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
  readonly timeLimit: (milliseconds: number) => AbortSignal;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface SurveyOptions extends SurveyTimers, Partial<SurveyBounds> {
  /** Above 0. */
  readonly intervalSeconds: number;
  /** Told once a survey why something could not be read. */
  readonly reportUnread: (why: string) => void;
  readonly reportBug: (error: unknown) => void;
}

/** Surveys the cluster again and again: one namespace after the other, and never two surveys at once. */
export function startSurveys(cluster: SurveyedCluster, options: SurveyOptions): SurveySource {
  const { intervalSeconds, pause, random } = options;
  const repeat = async (listener: SurveyListener, signal: AbortSignal): Promise<void> => {
    await pause(random() * Math.min(intervalSeconds, FIRST_WITHIN_SECONDS) * 1000, signal);
    const tell = newsFor(listener, options);
    while (!signal.aborted) {
      const survey = await surveyed(cluster, options, signal);
      if (signal.aborted) return;
      tell(survey);
      await pause(intervalSeconds * (1 + SPREAD * (2 * random() - 1)) * 1000, signal);
    }
  };
  return {
    start: (listener, signal) => {
      repeat(listener, signal).catch((error) => {
        if (!signal.aborted) options.reportBug(error);
      });
    },
  };
}

/** Told of each survey, or that there was none. A fault of whoever listens does not end the surveys. */
function newsFor(listener: SurveyListener, { reportBug }: SurveyOptions): (survey: Survey | undefined) => void {
  let failedInARow = 0;
  return (survey) => {
    failedInARow = survey === undefined ? failedInARow + 1 : 0;
    try {
      if (survey !== undefined) listener.onSurvey(survey);
      else if (failedInARow === MOST_FAILED_IN_A_ROW) listener.onLost();
    } catch (error) {
      reportBug(error);
    }
  };
}

/** Undefined where the cluster itself cannot be read, or we are at fault: of that nothing can be said. */
async function surveyed(
  cluster: SurveyedCluster,
  options: SurveyOptions,
  signal: AbortSignal,
): Promise<Survey | undefined> {
  try {
    const startedAt = options.now();
    const limited = { signal: AbortSignal.any([signal, options.timeLimit(READ_SECONDS * 1000)]) };
    const names = await cluster.namespacesWithQuotaAndVms(limited);
    const objects = await cluster.clusterObjects({ ...limited, age: 'recent' });
    const unreadable = unreadableIn(objects);
    if (unreadable !== undefined) throw new Error(unreadable);
    const { surveys, unread } = await new Walk(cluster, objects, options).through(names, signal);
    const namespaces = withLeastRoom(surveys, { ...BOUNDS, ...options });
    return {
      at: options.date(),
      seconds: (options.now() - startedAt) / 1000,
      namespaces,
      leftOut: surveys.length - namespaces.length,
      unread,
    };
  } catch (error) {
    if (!signal.aborted) options.reportUnread(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** One way through all namespaces. */
class Walk {
  readonly #cluster: SurveyedCluster;
  readonly #objects: ClusterObjects;
  readonly #options: SurveyOptions;
  readonly #surveys: NamespaceSurvey[] = [];
  readonly #unread: string[] = [];
  #unreadInARow = 0;

  constructor(cluster: SurveyedCluster, objects: ClusterObjects, options: SurveyOptions) {
    this.#cluster = cluster;
    this.#objects = objects;
    this.#options = options;
  }

  async through(names: readonly string[], signal: AbortSignal) {
    const { now, pause } = this.#options;
    for (const name of names) {
      signal.throwIfAborted();
      const startedAt = now();
      await this.#take(name, signal);
      if (this.#unreadInARow === MOST_UNREAD_IN_A_ROW) throw new Error('given up: the API server answers no more');
      await pause(Math.min(now() - startedAt, LONGEST_REST_MILLISECONDS), signal);
    }
    return { surveys: this.#surveys, unread: this.#unread };
  }

  async #take(name: string, signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.any([signal, this.#options.timeLimit(READ_SECONDS * 1000)]);
    try {
      const namespace = await this.#cluster.namespaceObjects(name, { kind: 'running' }, { signal: limit });
      const unreadable = unreadableIn(namespace);
      if (unreadable !== undefined) return this.#leave(name, unreadable);
      this.#unreadInARow = 0;
      if (runningVms(namespace).length === 0) return;
      const survey = await this.#inTurns(surveyNamespace(prepare({ cluster: this.#objects, namespace })), signal);
      this.#surveys.push(survey);
    } catch (error) {
      signal.throwIfAborted();
      this.#unread.push(name);
      this.#options.reportBug(error);
    }
  }

  #leave(name: string, why: string): void {
    if (this.#unread.length === 0) this.#options.reportUnread(why);
    this.#unread.push(name);
    this.#unreadInARow += 1;
  }

  /** Decisions that came meanwhile are made in between. */
  async #inTurns<T>(steps: Generator<undefined, T, undefined>, signal: AbortSignal): Promise<T> {
    const { now, pause } = this.#options;
    let since = now();
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      if (now() - since < WORK_MILLISECONDS) continue;
      await pause(0, signal);
      since = now();
    }
  }
}
