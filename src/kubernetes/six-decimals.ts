const DECIMALS = 6;
/** More than any float that ends exactly half-way between two sixth decimals has. */
const EXACT_DECIMALS = 60;

/** A positive float as Go's `%f` prints it: half-way cases go to the even digit, which `toFixed` sends upward. */
export function sixDecimals(value: number): string {
  const rounded = value.toFixed(DECIMALS);
  const exact = value.toFixed(EXACT_DECIMALS);
  const kept = exact.length - EXACT_DECIMALS + DECIMALS;
  const isHalfWay = /^50*$/.test(exact.slice(kept));
  const isEven = Number(exact[kept - 1]) % 2 === 0;
  return isHalfWay && isEven ? exact.slice(0, kept) : rounded;
}
