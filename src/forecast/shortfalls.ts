import { Quantity } from '../quantity/quantity.ts';
import { type ContestedKey, charged } from './arena-of.ts';
import type { Candidate, Situation } from './candidate.ts';
import type { QuotaChange } from './forecast.ts';
import type { JudgedLine } from './quota-lines.ts';

/** A short quota key with what a remedy has to know of it. */
export interface Shortfall {
  readonly quota: string;
  readonly resource: string;
  /** The figure that somebody has set, and may set anew. */
  readonly base: Quantity;
  readonly where: QuotaChange['where'];
  readonly shortBy: Quantity;
  /** The same reckoned without compensation, which shrinks by as much as the base grows. */
  readonly shortByAlone: Quantity;
  /** What others in the namespace use of the key, and so could free. */
  readonly usedByOthers: Quantity;
  readonly scaling: ContestedKey['scaling'];
}

/** The short lines of one moment as shortfalls; `compensation` is what the moment's hard limits hold of it, in nanos. */
export function shortfallsOf(
  situation: Situation,
  candidate: Candidate,
  lines: readonly JudgedLine[],
  compensation: bigint,
): Shortfall[] {
  return lines.flatMap(({ key, shortBy, usedBefore }) => {
    if (shortBy === undefined) return [];
    const isCompensated = key.facts === situation.scaled[0] && key.resource === 'limits.memory';
    const compensated = isCompensated ? Quantity.ofNanos(compensation) : Quantity.zero;
    const where = editedWhere(situation, key);
    // On a quota that is scaled in place the hard limit itself is edited, with the scale-ups that are in it.
    const edited = where === 'resource-quota' ? key.facts.specHard.get(key.resource) : undefined;
    return {
      quota: key.quota,
      resource: key.resource,
      base: edited ?? key.hardKey.base,
      where,
      shortBy,
      shortByAlone: shortBy.add(compensated),
      usedByOthers: usedByOthers(key, candidate, usedBefore),
      scaling: key.scaling,
    };
  });
}

/** Nothing where the VM's own running pod is not known: then all of it may be its own. */
function usedByOthers(key: ContestedKey, { sources }: Candidate, used: Quantity): Quantity {
  return sources === undefined ? Quantity.zero : used.subtract(Quantity.ofNanos(charged(key, sources, 'settled')));
}

/** An edit of a limit that Rancher's page has set does not last: Rancher, or Harvester, resets it. */
export function editedWhere(
  { cluster, namespace }: Pick<Situation, 'cluster' | 'namespace'>,
  { facts, resource }: Pick<ContestedKey, 'facts' | 'resource'>,
): QuotaChange['where'] {
  if (cluster.harvester?.release.quotaEditWhere !== 'namespace-annotation' || !facts.isDefault) return 'resource-quota';
  const { limits } = namespace;
  if (limits.kind !== 'read') return 'resource-quota';
  const limit = { 'limits.cpu': limits.limitsCpu, 'limits.memory': limits.limitsMemory }[resource];
  return limit === undefined || limit.isZero() ? 'resource-quota' : 'namespace-annotation';
}
