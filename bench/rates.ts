import type { Effort } from './figure.ts';
import { type Compared, compare, measureInRounds } from './rounds.ts';

const ROUNDS = { full: 15, quick: 1 };
const ROUND_MILLISECONDS = { full: 120, quick: 30 };
const WARM_UP_MILLISECONDS = { full: 1000, quick: 30 };
/** Pieces of work between two looks at the time. */
const AT_A_TIME = 100;

export interface Contender {
  readonly what: string;
  readonly work: () => unknown;
  /** Pieces of work that one call does. */
  readonly pieces?: number;
}

/** How often in a second of processor time each subject does its work, beside the yardsticks. */
export async function compareRates(
  subjects: readonly Contender[],
  yardsticks: readonly Contender[],
  effort: Effort,
): Promise<readonly Compared[]> {
  const contenders = [...yardsticks, ...subjects];
  const during = (milliseconds: number) => contenders.map((contender) => () => rateOf(contender, milliseconds));
  await measureInRounds(during(WARM_UP_MILLISECONDS[effort]), 1);
  const rates = await measureInRounds(during(ROUND_MILLISECONDS[effort]), ROUNDS[effort]);
  const series = contenders.map(({ what }, index) => ({ what, values: rates[index] ?? [] }));
  return series.slice(yardsticks.length).map((subject) => compare(subject, series.slice(0, yardsticks.length)));
}

/** By processor time, so that what else the machine does takes nothing away. */
async function rateOf({ work, pieces = 1 }: Contender, milliseconds: number): Promise<number> {
  const start = cpuMilliseconds();
  let done = 0;
  let used = 0;
  while (used < milliseconds) {
    for (const before = done; done < before + AT_A_TIME; done += pieces) {
      const result = work();
      // A turn of microtasks only for work that is asynchronous.
      if (result instanceof Promise) await result;
    }
    used = cpuMilliseconds() - start;
  }
  return (done / used) * 1000;
}

/** Of all threads of this process: those that collect its garbage and optimise its code work for it too. */
export function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
