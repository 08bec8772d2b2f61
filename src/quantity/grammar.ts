/** The suffix family of a quantity: `Ki Mi …`, `n u m k M …`, or `e3`. */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

/** A text that is no Kubernetes quantity. The message quotes it and says what was expected. */
export class QuantityError extends Error {
  readonly text: string;

  constructor(text: string) {
    super(`expected a Kubernetes quantity such as 5000Mi, 1500m or 1e3, got ${JSON.stringify(text.slice(0, 60))}`);
    this.name = 'QuantityError';
    this.text = text;
  }
}

const NANO_DIGITS = 9;
/** Kubernetes takes any exponent and then computes for minutes; nothing real is beyond 1e30. */
const MAX_EXPONENT = 400;
const MAX_LENGTH = 500;
const MAX_BINARY_NANOS = (2n ** 63n - 1n) * 1_000_000_000n;

const SUFFIXES: ReadonlyMap<string, { binaryPower?: bigint; decimalPower?: number }> = new Map([
  ['', { decimalPower: 0 }],
  ['n', { decimalPower: -9 }],
  ['u', { decimalPower: -6 }],
  ['m', { decimalPower: -3 }],
  ['k', { decimalPower: 3 }],
  ['M', { decimalPower: 6 }],
  ['G', { decimalPower: 9 }],
  ['T', { decimalPower: 12 }],
  ['P', { decimalPower: 15 }],
  ['E', { decimalPower: 18 }],
  ['Ki', { binaryPower: 10n }],
  ['Mi', { binaryPower: 20n }],
  ['Gi', { binaryPower: 30n }],
  ['Ti', { binaryPower: 40n }],
  ['Pi', { binaryPower: 50n }],
  ['Ei', { binaryPower: 60n }],
]);

/** Each character can be taken by one part alone, so that no text makes it look twice. */
const NUMBER = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:([a-zA-Z]+)([+-]?[0-9]*))?$/;

/** Without any digit Kubernetes reads 0, but not where these make it take its longer way of reading. */
const NEEDS_DIGITS = /(?:[PE]i|[eE]-0*[1-9][0-9]+)$/;

interface ReadAmount {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/**
 * Reads one quantity as resource.ParseQuantity (apimachinery v0.34) does: at most nano precision, smaller fractions
 * rounded away from zero, binary values capped at 2^63-1. Like it, takes `.5`, `1.`, `+` and `.`, and refuses `` and `.Ei`.
 */
export function readQuantity(text: string): ReadAmount {
  const match = text.length > 0 && text.length <= MAX_LENGTH ? NUMBER.exec(text) : null;
  if (match === null) throw new QuantityError(text);
  const [, sign, whole = '', fraction = '', suffix = '', exponent = ''] = match;
  if (whole === '' && fraction === '' && NEEDS_DIGITS.test(text)) throw new QuantityError(text);
  const digits = { digits: BigInt(`${whole}${fraction}` || '0'), fractionLength: fraction.length };
  const magnitude =
    exponent === '' ? suffixed(text, digits, suffix) : withExponent(text, digits, `${suffix}${exponent}`);
  return sign === '-' ? { nanos: -magnitude.nanos, format: magnitude.format } : magnitude;
}

interface Digits {
  readonly digits: bigint;
  readonly fractionLength: number;
}

function withExponent(text: string, { digits, fractionLength }: Digits, exponent: string): ReadAmount {
  const power = readExponent(text, exponent);
  return { nanos: decimalNanos(digits, power - fractionLength), format: 'DecimalExponent' };
}

function suffixed(text: string, { digits, fractionLength }: Digits, suffix: string): ReadAmount {
  const unit = SUFFIXES.get(suffix);
  if (unit === undefined) throw new QuantityError(text);
  if (unit.binaryPower !== undefined) return binaryAmount(digits << unit.binaryPower, fractionLength);
  return { nanos: decimalNanos(digits, (unit.decimalPower ?? 0) - fractionLength), format: 'DecimalSI' };
}

const EXPONENT = /^[eE][+-]?[0-9]+$/;

function readExponent(text: string, exponent: string): number {
  const power = EXPONENT.test(exponent) ? Number(exponent.slice(1)) : Number.NaN;
  if (!(Math.abs(power) <= MAX_EXPONENT)) throw new QuantityError(text);
  return power;
}

/** Those that real amounts need, made once: a power of bigints costs as much as all the rest of reading an amount. */
const POWERS_OF_TEN = Array.from({ length: 32 }, (_, exponent) => 10n ** BigInt(exponent));

function powerOfTen(exponent: number): bigint {
  return POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);
}

function decimalNanos(digits: bigint, power: number): bigint {
  const shift = power + NANO_DIGITS;
  return shift >= 0 ? digits * powerOfTen(shift) : roundedUp(digits, powerOfTen(-shift));
}

function binaryAmount(digits: bigint, fractionLength: number): ReadAmount {
  const nanos = decimalNanos(digits, -fractionLength);
  if (nanos > MAX_BINARY_NANOS) return { nanos: MAX_BINARY_NANOS, format: 'BinarySI' };
  // Less than one unit cannot be said in powers of 1024, so Kubernetes changes the family here.
  return { nanos, format: nanos > 0n && nanos < 1_000_000_000n ? 'DecimalSI' : 'BinarySI' };
}

function roundedUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
