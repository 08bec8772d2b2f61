import { z } from 'zod';

const textMapShape = z
  .record(z.string(), z.string())
  .nullish()
  .transform((given): ReadonlyMap<string, string> => new Map(Object.entries(given ?? {})));

/** The metadata that decisions read. `name` is empty for an object that is still to be named by `generateName`. */
export const metadataShape = z.object({
  name: z.string().default(''),
  generateName: z.string().nullish(),
  namespace: z.string().nullish(),
  uid: z.string().nullish(),
  labels: textMapShape,
  annotations: textMapShape,
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().nullish(),
  deletionGracePeriodSeconds: z.number().nullish(),
  ownerReferences: z.array(z.object({ kind: z.string(), name: z.string(), uid: z.string() })).nullish(),
});

export type Metadata = z.infer<typeof metadataShape>;
