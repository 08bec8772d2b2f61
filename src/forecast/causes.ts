import { LIMITS_CPU, LIMITS_MEMORY } from '../harvester/names.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { Candidate } from './candidate.ts';
import type { Cause } from './forecast.ts';
import type { JudgedLine } from './quota-lines.ts';

/** A line that is short, with the parts that its shortfall can be made of. All amounts may be zero, none is negative. */
interface Shortfall {
  readonly line: JudgedLine;
  readonly shortBy: Quantity;
  /** What the pod asks beyond what Harvester adds for it. */
  readonly gap: Quantity;
  /** The part of the gap that a scale-up by the pod's own formula and ratio would have covered. */
  readonly formulaGap: Quantity;
  readonly candidate: Candidate;
}

/** Judges of the causes that a short quota key can have, in the order of the contract: the first that holds is given. */
const JUDGES: readonly { readonly cause: Cause; readonly holds: (shortfall: Shortfall) => boolean }[] = [
  { cause: 'scaling-off', holds: ({ line }) => line.key.scaling === 'off' },
  { cause: 'not-scaled', holds: ({ line }) => line.key.scaling === 'never' || line.freshScaleUp.isZero() },
  { cause: 'older-formula', holds: coversWithFormula },
  { cause: 'vm-grew', holds: coversWithGrowth },
  { cause: 'overhead-grew', holds: coversWithOverhead },
  { cause: 'sidecar-gap', holds: ({ shortBy, gap }) => !shortBy.exceeds(gap) },
];

/** Why the line is short. Use by others is what remains when nothing of the VM's own explains the shortfall. */
export function causeOf(line: JudgedLine, candidate: Candidate): Cause {
  const shortBy = line.shortBy ?? Quantity.zero;
  const gap = positive(line.need.subtract(line.freshScaleUp));
  const shortfall = { line, shortBy, gap, formulaGap: formulaGap(line, candidate), candidate };
  return JUDGES.find((judge) => judge.holds(shortfall))?.cause ?? 'over-quota';
}

/** Why a start is short: a ratio that was raised since the VM last ran, or else what others use. Nothing scales for a start. */
export function causeOfStart(resource: string, shortBy: Quantity, { target }: Candidate): Cause {
  const share = Quantity.of(target.overhead.ratioShareBytes);
  return resource.endsWith('memory') && !shortBy.exceeds(share) ? 'overhead-grew' : 'over-quota';
}

function formulaGap({ resource, freshScaleUp }: JudgedLine, { vmi, target }: Candidate): Quantity {
  const limit = vmi.spec.domain.resources.limits.get('memory');
  if (resource !== LIMITS_MEMORY || limit === undefined || freshScaleUp.isZero()) return Quantity.zero;
  return positive(limit.add(target.overhead.total).subtract(freshScaleUp));
}

/** The difference of formulas covers the shortfall, or is what the gap of sidecars alone would not have needed. */
function coversWithFormula({ shortBy, formulaGap, gap }: Shortfall): boolean {
  if (!formulaGap.isPositive()) return false;
  if (!shortBy.exceeds(formulaGap)) return true;
  return !shortBy.exceeds(gap) && shortBy.exceeds(gap.subtract(formulaGap));
}

/** The room to spare is gone by more than the gap: pods of the namespace use more than its base allows to start. */
function overrun({ shortBy, gap }: Shortfall): Quantity {
  return shortBy.subtract(gap);
}

function coversWithGrowth(shortfall: Shortfall): boolean {
  const grown = hotplugged(shortfall.line.resource, shortfall.candidate.vmi);
  return overrun(shortfall).isPositive() && grown.isPositive() && !overrun(shortfall).exceeds(grown);
}

/** What CPU or memory hotplug has added since the guest was booted, as far as the VMI tells. */
function hotplugged(resource: string, vmi: VirtualMachineInstance): Quantity {
  if (resource === LIMITS_MEMORY) {
    const { guestAtBoot, guestCurrent, guestRequested } = vmi.status?.memory ?? {};
    if (!guestAtBoot) return Quantity.zero;
    return positive((guestRequested ?? guestAtBoot).max(guestCurrent ?? guestAtBoot).subtract(guestAtBoot));
  }
  if (resource !== LIMITS_CPU) return Quantity.zero;
  const now = vmi.status?.currentCPUTopology;
  const asked = vmi.spec.domain.cpu;
  if (!now || !asked) return Quantity.zero;
  return positive(Quantity.of(vcpus(asked) - vcpus(now)));
}

function vcpus({
  cores,
  sockets,
  threads,
}: {
  cores?: number | null | undefined;
  sockets?: number | null | undefined;
  threads?: number | null | undefined;
}): bigint {
  return BigInt(cores || 1) * BigInt(sockets || 1) * BigInt(threads || 1);
}

/**
 * Only a pod whose overhead grew can bring a managed namespace over its base: starts are checked against the base, and
 * Harvester refuses to lower it below the use. So the overrun is this VM's where the ratio's share of its overhead is as large.
 */
function coversWithOverhead(shortfall: Shortfall): boolean {
  const { line, candidate } = shortfall;
  if (line.resource !== LIMITS_MEMORY) return false;
  const share = Quantity.of(candidate.target.overhead.ratioShareBytes);
  return overrun(shortfall).isPositive() && !overrun(shortfall).exceeds(share);
}

function positive(quantity: Quantity): Quantity {
  return quantity.isNegative() ? Quantity.zero : quantity;
}
