import type { Quantity } from '../quantity/quantity.ts';

/** How many digits before each suffix Go still reads as an int64; of what has none of these, so many. */
const BINARY_DIGITS: Readonly<Record<string, number>> = { Ki: 11, Mi: 8, Gi: 5, Ti: 2, Pi: -1, Ei: -4 };
const DECIMAL_DIGITS = 18;

/**
 * Whether Go holds a stored amount as a decimal of any length instead of an integer: from 100Ti on, or with fractions of
 * more than 18 digits in all (resource.ParseQuantity, apimachinery v0.26 to v0.34).
 */
export function isLongDecimal(amount: Quantity): boolean {
  const [, digits = '', suffix = ''] = /^-?(\d+)(.*)/s.exec(amount.toString()) ?? [];
  return digits.length > (BINARY_DIGITS[suffix] ?? DECIMAL_DIGITS);
}
