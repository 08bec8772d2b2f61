import { Quantity } from '../quantity/quantity.ts';
import { parseGoFloat, truncateToInt64 } from './go-number.ts';
import { GUARANTEED_EXTRA, MULTIPLIED_ADDENDS } from './overhead-terms.ts';
import type { VendoredRelease } from './release-rules.ts';
import type { RenderedVmi } from './vmi-facts.ts';

/** One addend of a VM's overhead and where it comes from. */
export interface OverheadTerm {
  readonly name: string;
  /** Rounded up, which only `reservedOverhead` written in fractions of a byte can need. */
  readonly bytes: bigint;
  /** Project, version and function: `KubeVirt 1.6.0, services.GetMemoryOverhead, QemuOverhead`. */
  readonly source: string;
}

/** The terms and the ratio's share add up to the total, all in whole bytes. */
export interface MemoryOverhead {
  readonly terms: readonly OverheadTerm[];
  readonly baseBytes: bigint;
  readonly ratioShareBytes: bigint;
  readonly totalBytes: bigint;
  /** What is added to a pod: the total before it is rounded to bytes. */
  readonly total: Quantity;
}

export interface OverheadContext {
  readonly release: VendoredRelease;
  readonly architecture: string;
  /** As the KubeVirt CR or Harvester's setting holds it; absent and empty both mean no ratio. */
  readonly ratio: string | undefined;
}

type Addend = typeof GUARANTEED_EXTRA;
interface SizedAddend {
  readonly addend: Addend;
  readonly size: Quantity;
}

/**
 * GetMemoryOverhead, ratio included. A ratio that Go cannot parse leaves the sum as it is; one that it can, however
 * odd, is reckoned with: `NaN` and what overflows give the large negative total that KubeVirt would write on amd64.
 */
export function memoryOverhead(vmi: RenderedVmi, context: OverheadContext): MemoryOverhead {
  const { guaranteedExtra } = context.release.overhead;
  const early = guaranteedExtra === 'before-ratio' ? [...MULTIPLIED_ADDENDS, GUARANTEED_EXTRA] : MULTIPLIED_ADDENDS;
  const multiplied = sized(early, vmi, context);
  const share = ratioShare(totalOf(multiplied), effectiveRatio(context));
  // Up to KubeVirt 1.5.2 the function returned at once on a ratio it could not parse, and so lost the late extra.
  const isLateExtraReached = guaranteedExtra === 'after-ratio' && ratioIsReadable(context.ratio);
  const late = isLateExtraReached ? sized([GUARANTEED_EXTRA], vmi, context) : [];
  return summarize([...multiplied, ...late], share, context.release);
}

/** Whether KubeVirt applies this ratio; no ratio at all needs no reading. */
export function ratioIsReadable(ratio: string | undefined): boolean {
  return ratio === undefined || ratio === '' || parseGoFloat(ratio) !== undefined;
}

function effectiveRatio({ release, ratio }: OverheadContext): number | undefined {
  if (release.overhead.ratio === 'unknown' || ratio === undefined || ratio === '') return undefined;
  return parseGoFloat(ratio);
}

function sized(addends: readonly Addend[], vmi: RenderedVmi, context: OverheadContext): SizedAddend[] {
  return addends
    .map((addend) => ({ addend, size: addend.size(vmi, context.release.overhead, context.architecture) }))
    .filter(({ size }) => !size.isZero());
}

function totalOf(addends: readonly SizedAddend[]): Quantity {
  return Quantity.sum(addends.map(({ size }) => size));
}

/** MultiplyMemory: KubeVirt's one float step, on thousands of bytes, cut off rather than rounded. */
function ratioShare(sum: Quantity, ratio: number | undefined): bigint {
  if (ratio === undefined) return 0n;
  return truncateToInt64(Number(sum.kiloValue()) * (ratio - 1)) * 1000n;
}

function summarize(addends: readonly SizedAddend[], share: bigint, release: VendoredRelease): MemoryOverhead {
  const terms = addends.map(({ addend, size }) => ({
    name: addend.name,
    bytes: size.value(),
    source: `KubeVirt ${release.version}, ${release.overhead.functionName}, ${addend.upstream}`,
  }));
  const baseBytes = terms.reduce((sum, term) => sum + term.bytes, 0n);
  const total = totalOf(addends).add(Quantity.of(share));
  const totalBytes = total.value();
  return { terms, baseBytes, ratioShareBytes: totalBytes - baseBytes, totalBytes, total };
}
