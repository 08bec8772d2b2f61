import * as z from 'zod';
import { metadataShape } from './metadata.ts';

/** A `settings.harvesterhci.io` object. `value` wins unless it is empty; then `default` counts. */
export const settingShape = z.object({
  metadata: metadataShape,
  value: z.string().nullish(),
  default: z.string().nullish(),
});
export type Setting = z.infer<typeof settingShape>;
