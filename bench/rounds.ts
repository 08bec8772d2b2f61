/** A figure over repeated rounds: the median and the middle half. */
export interface Spread {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export interface Measured {
  readonly what: string;
  readonly value: Spread;
  /** By the yardstick's value of the same round. */
  readonly ratio: Spread;
}

/**
 * Measures side by side: each round takes every contender once, so that a busy moment of the machine meets all of them
 * and the ratios of a round stand even where its figures do not. The result is parallel to the contenders.
 */
export async function measureInRounds<T>(
  contenders: readonly (() => T | Promise<T>)[],
  rounds: number,
): Promise<readonly (readonly T[])[]> {
  const results = contenders.map((): T[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, measure] of contenders.entries()) results[index]?.push(await measure());
  }
  return results;
}

/** Sums up rounds; the first row is the yardstick. */
export function compareRounds(whats: readonly string[], values: readonly (readonly number[])[]): readonly Measured[] {
  const [yardstick = []] = values;
  return whats.map((what, index) => {
    const own = values[index] ?? [];
    const ratios = own.map((value, round) => value / (yardstick[round] ?? Number.NaN));
    return { what, value: spreadOf(own), ratio: spreadOf(ratios) };
  });
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  return {
    median: quantile(sorted, 0.5),
    lowerQuartile: quantile(sorted, 0.25),
    upperQuartile: quantile(sorted, 0.75),
  };
}

export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
