import type { Namespace } from '../objects/kubernetes.ts';
import { quantityShape } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';
import { isJsonObject, memberOf, readJson } from './json-text.ts';
import { NAMESPACE_LIMITS_ANNOTATION } from './names.ts';

/** The limits that Rancher's project or namespace page has set; one that is not set is zero. */
export type NamespaceLimits =
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly limitsCpu: Quantity; readonly limitsMemory: Quantity }
  | InvalidLimits;

interface InvalidLimits {
  /** Harvester's quota controller tries again and again with the first, and skips the quota with the second. */
  readonly kind: 'invalid-json' | 'invalid-quantity';
  readonly message: string;
}

/** Reads `{"limit":{"limitsCpu":"3000m","limitsMemory":"5000Mi"}}`, Rancher's NamespaceResourceQuota. */
export function namespaceLimits(namespace: Namespace): NamespaceLimits {
  const text = namespace.metadata.annotations.get(NAMESPACE_LIMITS_ANNOTATION);
  if (text === undefined || text === '') return { kind: 'none' };
  const json = readJson(text);
  if (json.kind === 'invalid') return invalid('invalid-json', json.message);
  const limit = memberOf(json.value, 'limit') ?? {};
  if (!isJsonObject(json.value) || !isJsonObject(limit)) {
    return invalid('invalid-json', `expected an object with a member limit, got ${JSON.stringify(text.slice(0, 60))}`);
  }
  const limitsCpu = readLimit(limit, 'limitsCpu');
  if (!(limitsCpu instanceof Quantity)) return limitsCpu;
  const limitsMemory = readLimit(limit, 'limitsMemory');
  if (!(limitsMemory instanceof Quantity)) return limitsMemory;
  return { kind: 'read', limitsCpu, limitsMemory };
}

function readLimit(limit: object, name: string): Quantity | InvalidLimits {
  const given = memberOf(limit, name) ?? '';
  if (typeof given !== 'string') return invalid('invalid-json', `limit.${name}: expected a string`);
  if (given === '') return Quantity.zero;
  const read = quantityShape.safeParse(given);
  if (read.success) return read.data;
  return invalid('invalid-quantity', `limit.${name}: ${read.error.issues[0]?.message ?? given}`);
}

function invalid(kind: InvalidLimits['kind'], message: string): InvalidLimits {
  return { kind, message: `annotation ${NAMESPACE_LIMITS_ANNOTATION}: ${message}` };
}
