import type { LimitRangeItem } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';
import { sixDecimals } from './six-decimals.ts';

/** What a LimitRange item measures: one container, or the pod as a whole. */
export interface Subject {
  readonly type: 'Container' | 'Pod';
  readonly limits: ResourceList;
  readonly requests: ResourceList;
}

/** One bound of one resource, and what the subject states of it. */
interface Bound {
  readonly resource: string;
  readonly type: Subject['type'];
  readonly enforced: Quantity;
  readonly request: Quantity | undefined;
  readonly limit: Quantity | undefined;
}

type Constraint = (bound: Bound, amounts: ComparableAmounts) => string | undefined;

/** The bounds that a subject breaks, in LimitRanger's words, by name of the resource (PodValidateLimitFunc, v1.34). */
export function constraintRefusals(item: LimitRangeItem, subject: Subject): string[] {
  return [
    ...listRefusals(item.min, subject, minRefusal),
    ...listRefusals(item.max, subject, maxRefusal),
    ...listRefusals(item.maxLimitRequestRatio, subject, ratioRefusal),
  ];
}

function listRefusals(list: ResourceList, { type, limits, requests }: Subject, constraint: Constraint): string[] {
  const refusals: string[] = [];
  for (const resource of [...list.keys()].sort()) {
    const enforced = list.get(resource) ?? Quantity.zero;
    const bound = { resource, type, enforced, request: requests.get(resource), limit: limits.get(resource) };
    const refusal = constraint(bound, comparableAmounts(bound));
    if (refusal !== undefined) refusals.push(refusal);
  }
  return refusals;
}

function minRefusal(bound: Bound, amounts: ComparableAmounts): string | undefined {
  const rule = `minimum ${bound.resource} usage per ${bound.type} is ${bound.enforced}`;
  if (bound.request === undefined) return `${rule}.  No request is specified`;
  if (amounts.request < amounts.enforced) return `${rule}, but request is ${bound.request}`;
  if (bound.limit !== undefined && amounts.limit < amounts.enforced) return `${rule}, but limit is ${bound.limit}`;
  return undefined;
}

function maxRefusal(bound: Bound, amounts: ComparableAmounts): string | undefined {
  const rule = `maximum ${bound.resource} usage per ${bound.type} is ${bound.enforced}`;
  if (bound.limit === undefined) return `${rule}.  No limit is specified`;
  if (amounts.limit > amounts.enforced) return `${rule}, but limit is ${bound.limit}`;
  if (bound.request !== undefined && amounts.request > amounts.enforced)
    return `${rule}, but request is ${bound.request}`;
  return undefined;
}

function ratioRefusal({ resource, type, enforced }: Bound, amounts: ComparableAmounts): string | undefined {
  const rule = `${resource} max limit to request ratio per ${type} is ${enforced}`;
  if (amounts.request === 0n) return `${rule}, but no request is specified or request is 0`;
  if (amounts.limit === 0n) return `${rule}, but no limit is specified or limit is 0`;
  // The server divides and compares in floats, in thousandths where they fit.
  const ratio = Number(amounts.limit) / Number(amounts.request);
  const isPrecise = enforced.value() <= MAX_MILLI_VALUE;
  const exceeds = isPrecise ? ratio * 1000 > Number(enforced.milliValue()) : ratio > Number(enforced.value());
  return exceeds ? `${rule}, but provided ratio is ${sixDecimals(ratio)}` : undefined;
}

/** The largest whole value whose thousandths fit 64 bits (resource.MaxMilliValue). */
const MAX_MILLI_VALUE = (2n ** 63n - 1n) / 1000n;

interface ComparableAmounts {
  readonly request: bigint;
  readonly limit: bigint;
  readonly enforced: bigint;
}

/** All three in thousandths, or in whole units where one of them is too large for that (requestLimitEnforcedValues). */
function comparableAmounts({ request = Quantity.zero, limit = Quantity.zero, enforced }: Bound): ComparableAmounts {
  if (request.value() <= MAX_MILLI_VALUE && limit.value() <= MAX_MILLI_VALUE && enforced.value() <= MAX_MILLI_VALUE) {
    return { request: request.milliValue(), limit: limit.milliValue(), enforced: enforced.milliValue() };
  }
  return { request: request.value(), limit: limit.value(), enforced: enforced.value() };
}
