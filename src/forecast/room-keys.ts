import { LIMITS_CPU, LIMITS_MEMORY } from '../harvester/names.ts';
import { totalScaleUp } from '../harvester/quota-annotations.ts';
import { Quantity } from '../quantity/quantity.ts';
import { type ChargedKey, charged } from './arena-of.ts';
import type { Situation } from './candidate.ts';
import type { QuotaChange } from './forecast.ts';
import type { QuotaFacts } from './namespace-facts.ts';
import { type HardKey, hardKeys } from './quota-hard.ts';
import { editedWhere } from './shortfalls.ts';

/** A quota key with the sums that room is reckoned from, when nothing migrates. Amounts in nanos. */
export interface RoomKey extends ChargedKey, Pick<HardKey, 'scaling'> {
  readonly facts: QuotaFacts;
  readonly base: bigint;
  /** Scale-ups of migrations that are long over; nobody takes them off, so they are room. */
  readonly leaked: bigint;
  /** With the pods gone that are about to end. */
  readonly used: bigint;
  /** What Harvester's check of a start compares with; undefined where it does not look at this key. */
  readonly startLimit: bigint | undefined;
  /** What it takes off that for scale-ups that are stored on the quota. */
  readonly startLeaked: bigint;
  /** The figure that is set now, and where; it holds leaked scale-ups where a quota is scaled in place. */
  readonly figure: Quantity;
  readonly where: QuotaChange['where'];
}

/** Every key of every quota of a namespace without migrations. */
export function roomKeys(situation: Situation): readonly RoomKey[] {
  const { namespace } = situation;
  return namespace.quotas.flatMap((facts) =>
    hardKeys(situation, facts, namespace.ending).map((hardKey) => roomKey(situation, facts, hardKey)),
  );
}

function roomKey(situation: Situation, facts: QuotaFacts, { resource, hard, base, scaling }: HardKey): RoomKey {
  const where = editedWhere(situation, { facts, resource });
  const edited = where === 'resource-quota' ? facts.specHard.get(resource) : undefined;
  const start = startLimit(situation, facts, resource);
  const leaving = charged({ resource, facts }, situation.namespace.leaving, 'settled');
  return {
    resource,
    facts,
    scaling,
    base: base.nanos,
    leaked: hard.subtract(base).nanos,
    used: (facts.used.get(resource)?.nanos ?? 0n) - leaving,
    ...start,
    figure: edited ?? base,
    // Before Harvester 1.4.2 an edit of the ResourceQuota lasts, but starts are checked against the namespace's limit.
    where: start.startLimit === undefined ? where : 'namespace-annotation',
  };
}

/** Harvester compares with the namespace's limit, and takes off whatever migrations have stored on the quota. */
function startLimit(
  { cluster, namespace }: Situation,
  facts: QuotaFacts,
  resource: string,
): Pick<RoomKey, 'startLimit' | 'startLeaked'> {
  const { limits, ending } = namespace;
  const isChecked = cluster.harvester?.release.startCheckErrorWording !== undefined && facts.isDefault;
  if (!isChecked || limits.kind !== 'read') return { startLimit: undefined, startLeaked: 0n };
  const limit = { [LIMITS_CPU]: limits.limitsCpu, [LIMITS_MEMORY]: limits.limitsMemory }[resource] ?? Quantity.zero;
  const leaked = facts.stored.scaleUps.filter(({ vm }) => !ending.has('uid' in vm ? vm.uid : vm.name));
  return {
    startLimit: limit.isZero() ? undefined : limit.nanos,
    startLeaked: totalScaleUp(leaked, resource).nanos,
  };
}
