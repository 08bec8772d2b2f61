import type { Arena, Contestant } from '../../../src/forecast/race/arena.ts';

const MARGIN = 128n * 1024n * 1024n * 1_000_000_000n;

/** One migration of a simulated cluster. */
interface Runner {
  readonly contestant: Contestant;
  isScaledUp: boolean;
  isRefused: boolean;
  isLookedAt: boolean;
  isAdmitted: boolean;
  isSourceGone: boolean;
  hasEnded: boolean;
}

export interface SimulatedRace {
  /** Who was admitted while nobody was allowed to end, and who when all had settled. */
  readonly whileHeld: readonly boolean[];
  readonly settled: readonly boolean[];
}

/**
 * Plays one race by the rules that were observed on a control plane, event by event, the next one chosen by `choose`
 * (a number from 0 to below its argument). Written without a look at how src/forecast/race walks through them.
 */
export function simulateRace(arena: Arena, choose: (among: number) => number): SimulatedRace {
  const cluster = new SimulatedCluster(arena);
  const run = (phase: 'held' | 'settling'): boolean[] => {
    for (let events = cluster.events(phase); events.length > 0; events = cluster.events(phase)) {
      events[choose(events.length)]?.();
    }
    return cluster.runners.map(({ isAdmitted }) => isAdmitted);
  };
  return { whileHeld: run('held'), settled: run('settling') };
}

/** The same where the asked migrations queue for the arena's `mostRunning` places; who was admitted in the end. */
export function simulateQueue(arena: Arena, choose: (among: number) => number): readonly boolean[] {
  const cluster = new SimulatedCluster(arena);
  for (let events = cluster.queueEvents(); events.length > 0; events = cluster.queueEvents()) {
    events[choose(events.length)]?.();
  }
  return cluster.runners.map(({ isAdmitted }) => isAdmitted);
}

class SimulatedCluster {
  readonly runners: readonly Runner[];
  readonly #arena: Arena;
  #used: bigint[];
  #hard: bigint[];
  #compensation: bigint;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#used = arena.keys.map(({ used }) => used);
    this.#hard = arena.keys.map(({ hard }) => hard);
    this.#compensation = arena.compensation;
    this.runners = arena.contestants.map((contestant) => {
      const { start } = contestant;
      const isScaledUp = start === 'pending' || start === 'running';
      if (isScaledUp) this.#addToHard(contestant.scaleUps);
      return {
        contestant,
        isScaledUp,
        isRefused: start === 'pending',
        isLookedAt: false,
        isAdmitted: start === 'running' || start === 'lingering',
        isSourceGone: false,
        hasEnded: start === 'lingering',
      };
    });
  }

  events(phase: 'held' | 'settling'): (() => void)[] {
    return this.runners.flatMap((runner) => [
      ...this.#admission(runner),
      ...(phase === 'held' ? this.#harvesterEvents(runner) : this.#endings(runner)),
    ]);
  }

  queueEvents(): (() => void)[] {
    return this.runners.flatMap((runner) => [...this.#waiting(runner), ...this.#endings(runner)]);
  }

  /** What happens to one that is not admitted: a place is needed to be tried, and a refusal to be looked at. */
  #waiting(runner: Runner): (() => void)[] {
    if (runner.isAdmitted) return [];
    const events: (() => void)[] = [];
    const scaleUp = (): void => {
      if (!runner.isScaledUp) this.#addToHard(runner.contestant.scaleUps);
      runner.isScaledUp = true;
    };
    if (!runner.isScaledUp) events.push(scaleUp);
    if (this.#hasPlace(runner)) {
      const admissions = this.#admission(runner);
      for (const admit of admissions) {
        events.push(() => {
          scaleUp();
          admit();
        });
      }
      const refuse = (): void => {
        runner.isRefused = true;
      };
      if (admissions.length === 0 && !runner.isRefused) events.push(refuse);
    }
    if (runner.isScaledUp && runner.isRefused) events.push(...this.#harvesterEvents(runner));
    return events;
  }

  #hasPlace({ contestant }: Runner): boolean {
    const running = this.runners.filter((one) => one.contestant.queues && one.isAdmitted && !one.hasEnded);
    // One whose source pod is gone has ended, whatever Harvester has done about it.
    const places = running.filter(({ isSourceGone }) => !isSourceGone).length;
    return contestant.queues !== true || places < (this.#arena.mostRunning ?? 0);
  }

  /** virt-controller tries again and again. */
  #admission(runner: Runner): (() => void)[] {
    const { needs } = runner.contestant;
    const fits = needs.every((need, key) => need === 0n || this.#usedOf(key) + need <= this.#hardOf(key));
    if (runner.isAdmitted || !fits) return [];
    return [
      () => {
        runner.isAdmitted = true;
        this.#used = this.#used.map((amount, key) => amount + (needs[key] as bigint));
      },
    ];
  }

  #harvesterEvents(runner: Runner): (() => void)[] {
    if (!runner.isScaledUp && !runner.hasEnded) {
      return [
        () => {
          runner.isScaledUp = true;
          this.#addToHard(runner.contestant.scaleUps);
        },
      ];
    }
    if (runner.isAdmitted || runner.isLookedAt) return [];
    const look = () => {
      runner.isLookedAt = true;
      this.#compensate(runner.contestant);
    };
    const passOver = () => {
      runner.isLookedAt = true;
    };
    // A migration that was pending before may have been looked at before.
    return runner.contestant.start === 'pending' ? [look, passOver] : [look];
  }

  #compensate({ compensationNeed }: Contestant): void {
    const key = this.#arena.compensatedKey;
    if (key === undefined || compensationNeed === undefined) return;
    const missing = this.#usedOf(key) + compensationNeed - this.#hardOf(key);
    if (missing > 0n) this.#compensation = missing + MARGIN;
  }

  #endings(runner: Runner): (() => void)[] {
    if (!runner.isAdmitted) return [];
    const endings: (() => void)[] = [];
    if (!runner.isSourceGone) {
      endings.push(() => {
        runner.isSourceGone = true;
        this.#used = this.#used.map((amount, key) => amount - (runner.contestant.sources[key] as bigint));
      });
    }
    if (!runner.hasEnded) endings.push(() => this.#scaleDown(runner));
    return endings;
  }

  #scaleDown(runner: Runner): void {
    runner.hasEnded = true;
    const { scaleUps } = runner.contestant;
    this.#addToHard(scaleUps.map((amount) => -amount));
    // Harvester deletes the compensation with the first scale-up that goes, whoever it was for.
    if (scaleUps.some((amount) => amount > 0n)) this.#compensation = 0n;
  }

  #addToHard(amounts: readonly bigint[]): void {
    this.#hard = this.#hard.map((amount, key) => amount + (amounts[key] as bigint));
  }

  #usedOf(key: number): bigint {
    return this.#used[key] as bigint;
  }

  #hardOf(key: number): bigint {
    return (this.#hard[key] as bigint) + (key === this.#arena.compensatedKey ? this.#compensation : 0n);
  }
}
