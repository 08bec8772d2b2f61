import type { NamespaceRoom } from './room.ts';
import { NO_STEP, PLAIN_STEPS, type Steps } from './room-steps.ts';

/** The ratios that Harvester accepts, in tenths. */
const LEAST_TENTHS = 10;
const GREATEST_TENTHS = 100;

export function ratioText(tenths: number): string {
  return (tenths / 10).toFixed(1);
}

/** The largest ratio found, or who is in the way even at 1.0. */
export type LargestRatio =
  | { readonly kind: 'found'; readonly ratio: string }
  | { readonly kind: 'none'; readonly namespace: string; readonly vmi: string };

/** A namespace that can be reckoned at any ratio. */
export interface RatioSubject {
  readonly namespace: string;
  readonly vms: readonly { readonly name: string }[];
  /** What fits as things are. */
  readonly today: readonly Steps[];
  /** In tenths, the ratio as it is: what fits today mostly fits at this one. */
  readonly likelyTenths: number;
  readonly roomAt: (tenths: number) => NamespaceRoom;
}

type Fits = (tenths: number) => boolean;

/**
 * The largest ratios, in tenths from 1.0 to 10.0, with which everything fits in every namespace that was looked at, and
 * with which at least everything does that fits today.
 *
 * A namespace that fits at the ratio found so far is looked at once; for one that does not, the ratio is lowered by halving.
 * Halving takes for granted that what fits at a ratio fits at lower ones, which holds where Harvester's formula for the
 * scale-up grows no faster than KubeVirt's for the pod. In the namespace that stops it, the ratio it ends with has been
 * reckoned and fits, and the next tenth has been reckoned and does not; in the others, this ratio or a larger one fits.
 */
export class RatioSearch {
  #keeping = GREATEST_TENTHS;
  #keepingBlock: LargestRatio | undefined;
  #all = GREATEST_TENTHS;
  #allBlock: LargestRatio | undefined;
  #vms = 0;
  #fitsSomething = false;

  look(subject: RatioSubject): void {
    this.#vms += subject.vms.length;
    if (subject.today.some((steps) => (steps & PLAIN_STEPS) !== NO_STEP)) this.#fitsSomething = true;
    const rooms = new Map<number, NamespaceRoom>();
    const roomAt = (tenths: number): NamespaceRoom => {
      const room = rooms.get(tenths) ?? subject.roomAt(tenths);
      rooms.set(tenths, room);
      return room;
    };
    const isLost = (steps: Steps, index: number): boolean => {
      const wanted = (subject.today[index] as Steps) & PLAIN_STEPS;
      return (steps & wanted) !== wanted;
    };
    const keeps: Fits = (tenths) => !roomAt(tenths).steps.some(isLost);
    const fitsAll: Fits = (tenths) => roomAt(tenths).steps.every(fitsWhole);
    if (this.#keepingBlock === undefined) {
      const found = largestUpTo(this.#keeping, subject.likelyTenths, keeps);
      if (found === undefined) this.#keepingBlock = blockOf(subject, roomAt(LEAST_TENTHS).steps.findIndex(isLost));
      else this.#keeping = found;
    }
    if (this.#allBlock === undefined) {
      const found = largestUpTo(Math.min(this.#all, this.#keeping), subject.likelyTenths, fitsAll);
      const blocking = (): number => roomAt(LEAST_TENTHS).steps.findIndex((steps) => !fitsWhole(steps));
      if (found === undefined) this.#allBlock = blockOf(subject, blocking());
      else this.#all = found;
    }
  }

  /** Everything that fits today still fits; undefined where nothing does. */
  get keeping(): LargestRatio | undefined {
    if (!this.#fitsSomething) return undefined;
    return this.#keepingBlock ?? { kind: 'found', ratio: ratioText(this.#keeping) };
  }

  /** Everything fits, what does not fit today as well; undefined where there is no VM. */
  get all(): LargestRatio | undefined {
    if (this.#vms === 0) return undefined;
    return this.#allBlock ?? { kind: 'found', ratio: ratioText(Math.min(this.#all, this.#keeping)) };
  }
}

function fitsWhole(steps: Steps): boolean {
  return (steps & PLAIN_STEPS) === PLAIN_STEPS;
}

function blockOf({ namespace, vms }: RatioSubject, index: number): LargestRatio {
  return { kind: 'none', namespace, vmi: vms[index]?.name ?? '' };
}

/** Undefined where not even 1.0 fits. */
function largestUpTo(most: number, likely: number, fits: Fits): number | undefined {
  if (fits(most)) return most;
  const isWithin = LEAST_TENTHS <= likely && likely < most;
  if (isWithin && fits(likely)) return halved(likely, most, fits);
  const bound = isWithin ? likely : most;
  return fits(LEAST_TENTHS) ? halved(LEAST_TENTHS, bound, fits) : undefined;
}

function halved(helps: number, fails: number, fits: Fits): number {
  if (fails - helps <= 1) return helps;
  const middle = Math.floor((helps + fails) / 2);
  return fits(middle) ? halved(middle, fails, fits) : halved(helps, middle, fits);
}
