/** The greatest number that still helps, by halving; good guesses are tried first. */
export function highest(
  { helps, fails }: { readonly helps: number; readonly fails: number },
  [guess, ...guesses]: readonly number[],
  helpsAt: (number: number) => boolean,
): number {
  if (fails - helps <= 1) return helps;
  const isWithin = guess !== undefined && helps < guess && guess < fails;
  const probe = isWithin ? guess : Math.floor((helps + fails) / 2);
  return highest(helpsAt(probe) ? { helps: probe, fails } : { helps, fails: probe }, guesses, helpsAt);
}
