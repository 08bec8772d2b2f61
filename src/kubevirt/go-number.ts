import type { Quantity } from '../quantity/quantity.ts';

const DIGITS = '\\d+(?:_\\d+)*';
const HEX = '[\\da-f]+(?:_[\\da-f]+)*';
const DECIMAL_FLOAT = new RegExp(`^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?$`, 'i');
const HEX_FLOAT = new RegExp(`^([+-]?)0x(?:(_?${HEX})(?:\\.(${HEX})?)?|\\.(${HEX}))p([+-]?${DIGITS})$`, 'i');
const INFINITY = /^([+-]?)inf(?:inity)?$/i;

const NANOS_PER_UNIT = 1_000_000_000n;
const LEAST_INT64 = -(2n ** 63n);
const SIGNIFICANT_BITS = 64;
/** Beyond this every value is 0 or out of range, whatever its digits. */
const MOST_EXPONENT = 1_000_000;

/**
 * Go's strconv.ParseFloat(text, 64), undefined where it returns an error. Unlike Number() it takes `inf`, `nan`, hex
 * floats and underscores between digits, and refuses spaces, the empty text, and what overflows.
 */
export function parseGoFloat(text: string): number | undefined {
  const value = DECIMAL_FLOAT.test(text) ? Number(text.replaceAll('_', '')) : readHexFloat(text);
  if (Number.isFinite(value)) return value;
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinity = INFINITY.exec(text);
  if (infinity === null) return undefined;
  return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function readHexFloat(text: string): number {
  const match = HEX_FLOAT.exec(text);
  if (match === null) return Number.NaN;
  const [, sign, whole = '', fraction = match[4] ?? '', , exponent = '0'] = match;
  const fractionDigits = fraction.replaceAll('_', '');
  const mantissa = BigInt(`0x${whole.replaceAll('_', '')}${fractionDigits}`);
  const power = Number(exponent.replaceAll('_', '')) - 4 * fractionDigits.length;
  const magnitude = scaled(mantissa, Math.max(-MOST_EXPONENT, Math.min(MOST_EXPONENT, power)));
  return sign === '-' ? -magnitude : magnitude;
}

/** mantissa x 2^power, rounded once: what is cut off beyond 64 bits only says that the rest is not zero. */
function scaled(mantissa: bigint, power: number): number {
  if (mantissa === 0n) return 0;
  const excess = Math.max(0, mantissa.toString(2).length - SIGNIFICANT_BITS);
  const kept = mantissa >> BigInt(excess);
  const sticky = kept << BigInt(excess) === mantissa ? 0n : 1n;
  const exponent = power + excess;
  // In two steps, because 2^exponent alone may be out of range where the product is not.
  const half = Math.trunc(exponent / 2);
  return Number(kept | sticky) * 2 ** half * 2 ** (exponent - half);
}

/** Go's int64(value) on amd64: truncated, and the least integer for NaN, the infinities and whatever does not fit. */
export function truncateToInt64(value: number): bigint {
  return value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : LEAST_INT64;
}

/**
 * Quantity.Value() as the int64 it is: beyond that range, which only an absurd ratio reaches, it rounds up and wraps.
 */
export function int64Value(quantity: Quantity): bigint {
  const value = quantity.value();
  if (value === BigInt.asIntN(64, value)) return value;
  const units = quantity.nanos / NANOS_PER_UNIT;
  const isRoundedDown = quantity.nanos > units * NANOS_PER_UNIT;
  return BigInt.asIntN(64, isRoundedDown ? units + 1n : units);
}

/** strconv.Atoi, of which only "would it fail" is asked. */
export function isGoInteger(text: string): boolean {
  if (!/^[+-]?\d{1,100}$/.test(text)) return false;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= LEAST_INT64 && value < -LEAST_INT64;
}
