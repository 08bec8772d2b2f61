import type { Amounts } from '../../builders/json.ts';
import type { Stored } from './cluster.ts';
import { amountText, billionthsOf, bytesOf } from './harvester-amounts.ts';
import { type OverheadFormula, scaleUpOverhead, type VmiSpec } from './harvester-overhead.ts';

/** What Rancher's annotation on a namespace limits. */
export interface NamespaceLimits {
  readonly limitsCpu?: string;
  readonly limitsMemory?: string;
}

const NOTE = /^harvesterhci\.io\/(?:migratingUID|migrating)-/;
/** Of 1.9: one for the whole quota, and of memory alone. */
export const COMPENSATION = 'harvesterhci.io/migratingCompensation';
const COMPENSATION_EXTRA = 128n * 2n ** 20n;
const KEYS = [
  ['limits.cpu', 'limitsCpu'],
  ['limits.memory', 'limitsMemory'],
] as const;

/**
 * What is noted of a migration: the VMI's limits of the two keys, as far as the quota has them, and the overhead on
 * memory. Undefined where nothing is noted (pkg/util/resourcequota/calculator.go CalculateScaleResourceQuotaWithVMI).
 */
export function scaleUpOf(vmi: Stored, hard: Amounts, formula: OverheadFormula): Amounts | undefined {
  const spec = vmi.spec as unknown as VmiSpec;
  const { cpu = '0', memory = '0' } = spec.domain.resources?.limits ?? {};
  const hasLimits = !isZero(cpu) || !isZero(memory);
  if (!hasLimits || KEYS.every(([key]) => isZero(hard[key] ?? '0'))) return undefined;
  return {
    ...(!isZero(cpu) && hard['limits.cpu'] !== undefined && { 'limits.cpu': cpu }),
    ...(!isZero(memory) && hard['limits.memory'] !== undefined && { 'limits.memory': `${memoryNeed(vmi, formula)}` }),
  };
}

/** In bytes: without what else is in the pod beside the VM. */
export function memoryNeed(vmi: Stored, formula: OverheadFormula): bigint {
  const spec = vmi.spec as unknown as VmiSpec;
  return bytesOf(spec.domain.resources?.limits?.memory ?? '0') + scaleUpOverhead(spec, formula);
}

/** Throws where it is not JSON: the controller tries again then, and nothing comes of it. */
export function limitsOfNamespace(annotation: string): NamespaceLimits {
  const { limit = {} } = JSON.parse(annotation) as { limit?: NamespaceLimits };
  return limit;
}

/**
 * What the default quota's limits are to be: the namespace's, and all that is noted. Undefined where they are that, or
 * are left alone (CalculateNewResourceQuotaFromBaseDelta). A limit that the namespace has as zero, or has not, stays.
 */
export function quotaLimits(limits: NamespaceLimits, hard: Amounts, annotations: Amounts): Amounts | undefined {
  if (KEYS.every(([key]) => isZero(hard[key] ?? '0'))) return undefined;
  const notes = Object.entries(annotations)
    .filter(([key]) => NOTE.test(key))
    .map(([, text]): Amounts => JSON.parse(text));
  const compensation: Amounts = JSON.parse(annotations[COMPENSATION] ?? '{}');
  const changes = KEYS.flatMap(([key, limit]) => {
    const base = billionthsOf(limits[limit] || '0');
    if (base === 0n) return [];
    const compensated = billionthsOf(compensation[key] ?? '0');
    const wanted = notes.reduce((sum, note) => sum + billionthsOf(note[key] ?? '0'), base + compensated);
    const present = hard[key];
    return present !== undefined && billionthsOf(present) === wanted ? [] : [[key, amountText(wanted)]];
  });
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

/** Whether 1.9 touches the quota at all: the namespace has a limit of one of these keys, and the quota too. */
export function isScalable(limits: NamespaceLimits, hard: Amounts, keys: readonly string[]): boolean {
  const own = KEYS.filter(([key]) => keys.includes(key));
  return own.some(([, limit]) => !isZero(limits[limit] || '0')) && own.some(([key]) => !isZero(hard[key] ?? '0'));
}

/**
 * What 1.9 adds for a migration that a quota has refused, where VMs use more than the scale-up reckons with; undefined
 * where it is of no use by its own reckoning (CalculateCompensationResourceQuotaWithVMI).
 */
export function compensationOf(need: bigint, used: Amounts, hard: Amounts): Amounts | undefined {
  const key = 'limits.memory';
  const over = bytesOf(used[key] ?? '0') + need - bytesOf(hard[key] ?? '0');
  return over > 0n ? { [key]: `${over + COMPENSATION_EXTRA}` } : undefined;
}

function isZero(amount: string): boolean {
  return billionthsOf(amount) === 0n;
}
