import type { KeyBase } from '../harvester/managed-quota.ts';
import { LIMITS_CPU, LIMITS_MEMORY } from '../harvester/names.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { Situation } from './candidate.ts';
import type { QuotaFacts } from './namespace-facts.ts';

/** How one key of a quota will stand when a migration is under way. */
export interface HardKey {
  readonly resource: string;
  /** The hard limit without the scale-ups of the migrations that are reckoned with, and without compensation. */
  readonly hard: Quantity;
  /** The same without leaked scale-ups either: the figure that somebody has set and may set anew. */
  readonly base: Quantity;
  readonly scaling: Scaling;
}

/** Whether Harvester enlarges the key while a migration is under way, or why it does not. */
export type Scaling = 'scaled' | 'off' | 'never';

/**
 * The keys of a quota as they will be once Harvester and the quota controller have done their part. `spec.hard` counts,
 * for kube-controller-manager copies it to `status.hard`; of a default quota Harvester sets what the namespace's
 * annotation says, so a key can appear that the quota does not have yet.
 *
 * `contested` tells scale-ups of migrations under way from leaked ones: those of nobody stay in the quota.
 */
export function hardKeys(situation: Situation, quota: QuotaFacts, contested: ReadonlySet<string>): readonly HardKey[] {
  const keys = [...quota.specHard].map(
    ([resource, hard]): HardKey => ({ resource, hard, base: hard, scaling: 'never' }),
  );
  const { bases } = quota;
  if (bases === undefined) return keys;
  const others = keys.filter(({ resource }) => !Object.hasOwn(bases, resource));
  const scaling = situation.scaled.includes(quota) ? 'scaled' : 'never';
  const scalable = [LIMITS_CPU, LIMITS_MEMORY] as const;
  return [
    ...others,
    ...scalable.flatMap((resource) => scalableKey(bases[resource], { quota, resource, contested, scaling })),
  ];
}

interface Scalable {
  readonly quota: QuotaFacts;
  readonly resource: string;
  readonly contested: ReadonlySet<string>;
  readonly scaling: Scaling;
}

function scalableKey(base: KeyBase, { quota, resource, contested, scaling }: Scalable): HardKey[] {
  if (base.kind === 'scaled') {
    return [{ resource, hard: withLeaked(base.base, quota, resource, contested), base: base.base, scaling }];
  }
  const hard = quota.specHard.get(resource);
  if (hard === undefined) return [];
  return [{ resource, hard, base: hard, scaling: base.why === 'no-harvester-scaling' ? 'never' : 'off' }];
}

/** Scale-ups that no migration under way accounts for stay: nobody will take them off. */
function withLeaked(base: Quantity, quota: QuotaFacts, resource: string, contested: ReadonlySet<string>): Quantity {
  const leaked = quota.stored.scaleUps.filter(({ vm }) => !contested.has('uid' in vm ? vm.uid : vm.name));
  return Quantity.sum([base, ...leaked.map(({ delta }) => delta.get(resource) ?? Quantity.zero)]);
}
