import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { trafficDuring } from './harness/faults-traffic.ts';
import { notesOn } from './harness/forecast.ts';
import { migrationOf } from './harness/kubevirt.ts';
import { installRelease, type Release } from './harness/release.ts';
import type { Replica } from './harness/replica.ts';
import { removeNamespace } from './harness/situation.ts';
import { startTargets } from './harness/traffic.ts';

const NAMESPACE = 'faults-replicas';
const TARGETS = ['vm1', 'vm2', 'vm3', 'vm4'].map((vmi) => ({ namespace: NAMESPACE, vmi }));
const FAILED_CALL = /failed calling webhook "(mutate|validate)-migrations\.headroom\.harvesterhci\.io"/;

const cluster = openCluster();
let release: Release;

beforeAll(() => startTargets(cluster, NAMESPACE, TARGETS));

afterAll(async () => {
  await removeNamespace(cluster, NAMESPACE);
  await cluster.close();
});

const nothing = async () => undefined;
const ask = () => cluster.create(migrationOf('vm1', NAMESPACE), { dryRun: true });
const killAll = async () => {
  for (const replica of [...release.replicas()]) await release.killReplica(replica);
};

/** Still in the Service, which hears of it by the probe that fails. */
const killOne = () => (release.replicas()[0] as Replica).kill();

describe('failurePolicy Fail, three replicas', () => {
  beforeAll(async () => {
    const values = { webhook: { failurePolicy: 'Fail', timeoutSeconds: 20 } };
    release = await installRelease(cluster, { values, replicas: 3, flags: { drain: '0' } });
  });
  afterAll(() => release?.uninstall());

  test('one is killed under load: no call fails but those that were sent to it, and soon none', async () => {
    const others = release.replicas().slice(1);
    const { refused, unseen, admitted } = await trafficDuring(TARGETS, killOne);
    // Each names the webhook: the API server could not reach it, headroom has denied none.
    expect(refused.filter((message) => !FAILED_CALL.test(message))).toEqual([]);
    expect(unseen).toBe(0);
    // Two of three are there all the time.
    expect(admitted).toBeGreaterThan(refused.length);
    await eventually('nobody is sent to the dead one any more', async () => {
      expect(await trafficDuring(TARGETS, nothing)).toMatchObject({ refused: [], unseen: 0 });
    });
    for (const other of others) expect(await other.isReady()).toBe(true);
  });

  test('calls fail while none lives, and from the first that is back on they pass', async () => {
    await killAll();
    expect(await ask()).toMatchObject({ kind: 'refused', code: 500, message: expect.stringMatching(FAILED_CALL) });
    await release.addReplica();
    await eventually('calls pass', async () => {
      expect(await trafficDuring(TARGETS, nothing)).toMatchObject({ refused: [], unseen: 0 });
    });
  });
});

describe('failurePolicy Ignore, three replicas', () => {
  beforeAll(async () => {
    release = await installRelease(cluster, { replicas: 3, flags: { drain: '0' } });
  });
  afterAll(() => release?.uninstall());

  test('nothing is blocked, whichever of them die: one, and then all', async () => {
    const { refused, admitted } = await trafficDuring(TARGETS, async () => {
      await killOne();
      await killAll();
    });
    expect(refused).toEqual([]);
    expect(admitted).toBeGreaterThan(0);
    const unseen = await ask();
    expect(unseen.kind === 'done' && notesOn(unseen.object).verdict).toBeUndefined();
    await release.addReplica();
    await eventually('migrations are seen again', async () => {
      expect(await trafficDuring(TARGETS, nothing)).toMatchObject({ refused: [], unseen: 0 });
    });
  });
});
