import type { Amounts } from '../../builders/json.ts';
import { type ClusterClient, referenceOf, type Stored } from '../harness/cluster.ts';
import { amountText, billionthsOf } from '../harness/harvester-amounts.ts';
import { usedOf } from './charge.ts';

interface Status {
  readonly hard: Amounts;
  readonly used: Amounts;
}

function statusOf({ status }: Stored): Status {
  const { hard = {}, used = {} } = (status ?? {}) as Partial<Status>;
  return { hard, used };
}

/** Throws unless the limits are what admission compares with, and these pods are what it counts. */
export function requireInForce(quota: Stored, pods: readonly Stored[]): void {
  const { name } = quota.metadata;
  const { hard, used } = statusOf(quota);
  for (const [key, amount] of Object.entries(hardOf(quota))) {
    if (!isAmount(hard[key], billionthsOf(amount))) throw new Error(`${name}: ${key}=${amount} is not in force`);
  }
  for (const [key, amount] of usedOf(quota, pods)) {
    if (isAmount(used[key], amount)) continue;
    throw new Error(`${name} counts ${key}=${used[key]}, there is ${amountText(amount)}`);
  }
}

function isAmount(text: string | undefined, amount: bigint): boolean {
  return text !== undefined && billionthsOf(text) === amount;
}

/**
 * Where a pod is charged to two quotas at once and the second has changed meanwhile, the pod can be refused after the
 * first has been charged (k8s.io/apiserver v0.34 plugin/resourcequota/controller.go checkQuotas, on its retries). And a
 * pod that is made at the same time as a quota can be charged by nobody: admission does not know the quota yet, and the
 * quota controller not yet the pod. The quota controller finds either out within five minutes.
 */
export function countsWrong(quota: Stored, pods: readonly Stored[]): boolean {
  const { used } = statusOf(quota);
  return [...usedOf(quota, pods)].some(([key, amount]) => !isAmount(used[key], amount));
}

/** The quota controller counts anew when limits change: one is lowered, so that nothing gets in, and set back. */
export async function recount(cluster: ClusterClient, quota: Stored): Promise<void> {
  const [key, amount] = Object.entries(hardOf(quota)).find(([, text]) => billionthsOf(text) > 0n) ?? [];
  if (key === undefined || amount === undefined) return;
  const reference = { ...referenceOf(quota), kind: 'ResourceQuota' };
  await cluster.patch(reference, { spec: { hard: { [key]: '0' } } });
  await cluster.patch(reference, { spec: { hard: { [key]: amount } } });
}

function hardOf({ spec }: Stored): Amounts {
  return (spec as { readonly hard?: Amounts } | undefined)?.hard ?? {};
}
