import { canonicalText } from './canonical-text.ts';
import { type QuantityFormat, readQuantity } from './grammar.ts';

export type { QuantityFormat } from './grammar.ts';
export { QuantityError } from './grammar.ts';

const NANOS_PER_UNIT = 1_000_000_000n;
const NANOS_PER_MILLI = 1_000_000n;
/** Clusters say the same few amounts over and over: every launcher pod `1` for each of its devices, twice. */
const MOST_KNOWN = 1000;

/**
 * An exact Kubernetes amount: bytes, cores, or a count, held in billionths of its unit.
 *
 * Floats lose bytes and plain integers lose `62500u`; the only doors are `parse`, `of` and the methods, so a sum can
 * neither overflow nor round. The format is the suffix family that printing uses; comparisons never look at it.
 * Follows k8s.io/apimachinery v0.34 pkg/api/resource.Quantity.
 */
export class Quantity {
  static readonly zero = new Quantity(0n, 'DecimalSI');

  static readonly #known = new Map<string, Quantity>();

  readonly nanos: bigint;
  readonly format: QuantityFormat;

  private constructor(nanos: bigint, format: QuantityFormat) {
    this.nanos = nanos;
    this.format = format;
  }

  /** Reads `5000Mi`, `2015m`, `1e3`, …; throws QuantityError, which quotes the text and names what was expected. */
  static parse(text: string): Quantity {
    const known = Quantity.#known.get(text);
    if (known !== undefined) return known;
    const { nanos, format } = readQuantity(text);
    const read = new Quantity(nanos, format);
    if (Quantity.#known.size < MOST_KNOWN) Quantity.#known.set(text, read);
    return read;
  }

  /** A whole number of units: bytes for memory, cores for cpu. */
  static of(units: bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(units * NANOS_PER_UNIT, format);
  }

  static ofMilli(milli: bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(milli * NANOS_PER_MILLI, format);
  }

  /** Billionths of a unit: for amounts that were taken apart for a comparison and are to be shown again. */
  static ofNanos(nanos: bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(nanos, format);
  }

  static sum(quantities: Iterable<Quantity>): Quantity {
    let total = Quantity.zero;
    for (const quantity of quantities) total = total.add(quantity);
    return total;
  }

  /** The sum; it prints in the left operand's family, or the right one's when the left is zero (Quantity.Add). */
  add(other: Quantity): Quantity {
    return new Quantity(this.nanos + other.nanos, this.nanos === 0n ? other.format : this.format);
  }

  /** The difference, which may be negative; the family is chosen as for `add` (Quantity.Sub). */
  subtract(other: Quantity): Quantity {
    return new Quantity(this.nanos - other.nanos, this.nanos === 0n ? other.format : this.format);
  }

  times(factor: bigint): Quantity {
    return new Quantity(this.nanos * factor, this.format);
  }

  compare(other: Quantity): -1 | 0 | 1 {
    if (this.nanos === other.nanos) return 0;
    return this.nanos < other.nanos ? -1 : 1;
  }

  equals(other: Quantity): boolean {
    return this.nanos === other.nanos;
  }

  exceeds(other: Quantity): boolean {
    return this.nanos > other.nanos;
  }

  max(other: Quantity): Quantity {
    return other.nanos > this.nanos ? other : this;
  }

  isZero(): boolean {
    return this.nanos === 0n;
  }

  isPositive(): boolean {
    return this.nanos > 0n;
  }

  isNegative(): boolean {
    return this.nanos < 0n;
  }

  /** Whole units, fractions rounded away from zero (Quantity.Value). */
  value(): bigint {
    return this.dividedAwayFromZero(NANOS_PER_UNIT);
  }

  /** Thousandths, smaller fractions rounded away from zero (Quantity.MilliValue). */
  milliValue(): bigint {
    return this.dividedAwayFromZero(NANOS_PER_MILLI);
  }

  /** Thousands of units, rounded away from zero (Quantity.ScaledValue(resource.Kilo)). */
  kiloValue(): bigint {
    return this.dividedAwayFromZero(NANOS_PER_UNIT * 1000n);
  }

  /** The canonical form that the API server stores and prints. */
  toString(): string {
    return canonicalText(this.nanos, this.format);
  }

  toJSON(): string {
    return this.toString();
  }

  private dividedAwayFromZero(divisor: bigint): bigint {
    const quotient = this.nanos / divisor;
    if (quotient * divisor === this.nanos) return quotient;
    return this.nanos > 0n ? quotient + 1n : quotient - 1n;
  }
}
