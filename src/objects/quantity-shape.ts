import * as z from 'zod';
import { Quantity, QuantityError } from '../quantity/quantity.ts';
import { recordMembers } from './record-members.ts';

/** Amounts by resource name (`cpu`, `limits.memory`, `devices.kubevirt.io/kvm`). A Map, so that no name is special. */
export type ResourceList = ReadonlyMap<string, Quantity>;

export const noResources: ResourceList = new Map();

const LARGEST = Quantity.of(2n ** 63n - 2n);

/**
 * A quantity in a stored object: a canonical string, or a number where a custom resource was written so.
 * Negative amounts and those from 2^63-1 on are grammar, but no cluster means them: they are refused here, so that a
 * forecast over them is `unknown` and never a denial.
 */
export const quantityShape = z.unknown().transform((given, context): Quantity => {
  const read = readAmount(given);
  if (read instanceof Quantity) return read;
  context.issues.push({ code: 'custom', input: given, message: read });
  return z.NEVER;
});

/** The amounts are read without a shape of their own: there are a dozen for each VM, in clusters of 10,000. */
export const resourceListShape = z
  .unknown()
  .optional()
  .transform((given, context): ResourceList => {
    const members = recordMembers(given, context);
    if (members.length === 0) return noResources;
    const list = new Map<string, Quantity>();
    for (const [name, amount] of members) {
      const read = readAmount(amount);
      if (read instanceof Quantity) list.set(name, read);
      else context.issues.push({ code: 'custom', input: amount, path: [name], message: read });
    }
    return list;
  });

/** Not what is in it: that may nest deeper than it could be printed. */
function typeWord(given: unknown): string {
  if (Array.isArray(given)) return 'a list';
  return typeof given === 'object' && given !== null ? 'an object' : String(given);
}

/** The amount, or what was expected in its place. */
function readAmount(given: unknown): Quantity | string {
  if (typeof given !== 'string' && typeof given !== 'number')
    return `expected a Kubernetes quantity, got ${typeWord(given)}`;
  try {
    const quantity = Quantity.parse(String(given));
    const fits = !quantity.isNegative() && !quantity.exceeds(LARGEST);
    return fits ? quantity : `expected an amount from 0 to below 2^63-1, got ${given}`;
  } catch (error) {
    if (error instanceof QuantityError) return error.message;
    throw error;
  }
}

/** `{limits, requests}` as a container, a pod or a VMI domain carries them; what is missing is an empty list. */
export const resourcesShape = z
  .object({ limits: resourceListShape, requests: resourceListShape })
  .nullish()
  .transform((given) => given ?? { limits: noResources, requests: noResources });

export type Resources = z.infer<typeof resourcesShape>;
