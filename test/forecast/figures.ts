import type { Forecast, QuotaLine } from '../../src/forecast/forecast.ts';

/** The arithmetic of a forecast, a text for each quota key. */
export function figures({ quotas }: Forecast): string[] {
  return quotas.map(figure);
}

function figure({ quota, resource, used, requested, hardAfterScaleUp, shortBy, cause }: QuotaLine): string {
  const sum = `${quota} ${resource} ${used} + ${requested} of ${hardAfterScaleUp}`;
  if (cause === undefined) return sum;
  return shortBy === undefined ? `${quota} ${resource} ${cause}` : `${sum}: short by ${shortBy}, ${cause}`;
}

/** Quota, key and cause of what is short. */
export function causes({ quotas }: Forecast): string[] {
  return quotas.flatMap(({ quota, resource, cause }) => (cause === undefined ? [] : [`${quota} ${resource} ${cause}`]));
}
