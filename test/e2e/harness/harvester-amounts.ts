/** Powers of ten of the unit that amounts are reckoned in here: billionths, the finest that Kubernetes keeps. */
const DECIMAL: Readonly<Record<string, number>> = {
  n: 0,
  u: 3,
  m: 6,
  '': 9,
  k: 12,
  M: 15,
  G: 18,
  T: 21,
  P: 24,
  E: 27,
};
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const ONE = 10n ** 9n;
const THOUSANDTH = 10n ** 6n;
const AMOUNT = /^(\d+)(?:\.(\d*))?(n|u|m|k|[MGTPE]|[KMGTPE]i)?$/;

/** An amount in billionths, rounded up. Written for the tests' Harvester alone, so that nothing is shared with what is tested. */
export function billionthsOf(text: string): bigint {
  const [, whole = '', fraction = '', suffix = ''] = AMOUNT.exec(text) ?? [];
  if (whole === '') throw new Error(`${text} is not an amount that this Harvester can read`);
  const unit = BINARY.includes(suffix)
    ? ONE * 1024n ** BigInt(BINARY.indexOf(suffix) + 1)
    : 10n ** BigInt(DECIMAL[suffix] ?? 9);
  const scale = 10n ** BigInt(fraction.length);
  return ceilDivided(BigInt(`${whole}${fraction}`) * unit, scale);
}

/** In whole units where it is whole, else in thousandths. */
export function amountText(billionths: bigint): string {
  if (billionths % ONE === 0n) return `${billionths / ONE}`;
  return `${ceilDivided(billionths, THOUSANDTH)}m`;
}

/** Of an amount of memory. */
export function bytesOf(text: string): bigint {
  return ceilDivided(billionthsOf(text), ONE);
}

function ceilDivided(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
