import type { ClusterClient, Stored } from './cluster.ts';
import { eventually } from './eventually.ts';

/** Everything in the cluster, by `resource.group namespace/name`. */
export type Inventory = ReadonlyMap<string, Stored>;

interface Resource {
  readonly name: string;
  readonly verbs: readonly string[];
}

/** Notes of what happened, which go by themselves. */
const PASSING = new Set(['events']);

/** Lists every kind that the API server can list; of a kind that has just been defined it can only after a moment. */
export function takeInventory(cluster: ClusterClient): Promise<Inventory> {
  return eventually('every kind can be listed', () => listAll(cluster));
}

async function listAll(cluster: ClusterClient): Promise<Inventory> {
  const { groups } = (await cluster.call('GET', '/apis')) as {
    groups: readonly { name: string; preferredVersion: { groupVersion: string } }[];
  };
  const apis = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const found = await Promise.all(apis.map((api) => listApi(cluster, api)));
  return new Map(found.flat());
}

async function listApi(cluster: ClusterClient, api: string): Promise<readonly (readonly [string, Stored])[]> {
  const { resources } = (await cluster.call('GET', api)) as { resources: readonly Resource[] };
  const listed = resources.filter(({ name, verbs }) => verbs.includes('list') && !PASSING.has(name));
  const lists = await Promise.all(
    listed.map(async ({ name }) => {
      const { items } = (await cluster.call('GET', `${api}/${name}`)) as { items: readonly Stored[] };
      return items.map((item) => [inventoryKey(name, api, item), item] as const);
    }),
  );
  return lists.flat();
}

function inventoryKey(resource: string, api: string, { metadata }: Stored): string {
  const group = api.split('/')[2] ?? '';
  const kind = api.startsWith('/apis/') ? `${resource}.${group}` : resource;
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}

/** Keys of what has come and what has gone between the two. */
export function difference(before: Inventory, after: Inventory) {
  return {
    come: [...after.keys()].filter((key) => !before.has(key)).sort(),
    gone: [...before.keys()].filter((key) => !after.has(key)).sort(),
  };
}
