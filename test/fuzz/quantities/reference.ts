/** An amount as a fraction, and the family of suffixes that it is printed in. */
export interface Amount {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly format: 'BinarySI' | 'DecimalSI' | 'DecimalExponent';
}

const NANO = 10n ** 9n;
const DECIMALS = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARIES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const LARGEST_BINARY = 2n ** 63n - 1n;

/** The characters of `text` from `start` on that are among `allowed`. */
function run(text: string, start: number, allowed: string): string {
  let end = start;
  while (end < text.length && allowed.includes(text.charAt(end))) end += 1;
  return text.slice(start, end);
}

/**
 * A second reading of Kubernetes quantities, by a walk over the characters and with fractions, as the comment of
 * resource.Quantity describes them: only for comparing. Undefined for what is no quantity.
 */
export function readReference(text: string): Amount | undefined {
  if (text === '' || text.length > 500) return undefined;
  const sign = text.startsWith('-') ? -1n : 1n;
  let at = '+-'.includes(text.charAt(0)) ? 1 : 0;
  const whole = run(text, at, '0123456789');
  at += whole.length;
  let fraction = '';
  if (text.charAt(at) === '.') {
    fraction = run(text, at + 1, '0123456789');
    at += 1 + fraction.length;
  }
  const unit = unitOf(text.slice(at));
  if (unit === undefined) return undefined;
  // Without digits it is 0 to the original's shorter way of reading, and an error to its longer one.
  if (whole + fraction === '' && (unit.divisor > NANO || (unit.factor >= 2n ** 50n && unit.format === 'BinarySI')))
    return undefined;
  const numerator = BigInt(`0${whole}${fraction}`) * unit.factor;
  const amount = roundedUp(numerator, 10n ** BigInt(fraction.length) * unit.divisor);
  return signed(sign, capped({ ...amount, format: unit.format }));
}

interface Unit {
  readonly factor: bigint;
  readonly divisor: bigint;
  readonly format: Amount['format'];
}

function unitOf(suffix: string): Unit | undefined {
  const decimal = DECIMALS.indexOf(suffix);
  if (decimal >= 0) return powerOfTen(3 * decimal - 9, 'DecimalSI');
  const binary = BINARIES.indexOf(suffix);
  if (binary > 0) return { factor: 1024n ** BigInt(binary), divisor: 1n, format: 'BinarySI' };
  if (!'eE'.includes(suffix.charAt(0))) return undefined;
  const sign = '+-'.includes(suffix.charAt(1)) ? suffix.charAt(1) : '';
  const digits = run(suffix, 1 + sign.length, '0123456789');
  if (digits === '' || 1 + sign.length + digits.length !== suffix.length) return undefined;
  const power = Number(`${sign}${digits}`);
  return Math.abs(power) > 400 ? undefined : powerOfTen(power, 'DecimalExponent');
}

function powerOfTen(power: number, format: Amount['format']): Unit {
  const size = 10n ** BigInt(Math.abs(power));
  return power < 0 ? { factor: 1n, divisor: size, format } : { factor: size, divisor: 1n, format };
}

/** To billionths, away from zero: who wants a little gets a little. */
function roundedUp(numerator: bigint, denominator: bigint): Pick<Amount, 'numerator' | 'denominator'> {
  const nanos = numerator * NANO;
  const isWhole = nanos % denominator === 0n;
  return { numerator: nanos / denominator + (isWhole ? 0n : 1n), denominator: NANO };
}

function capped(amount: Amount): Amount {
  const { numerator, denominator, format } = amount;
  if (format !== 'BinarySI') return amount;
  if (numerator > LARGEST_BINARY * denominator) return { ...amount, numerator: LARGEST_BINARY * denominator };
  return numerator > 0n && numerator < denominator ? { ...amount, format: 'DecimalSI' } : amount;
}

function signed(sign: bigint, amount: Amount): Amount {
  return { ...amount, numerator: sign * amount.numerator };
}

/** The longest suffix that leaves a whole number, found by trying all. */
export function printReference({ numerator, denominator, format }: Amount): string {
  if (numerator === 0n) return '0';
  const size = numerator < 0n ? -numerator : numerator;
  if (format === 'BinarySI' && numerator % denominator === 0n && size >= 1024n * denominator) {
    const power = BINARIES.findLastIndex((_, index) => numerator % (denominator * 1024n ** BigInt(index)) === 0n);
    return `${numerator / (denominator * 1024n ** BigInt(power))}${BINARIES[power]}`;
  }
  if (format === 'DecimalExponent') return printExponent(numerator, denominator);
  const power = DECIMALS.findLastIndex(
    (_, index) => (numerator * NANO) % (denominator * 1000n ** BigInt(index)) === 0n,
  );
  return `${(numerator * NANO) / (denominator * 1000n ** BigInt(power))}${DECIMALS[power]}`;
}

function printExponent(numerator: bigint, denominator: bigint): string {
  let power = 0;
  let mantissa = (numerator * NANO) / denominator;
  for (; mantissa % 1000n === 0n; mantissa /= 1000n) power += 3;
  return power === 9 ? `${mantissa}` : `${mantissa}e${power - 9}`;
}

export function nanosOf({ numerator, denominator }: Amount): bigint {
  return (numerator * NANO) / denominator;
}

/** Of two with the same denominator, as all are that have been read. */
export function addReference(left: Amount, right: Amount, sign: 1n | -1n): Amount {
  const format = left.numerator === 0n ? right.format : left.format;
  return { numerator: left.numerator + sign * right.numerator, denominator: left.denominator, format };
}
