import type { RenderRequest } from './render-request.ts';
import { launcherOverhead } from './reported-overhead.ts';

/** What decides about an overhead but for the ratio. */
export type OverheadBasis = Pick<RenderRequest, 'vmi' | 'configuration' | 'release' | 'clusterArchitecture'>;

const HUNDREDTHS = 100n;
const PLAIN_DECIMAL = /^\d{1,3}(?:\.\d{1,12})?$/;

/** The overhead that a pod gets at another ratio than the configuration's; empty means none. */
export function overheadAtRatio(basis: OverheadBasis, ratio: string): bigint {
  const configuration = { ...basis.configuration, additionalGuestMemoryOverheadRatio: ratio };
  return launcherOverhead({ ...basis, configuration }).total.value();
}

/**
 * The ratio, to a hundredth, at which the formula gives exactly these bytes; empty for none, undefined where there is
 * no such ratio. The overhead grows by thousands of bytes with the ratio, so a chance match is next to impossible:
 * the remainder would have to agree, and then one in some thousands of multiples. `likely` may be of any precision.
 */
export function ratioOfOverhead(basis: OverheadBasis, bytes: bigint, likely: readonly string[]): string | undefined {
  const once = overheadAtRatio(basis, '1');
  const step = overheadAtRatio(basis, '2') - once;
  if (bytes === once) return '';
  const candidates = likely.filter((ratio) => PLAIN_DECIMAL.test(ratio));
  if (step > 0n) candidates.push(hundredthsText(HUNDREDTHS + nearest((bytes - once) * HUNDREDTHS, step)));
  return candidates.find((ratio) => overheadAtRatio(basis, ratio) === bytes);
}

function nearest(dividend: bigint, divisor: bigint): bigint {
  const half = dividend < 0n ? -divisor : divisor;
  return (2n * dividend + half) / (2n * divisor);
}

/** As people write ratios: `1.5`, `2.0`, `1.25`. Of what is negative or absurd, a text that matches nothing. */
function hundredthsText(hundredths: bigint): string {
  const text = `${hundredths / HUNDREDTHS}.${`${hundredths % HUNDREDTHS}`.padStart(2, '0')}`;
  return text.endsWith('0') ? text.slice(0, -1) : text;
}
