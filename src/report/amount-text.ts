import type { Quantity } from '../quantity/quantity.ts';

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;
const KIBI = 1024n;
const NANOS_PER_UNIT = 1_000_000_000n;
const MINUS = '\u2212';

/** An amount for people, by what its quota key counts. Never rounded to nothing: exact figures stand in the arithmetic. */
export function amountText(resource: string, amount: Quantity): string {
  const magnitude = amount.nanos < 0n ? -amount.nanos : amount.nanos;
  const sign = amount.nanos < 0n ? MINUS : '';
  return `${sign}${isBytes(resource) ? bytesText(magnitude) : plainText(magnitude)}`;
}

function isBytes(resource: string): boolean {
  return /(^|[.])(memory|ephemeral-storage|storage)$/.test(resource) || /(^|[.])hugepages-/.test(resource);
}

function bytesText(nanos: bigint): string {
  let unit = NANOS_PER_UNIT;
  let power = 0;
  while (power < BYTE_UNITS.length - 1 && nanos >= unit * KIBI) {
    unit *= KIBI;
    power += 1;
  }
  return `${decimalText(nanos, unit, power === 0 ? 0 : 2)} ${BYTE_UNITS[power]}`;
}

/** Cores and counts, to a thousandth. */
function plainText(nanos: bigint): string {
  return decimalText(nanos, NANOS_PER_UNIT, 3).replace(/[.]?0{1,3}$/, '');
}

function decimalText(nanos: bigint, unit: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const scaled = (nanos * scale + unit - 1n) / unit;
  const whole = grouped(scaled / scale);
  return digits === 0 ? whole : `${whole}.${String(scaled % scale).padStart(digits, '0')}`;
}

function grouped(whole: bigint): string {
  return whole.toLocaleString('en');
}

/** A share of a whole in percent. A shortage is never shown as 0 %. */
export function percentText(share: number): string {
  const percent = share * 100;
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  const rounded = percent < 0 ? Math.floor(percent * 10 ** digits) : Math.ceil(percent * 10 ** digits);
  return `${(rounded / 10 ** digits).toFixed(digits).replace('-', MINUS)} %`;
}

/** Kubernetes stores amounts beyond any float; nothing of that size is drawn to scale. */
const LARGEST_DRAWN = 1e200;

/** As a float, for drawing and sorting alone. */
export function asNumber(amount: Quantity): number {
  return Math.min(LARGEST_DRAWN, Math.max(-LARGEST_DRAWN, Number(amount.nanos) / 1e9));
}
