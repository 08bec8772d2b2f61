import type { Verdict } from '../forecast/forecast.ts';

export const EXIT_FINE = 0;
/** An error, or a command line that is not understood. */
export const EXIT_ERROR = 1;
const EXIT_EXCEEDS = 2;
export const EXIT_UNKNOWN = 3;

export type VerdictCounts = Readonly<Record<Verdict, number>>;

export function countVerdicts(verdicts: Iterable<Verdict>): VerdictCounts {
  const counts = { fits: 0, waits: 0, exceeds: 0, unknown: 0 };
  for (const verdict of verdicts) counts[verdict] += 1;
  return counts;
}

/** Something that exceeds weighs more than something unknown. */
export function exitCodeOf({ exceeds, unknown }: VerdictCounts): number {
  if (exceeds > 0) return EXIT_EXCEEDS;
  return unknown > 0 ? EXIT_UNKNOWN : EXIT_FINE;
}
