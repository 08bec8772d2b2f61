import * as z from 'zod';
import { recordMembers } from './record-members.ts';

const textMapShape = z
  .unknown()
  .optional()
  .transform((given, context): ReadonlyMap<string, string> => {
    const texts = new Map<string, string>();
    for (const [name, text] of recordMembers(given, context)) {
      if (typeof text === 'string') texts.set(name, text);
      else context.issues.push({ code: 'invalid_type', expected: 'string', input: text, path: [name] });
    }
    return texts;
  });

/** The metadata that decisions read. `name` is empty for an object that is still to be named by `generateName`. */
export const metadataShape = z.object({
  name: z.string().default(''),
  generateName: z.string().nullish(),
  namespace: z.string().nullish(),
  uid: z.string().nullish(),
  /** Which state of the object was read: no rule looks at it, a trace tells it. */
  resourceVersion: z.string().nullish(),
  labels: textMapShape,
  annotations: textMapShape,
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().nullish(),
  deletionGracePeriodSeconds: z.number().nullish(),
  ownerReferences: z.array(z.object({ kind: z.string(), name: z.string(), uid: z.string() })).nullish(),
});

export type Metadata = z.infer<typeof metadataShape>;
