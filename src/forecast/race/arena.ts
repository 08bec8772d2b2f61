/** One quota key that somebody in the set is charged for. Amounts are nanos of the key's unit, so that sums are exact. */
export interface ArenaKey {
  readonly quota: string;
  readonly resource: string;
  /** What is used before any of the contestants' outstanding pods is created. */
  readonly used: bigint;
  /** The hard limit without the contestants' own scale-ups and without compensation. */
  readonly hard: bigint;
}

/** Where a migration stands when the race begins. */
export type StartState =
  /** Asked for now: nothing has happened yet. */
  | 'asked'
  /** Under way and refused so far: its scale-up is in the quota, its target pod is not. */
  | 'pending'
  /** Under way: its target pod is counted and its scale-up is in the quota. */
  | 'running'
  /** Over, its scale-up is gone, its source pod still counts. */
  | 'lingering';

/** One migration that competes for the room of a namespace. Lists run parallel to `Arena.keys`. */
export interface Contestant {
  readonly start: StartState;
  /** What the target pod (and its attachment pod) is charged; 0 where a key does not concern it. */
  readonly needs: readonly bigint[];
  /** What Harvester adds to the key while the migration is under way. */
  readonly scaleUps: readonly bigint[];
  /** What the source pod frees when the migration has settled. */
  readonly sources: readonly bigint[];
  /** What Harvester reckons for compensation (memory limit + overhead); undefined where it never compensates. */
  readonly compensationNeed: bigint | undefined;
  /** Whether it waits for one of the arena's `mostRunning` places; without it, it takes none of them. */
  readonly queues?: boolean;
}

export interface Arena {
  readonly keys: readonly ArenaKey[];
  readonly contestants: readonly Contestant[];
  /** Index of the one key that Harvester 1.9 compensates; undefined where nothing is compensated. */
  readonly compensatedKey: number | undefined;
  /** Compensation that the quota carries already, in nanos. */
  readonly compensation: bigint;
  /** How many of those that queue KubeVirt lets run at a time; absent where nobody has to. */
  readonly mostRunning?: number;
}

/** The sums that admission compares, at one moment of the race. */
export interface Moment {
  readonly used: readonly bigint[];
  readonly hard: readonly bigint[];
  readonly compensation: bigint;
}

/** What can happen to one contestant over every order of the race. */
export interface Outcome {
  /** Admitted while every admitted migration is still running: in every order, and in at least one. */
  readonly fitsAlways: boolean;
  readonly fitsPossibly: boolean;
  /** Admitted at the latest once the others have settled: in every order, and in at least one. */
  readonly settlesAlways: boolean;
  readonly settlesPossibly: boolean;
  /** The sums of the worst end that was found: those of the last refusal, or those at the admission of one that fits. */
  readonly worst: Moment;
  /** Whether some admission of it was only possible thanks to compensation. */
  readonly compensated: boolean;
}

/** The API server's comparison, for every key that the pod uses: `used + need <= hard`. */
export function fitsAt(moment: Moment, needs: readonly bigint[]): boolean {
  for (let key = 0; key < needs.length; key += 1) {
    const need = needs[key] as bigint;
    if (need > 0n && (moment.used[key] as bigint) + need > (moment.hard[key] as bigint)) return false;
  }
  return true;
}
