import type { Amounts } from '../../builders/json.ts';
import type { Stored } from '../harness/cluster.ts';
import { billionthsOf } from '../harness/harvester-amounts.ts';

/** Billionths by quota key. */
export type Charge = ReadonlyMap<string, bigint>;

interface Container {
  readonly restartPolicy?: string;
  readonly resources?: { readonly limits?: Amounts; readonly requests?: Amounts };
}
type Part = 'limits' | 'requests';

const STANDARD = ['cpu', 'memory', 'ephemeral-storage'];
const ONE = 10n ** 9n;

function hasEnded({ status }: Stored): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** What quotas count of a pod, reckoned here so that neither headroom's word nor a quota's is taken for it. */
export function chargeOf(pod: Stored): Charge {
  const charge = new Map<string, bigint>([['count/pods', ONE]]);
  if (hasEnded(pod)) return charge;
  charge.set('pods', ONE);
  for (const [name, amount] of amountsOf(pod, 'requests')) {
    charge.set(`requests.${name}`, amount);
    if (STANDARD.includes(name) || name.startsWith('hugepages-')) charge.set(name, amount);
  }
  for (const [name, amount] of amountsOf(pod, 'limits')) {
    if (STANDARD.includes(name)) charge.set(`limits.${name}`, amount);
  }
  return charge;
}

/** The greater of what runs together and of what each init container needs beside the sidecars before it. */
function amountsOf({ spec }: Stored, part: Part): Charge {
  const { containers = [], initContainers = [] } = spec as Readonly<Record<string, readonly Container[]>>;
  let sidecars: Charge = new Map();
  let most: Charge = new Map();
  for (const container of initContainers) {
    const own = readAmounts(container, part);
    if (container.restartPolicy === 'Always') sidecars = joined(sidecars, own, (one, other) => one + other);
    const needed = container.restartPolicy === 'Always' ? sidecars : joined(sidecars, own, (one, other) => one + other);
    most = joined(most, needed, greater);
  }
  const together = containers.reduce(
    (sum, container) => joined(sum, readAmounts(container, part), (one, other) => one + other),
    sidecars,
  );
  return joined(most, together, greater);
}

function readAmounts({ resources }: Container, part: Part): Charge {
  return new Map(Object.entries(resources?.[part] ?? {}).map(([name, amount]) => [name, billionthsOf(amount)]));
}

function greater(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function joined(one: Charge, other: Charge, join: (a: bigint, b: bigint) => bigint): Charge {
  const result = new Map(one);
  for (const [name, amount] of other) result.set(name, join(result.get(name) ?? 0n, amount));
  return result;
}

/** Of the launcher pods and others in these tests, which state requests and have no deadline. */
function isInScopes(quota: Stored): boolean {
  const { scopes = [] } = (quota.spec ?? {}) as { readonly scopes?: readonly string[] };
  return !scopes.includes('Terminating') && !scopes.includes('BestEffort');
}

/** What a quota should count of these pods, key by key of its limits. */
export function usedOf(quota: Stored, pods: readonly Stored[]): Charge {
  const counted = isInScopes(quota) ? pods.map(chargeOf) : [];
  const { hard = {} } = (quota.spec ?? {}) as { readonly hard?: Amounts };
  return new Map(
    Object.keys(hard).map((key) => [key, counted.reduce((sum, charge) => sum + (charge.get(key) ?? 0n), 0n)]),
  );
}
