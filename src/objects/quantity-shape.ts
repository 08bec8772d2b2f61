import { z } from 'zod';
import { Quantity, QuantityError } from '../quantity/quantity.ts';

/** Amounts by resource name (`cpu`, `limits.memory`, `devices.kubevirt.io/kvm`). A Map, so that no name is special. */
export type ResourceList = ReadonlyMap<string, Quantity>;

export const noResources: ResourceList = new Map();

const LARGEST = 2n ** 63n - 1n;

/**
 * A quantity in a stored object: a canonical string, or a whole number where a custom resource was written so.
 * Negative amounts and those from 2^63-1 on are grammar, but no cluster means them: they are refused here, so that a
 * forecast over them is `unknown` and never a denial.
 */
export const quantityShape = z.union([z.string(), z.number()]).transform((given, context): Quantity => {
  try {
    const quantity = Quantity.parse(String(given));
    if (quantity.isNegative() || quantity.value() >= LARGEST) {
      context.issues.push({ code: 'custom', input: given, message: `expected an amount from 0 to below 2^63-1, got ${given}` });
    }
    return quantity;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    context.issues.push({ code: 'custom', input: given, message: error.message });
    return z.NEVER;
  }
});

export const resourceListShape = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((given, context): ResourceList => {
    if (given === null || given === undefined) return noResources;
    const list = new Map<string, Quantity>();
    for (const [name, amount] of Object.entries(given)) {
      const read = quantityShape.safeParse(amount);
      if (read.success) list.set(name, read.data);
      else for (const issue of read.error.issues) context.issues.push({ code: 'custom', input: amount, path: [name], message: issue.message });
    }
    return list;
  });

/** `{limits, requests}` as a container, a pod or a VMI domain carries them; what is missing is an empty list. */
export const resourcesShape = z
  .object({ limits: resourceListShape, requests: resourceListShape })
  .nullish()
  .transform((given) => given ?? { limits: noResources, requests: noResources });

export type Resources = z.infer<typeof resourcesShape>;
