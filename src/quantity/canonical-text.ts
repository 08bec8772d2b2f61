import type { QuantityFormat } from './grammar.ts';

const NANOS_PER_UNIT = 1_000_000_000n;
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;

/**
 * The canonical text of an amount in billionths: the largest suffix that leaves a whole number. Binary amounts below
 * 1024 or with a fraction print in the decimal family (Quantity.CanonicalizeBytes, apimachinery v0.34).
 */
export function canonicalText(nanos: bigint, format: QuantityFormat): string {
  if (nanos === 0n) return '0';
  if (format === 'BinarySI') {
    const units = nanos / NANOS_PER_UNIT;
    if (units * NANOS_PER_UNIT === nanos && (units >= 1024n || units <= -1024n)) return binaryText(units);
  }
  return decimalText(nanos, format === 'DecimalExponent');
}

function binaryText(units: bigint): string {
  let mantissa = units;
  let power = 0;
  while (power < BINARY_SUFFIXES.length - 1 && mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    power += 1;
  }
  return `${mantissa}${BINARY_SUFFIXES[power]}`;
}

/** Trailing zeros of the text are counted because ten divisions of a bigint take three times as long. */
function decimalText(nanos: bigint, asExponent: boolean): string {
  const digits = String(nanos);
  let zeros = 0;
  while (digits[digits.length - 1 - zeros] === '0') zeros += 1;
  const most = asExponent ? Number.POSITIVE_INFINITY : DECIMAL_SUFFIXES.length - 1;
  const thousands = Math.min(Math.floor(zeros / 3), most);
  const mantissa = digits.slice(0, digits.length - thousands * 3);
  if (!asExponent) return `${mantissa}${DECIMAL_SUFFIXES[thousands]}`;
  const exponent = thousands * 3 - 9;
  return exponent === 0 ? mantissa : `${mantissa}e${exponent}`;
}
