import type { RenderRequest } from './render-request.ts';
import { launcherOverhead } from './reported-overhead.ts';

/** What decides about an overhead but for the ratio. */
export type OverheadBasis = Pick<RenderRequest, 'vmi' | 'configuration' | 'release' | 'clusterArchitecture'>;

const THOUSANDTHS = 1000n;
const PLAIN_DECIMAL = /^\d{1,3}(?:\.\d{1,12})?$/;

/** The overhead that a pod gets at another ratio than the configuration's; empty means none. */
export function overheadAtRatio(basis: OverheadBasis, ratio: string): bigint {
  const configuration = { ...basis.configuration, additionalGuestMemoryOverheadRatio: ratio };
  return launcherOverhead({ ...basis, configuration }).total.value();
}

/**
 * The ratio, to a thousandth, at which the formula gives exactly these bytes; empty for none, undefined where there is
 * no such ratio. The overhead grows by thousands of bytes with the ratio, so a chance match is next to impossible:
 * the remainder would have to agree, and then one in some hundreds of multiples. `likely` may be of any precision.
 */
export function ratioOfOverhead(basis: OverheadBasis, bytes: bigint, likely: readonly string[]): string | undefined {
  const once = overheadAtRatio(basis, '1');
  const step = overheadAtRatio(basis, '2') - once;
  if (bytes === once) return '';
  const candidates = likely.filter((ratio) => PLAIN_DECIMAL.test(ratio));
  const thousandths = step > 0n ? THOUSANDTHS + nearest((bytes - once) * THOUSANDTHS, step) : -1n;
  if (thousandths >= 0n) candidates.push(decimalText(thousandths));
  return candidates.find((ratio) => overheadAtRatio(basis, ratio) === bytes);
}

function nearest(dividend: bigint, divisor: bigint): bigint {
  const half = dividend < 0n ? -divisor : divisor;
  return (2n * dividend + half) / (2n * divisor);
}

/** As people write ratios: `1.5`, `2.0`, `1.25`, `1.333`. */
function decimalText(thousandths: bigint): string {
  const text = `${thousandths / THOUSANDTHS}.${`${thousandths % THOUSANDTHS}`.padStart(3, '0')}`;
  return text.replace(/0{1,2}$/, '');
}
