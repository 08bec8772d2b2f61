/** A figure over repeated rounds: the median and the middle half. */
export interface Spread {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/** Something that was measured, and by what it stands beside others that were measured in the same rounds. */
export interface Compared {
  readonly what: string;
  readonly value: Spread;
  readonly beside: readonly { readonly what: string; readonly value: Spread; readonly ratio: Spread }[];
}

/** What came out of each round. */
export interface Series {
  readonly what: string;
  readonly values: readonly number[];
}

/**
 * Measures side by side: each round takes every contender once, so that a busy moment of the machine meets all of them
 * and the ratios of a round stand even where its figures do not. Every other round goes backwards, so that none always
 * runs in the wake of the same one. The result is parallel to the contenders.
 */
export async function measureInRounds<T>(
  contenders: readonly (() => T | Promise<T>)[],
  rounds: number,
): Promise<readonly (readonly T[])[]> {
  const results = contenders.map((): T[] => []);
  const order = [...contenders.entries()];
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, measure] of order) results[index]?.push(await measure());
    order.reverse();
  }
  return results;
}

/** Ratios are taken round by round: that of the medians would set a busy moment beside a quiet one. */
export function compare(subject: Series, yardsticks: readonly Series[]): Compared {
  return {
    what: subject.what,
    value: spreadOf(subject.values),
    beside: yardsticks.map(({ what, values }) => ({
      what,
      value: spreadOf(values),
      ratio: spreadOf(subject.values.map((value, round) => value / (values[round] ?? Number.NaN))),
    })),
  };
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  return {
    median: quantile(sorted, 0.5),
    lowerQuartile: quantile(sorted, 0.25),
    upperQuartile: quantile(sorted, 0.75),
  };
}

export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
