import { type Amounts, type Json, merged } from './json.ts';

export const NAMESPACE = 'quota-test';

/** A namespace without limits of Rancher's. */
export function namespace(changes: Json = {}): Json {
  return merged({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, changes);
}

const LIMIT_MEMBERS: Readonly<Record<string, string>> = { 'limits.cpu': 'limitsCpu', 'limits.memory': 'limitsMemory' };

/** The annotation that Rancher's page writes. */
export function namespaceLimits(base: Amounts): string {
  const limit = Object.entries(base).flatMap(([key, amount]) =>
    LIMIT_MEMBERS[key] === undefined ? [] : [[LIMIT_MEMBERS[key], amount]],
  );
  return JSON.stringify({ limit: Object.fromEntries(limit) });
}

export function managedNamespace(base: Amounts, changes: Json = {}): Json {
  const annotations = { 'field.cattle.io/resourceQuota': namespaceLimits(base) };
  return merged(namespace({ metadata: { annotations } }), changes);
}

export const DEFAULT_QUOTA = 'default-z4g94';

/** The quota that Rancher made of the namespace's limits. */
export function defaultQuota(hard: Amounts, changes: Json = {}): Json {
  const labels = { 'resourcequota.management.cattle.io/default-resource-quota': 'true' };
  return merged(quota(DEFAULT_QUOTA, hard, { metadata: { labels } }), changes);
}

/** A quota that nobody scales. Its status is filled by the scene that it is put into, unless it is given here. */
export function quota(name: string, hard: Amounts, changes: Json = {}): Json {
  const metadata = { name, namespace: NAMESPACE };
  return merged({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } }, changes);
}

export function limitRange(...limits: readonly Json[]): Json {
  return { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'bounds', namespace: NAMESPACE }, spec: { limits } };
}
