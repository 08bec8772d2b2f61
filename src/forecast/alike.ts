import { Quantity } from '../quantity/quantity.ts';

/** No rule reads what lies deeper in an object; whoever wrote it may have nested it without end. */
const DEEPEST = 20;

/** Names of claims differ from VM to VM, and no rule reads them. */
export const CLAIMS: ReadonlySet<string> = new Set(['persistentVolumeClaim', 'dataVolume', 'memoryDump']);

/** Whether no rule can tell two values apart: the same members, maps in the same order, amounts in the same form. */
export function isAlike(one: unknown, other: unknown, depth = 0): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (depth > DEEPEST || Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Quantity) return isSameAmount(one, other as Quantity);
  if (Array.isArray(one)) return areItemsAlike(one, other as readonly unknown[], depth + 1);
  if (one instanceof Map) return areItemsAlike([...one], [...(other as typeof one)], depth + 1);
  return areMembersAlike(one as Members, other as Members, depth + 1);
}

function isSameAmount(one: Quantity, other: Quantity): boolean {
  return one.nanos === other.nanos && one.format === other.format;
}

type Members = Readonly<Record<string, unknown>>;

function areItemsAlike(one: readonly unknown[], other: readonly unknown[], depth: number): boolean {
  return one.length === other.length && one.every((item, index) => isAlike(item, other[index], depth));
}

function areMembersAlike(one: Members, other: Members, depth: number): boolean {
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => {
    if (!Object.hasOwn(other, name)) return false;
    if (CLAIMS.has(name)) return isHotpluggable(one[name]) === isHotpluggable(other[name]);
    return isAlike(one[name], other[name], depth);
  });
}

/** All that a rule reads of a claim. */
export function isHotpluggable(claim: unknown): boolean {
  return typeof claim === 'object' && claim !== null && 'hotpluggable' in claim && claim.hotpluggable === true;
}
