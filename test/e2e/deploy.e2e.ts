import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { difference, type Inventory, takeInventory } from './harness/inventory.ts';
import { kubectl, outputOf } from './harness/programs.ts';

const MANIFESTS = fileURLToPath(new URL('../../deploy/headroom.yaml', import.meta.url));
const OWN_NAMESPACE = { kind: 'Namespace', name: 'headroom-system' };

const cluster = openCluster();
let before: Inventory;

const untilNamespaceIsGone = () =>
  eventually('the namespace is gone', async () => expect(await cluster.find(OWN_NAMESPACE)).toBeUndefined(), {
    withinSeconds: 30,
  });

beforeAll(async () => {
  // Another suite's release may have left it, as helm does.
  if ((await cluster.find(OWN_NAMESPACE)) !== undefined) await cluster.remove(OWN_NAMESPACE);
  await untilNamespaceIsGone();
  before = await takeInventory(cluster);
});

afterAll(() => cluster.close());

describe('the plain manifests of deploy/', () => {
  test('are accepted by the API server as they are, twice, and deleting them leaves nothing', async () => {
    await outputOf(kubectl(['apply', '--server-side', '--validate=strict', '--filename', MANIFESTS]));
    const again = await outputOf(kubectl(['apply', '--server-side', '--validate=strict', '--filename', MANIFESTS]));
    expect(
      again
        .trim()
        .split('\n')
        .every((line) => line.endsWith('serverside-applied')),
    ).toBe(true);
    const { come } = difference(before, await takeInventory(cluster));
    expect(come).toEqual(
      expect.arrayContaining(['deployments.apps headroom-system/headroom', 'namespaces headroom-system']),
    );
    await outputOf(kubectl(['delete', '--filename', MANIFESTS, '--wait=false']));
    await untilNamespaceIsGone();
    expect(difference(before, await takeInventory(cluster)).come).toEqual([]);
  });
});
