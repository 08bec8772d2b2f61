import type { z } from 'zod';

/**
 * The members of an object whose names are anybody's; none where it is absent. z.record does the same and takes a fifth
 * of the time of all reading: a pod has a dozen such objects, and a cluster tens of thousands of pods.
 */
export function recordMembers(given: unknown, context: z.RefinementCtx): readonly (readonly [string, unknown])[] {
  if (given === null || given === undefined) return [];
  if (typeof given === 'object' && !Array.isArray(given)) return Object.entries(given);
  context.issues.push({ code: 'invalid_type', expected: 'record', input: given });
  return [];
}
