import type { Cluster, NamespaceObjects } from '../forecast/cluster-objects.ts';
import type { QuotaChange } from '../forecast/forecast.ts';
import { type Prepared, prepare } from '../forecast/forecast-migrations.ts';
import { baseOfKey } from '../harvester/managed-quota.ts';
import { quotaEditPlace } from '../harvester/quota-edit.ts';
import { harvesterRelease } from '../harvester/release.ts';
import { podRatioFromSetting } from '../harvester/settings.ts';
import { ratioIsReadable } from '../kubevirt/memory-overhead.ts';
import type { ResourceQuota } from '../objects/kubernetes.ts';
import { quantityShape } from '../objects/quantity-shape.ts';
import type { Quantity } from '../quantity/quantity.ts';
import { CommandError } from './command-error.ts';
import { shortList } from './vm-selection.ts';

/** A quota as it is to be tried, and what it is. */
export interface QuotaTrial {
  readonly namespace: string;
  readonly change: QuotaChange;
  readonly from: Quantity;
}

/** What the user wants to be otherwise. */
export interface WhatIf {
  readonly ratio?: string;
  readonly quotas: readonly QuotaTrial[];
  readonly notes: readonly string[];
}

/** Reads `--ratio` and `--quota`; undefined where neither is given. Throws a CommandError that says what is wrong. */
export async function readWhatIf(
  cluster: Cluster,
  { ratio, quota }: { readonly ratio?: string; readonly quota?: readonly string[] },
): Promise<WhatIf | undefined> {
  if (ratio === undefined && quota === undefined) return undefined;
  const quotas: QuotaTrial[] = [];
  for (const given of quota ?? []) quotas.push(await quotaTrial(cluster, given));
  if (ratio === undefined) return { quotas, notes: [] };
  return { ratio, quotas, notes: await ratioNotes(cluster, ratio) };
}

/** Checks a ratio as KubeVirt reads it, and says where Harvester is stricter. */
export async function ratioNotes(cluster: Cluster, ratio: string): Promise<readonly string[]> {
  if (!ratioIsReadable(ratio)) {
    throw new CommandError(`--ratio: expected a number such as 2.5, or "" for none, got ${JSON.stringify(ratio)}`);
  }
  const { settings } = await cluster.clusterObjects();
  const setting = podRatioFromSetting(ratio);
  if (setting.kind !== 'refused' || harvesterRelease(settings.items).kind === 'absent') return [];
  return [
    `Harvester would refuse this ratio (${setting.reason}); the forecast is of a cluster that has it all the same`,
  ];
}

const QUOTA_OPTION = /^(?<namespace>[^/:=]+)\/(?<name>[^/:=]+):(?<key>[^=]+)=(?<value>.+)$/;

interface QuotaOption {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
  readonly to: Quantity;
}

async function quotaTrial(cluster: Cluster, given: string): Promise<QuotaTrial> {
  const option = readQuotaOption(given);
  const prepared = prepare({
    cluster: await cluster.clusterObjects(),
    namespace: await cluster.namespaceObjects(option.namespace),
  });
  const quota = findQuota(prepared.objects.namespace, option, given);
  const base = quotaBaseOf(prepared, quota, option.key);
  const from = base.kind === 'scaled' ? base.base : quota.spec?.hard.get(option.key);
  if (from === undefined) {
    const keys = shortList([...(quota.spec?.hard.keys() ?? [])]);
    throw new CommandError(`--quota ${given}: quota ${option.name} has no key ${option.key}; it has ${keys}`);
  }
  const where = quotaEditPlace(releaseOf(prepared), base);
  return {
    namespace: option.namespace,
    change: { quota: option.name, resource: option.key, to: option.to, where },
    from,
  };
}

function readQuotaOption(given: string): QuotaOption {
  const { namespace, name, key, value } = QUOTA_OPTION.exec(given)?.groups ?? {};
  if (namespace === undefined || name === undefined || key === undefined || value === undefined) {
    throw new CommandError(
      `--quota ${given}: expected NAMESPACE/NAME:KEY=VALUE, for example team-a/default-x7k2p:limits.memory=8Gi`,
    );
  }
  const read = quantityShape.safeParse(value);
  if (!read.success) throw new CommandError(`--quota ${given}: ${read.error.issues[0]?.message}`);
  return { namespace, name, key, to: read.data };
}

function findQuota({ quotas }: NamespaceObjects, { namespace, name }: QuotaOption, given: string): ResourceQuota {
  const problem = quotas.problems.find((one) => one.name === name);
  if (problem !== undefined) throw new CommandError(`--quota ${given}: ResourceQuota ${name}: ${problem.message}`);
  const quota = quotas.items.find(({ metadata }) => metadata.name === name);
  if (quota !== undefined) return quota;
  const names = shortList(quotas.items.map(({ metadata }) => metadata.name));
  throw new CommandError(`--quota ${given}: namespace ${namespace} has no ResourceQuota ${name}; it has ${names}`);
}

/** What the key is when nothing migrates, and by whom it is set. */
function quotaBaseOf({ ground }: Prepared, quota: ResourceQuota, key: string): ReturnType<typeof baseOfKey> {
  const facts = ground.kind === 'known' ? ground.namespace.quotas.find((one) => one.quota === quota) : undefined;
  if (facts?.bases === undefined) return { kind: 'fixed', why: 'other-key', hard: quota.spec?.hard.get(key) };
  return baseOfKey(facts.bases, quota, key);
}

function releaseOf({ ground }: Prepared): Parameters<typeof quotaEditPlace>[0] {
  return ground.kind === 'known' ? ground.cluster.harvester?.release : undefined;
}
