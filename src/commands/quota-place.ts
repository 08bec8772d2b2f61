import type { QuotaChange } from '../forecast/forecast.ts';

/** Where a limit is to be changed, for a column of a table. */
export function placeText(where: QuotaChange['where']): string {
  return where === 'namespace-annotation' ? "Rancher's project or namespace page" : 'the ResourceQuota';
}
