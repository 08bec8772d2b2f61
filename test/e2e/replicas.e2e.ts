import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Amounts } from '../builders/json.ts';
import { quota } from '../builders/namespace.ts';
import { type ClusterClient, openCluster, type Stored, type Written } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { setRatio } from './harness/fixtures.ts';
import { forecastOn, notesOn } from './harness/forecast.ts';
import { scaleUp } from './harness/harvester.ts';
import { createNamespace, migrationOf, setPhase, startVm, startVms, targetPod } from './harness/kubevirt.ts';
import { installRelease, type Release } from './harness/release.ts';
import type { Replica } from './harness/replica.ts';
import { removeNamespace, situationOf, untilPodsCanBe } from './harness/situation.ts';

/** `limits.memory` of the launcher pod of a VM of 4Gi, by overhead ratio; 60M of it no scale-up knows of. */
const POD = { '1.5': 4797464313n, '4.5': 5682461313n } as const;
const CONSOLE_LOG = 60_000_000n;
/** Not enough for anything. */
const SPARE = 1000n;
const RESERVATIONS = { kind: 'ConfigMap', name: 'headroom-reservations', namespace: 'headroom-system' };

/** Each has 16 connections: no creation waits for another. */
const clients = Array.from({ length: 5 }, () => openCluster());
const cluster = clients[0] as ClusterClient;
let release: Release;

beforeAll(async () => {
  release = await installRelease(cluster, { replicas: 3, flags: { drain: '0' } });
});

afterAll(async () => {
  await setRatio(cluster, '1.5');
  await release?.uninstall();
  for (const client of clients) await client.close();
});

/** Enough that the connections of two replicas do not do: between bursts the API server keeps 25, a third to each. */
const VMS = 24;

interface Told {
  readonly vmi: Stored;
  readonly answer: Written;
}

interface Asking {
  readonly dryRun?: boolean;
}

function verdictOf({ answer }: Told): string {
  return answer.kind === 'refused' ? 'denied' : (notesOn(answer.object).verdict ?? 'unseen');
}

async function reviewsOf(replica: Replica): Promise<number> {
  const counts = (await replica.metrics()).matchAll(/^headroom_reviews_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** A migration of every VM at once, in an order that nobody has chosen, of all replicas. */
async function askAll(vmis: readonly Stored[], options: Asking = {}): Promise<readonly Told[]> {
  const before = await Promise.all(release.replicas().map(reviewsOf));
  const asked = vmis.map(async (vmi, index): Promise<Told> => {
    const { name, namespace = '' } = vmi.metadata;
    const client = clients[index % clients.length] as ClusterClient;
    return { vmi, answer: await client.create(migrationOf(name, namespace), options) };
  });
  const told = await Promise.all(asked);
  const after = await Promise.all(release.replicas().map(reviewsOf));
  for (const [index, count] of after.entries()) expect(count).toBeGreaterThan(before[index] ?? 0);
  return told;
}

/** The quota's answer to the target pod, which virt-controller creates next. */
async function createTarget({ vmi, answer }: Told): Promise<Written> {
  if (answer.kind === 'refused') throw new Error(answer.message);
  await setPhase(cluster, answer.object, 'Pending');
  return cluster.create(await targetPod(cluster, vmi, answer.object.metadata.uid));
}

/** That no more are told `fits` than fit, that these do, and that one more does not. */
async function expectPromises(told: readonly Told[], room: number, scale?: (vmi: Stored) => Promise<void>) {
  const fitting = told.filter((one) => verdictOf(one) === 'fits');
  expect(fitting.length).toBeLessThanOrEqual(room);
  expect(fitting.length).toBeGreaterThanOrEqual(Math.min(room, 1));
  for (const { vmi } of fitting) await scale?.(vmi);
  const admitted = await Promise.all(fitting.map(createTarget));
  expect(admitted.filter(({ kind }) => kind === 'refused')).toEqual([]);
  // One that was told otherwise; where fewer were told `fits` than fit, what they have left is taken first.
  const others = told.filter((one) => one.answer.kind === 'done' && verdictOf(one) !== 'fits');
  for (const [index, other] of others.slice(0, room - fitting.length + 1).entries()) {
    await scale?.(other.vmi);
    expect((await createTarget(other)).kind).toBe(fitting.length + index < room ? 'done' : 'refused');
  }
}

function startAll(namespace: string): Promise<readonly Stored[]> {
  return startVms(
    cluster,
    Array.from({ length: VMS }, (_, index) => ({ namespace, name: `vm${index + 1}` })),
  );
}

/** VMs in a namespace whose quota nobody scales, with so much room besides. */
async function unscaled(namespace: string, roomBytes: bigint): Promise<readonly Stored[]> {
  await cluster.created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await untilPodsCanBe(cluster, namespace);
  const vmis = await startAll(namespace);
  const hard = { 'limits.memory': `${BigInt(VMS) * POD['1.5'] + roomBytes}` };
  await cluster.created(quota('memory', hard, { metadata: { namespace } }));
  await situationOf(cluster, namespace, 'memory').quotaStatus({ hard });
  return vmis;
}

describe('three replicas are asked at the same moment, and no room is promised twice', () => {
  test('quotas that nobody scales, of three namespaces, with room for 1, 2 and 7 of 24', async () => {
    const bursts = [
      { namespace: 'burst-1', room: 1 },
      { namespace: 'burst-2', room: 2 },
      { namespace: 'burst-7', room: 7 },
    ];
    const vmis: (readonly Stored[])[] = [];
    for (const { namespace, room } of bursts) vmis.push(await unscaled(namespace, BigInt(room) * POD['1.5'] + SPARE));
    const all = await askAll(vmis.flat());
    for (const { namespace, room } of bursts) {
      const told = all.filter(({ vmi }) => vmi.metadata.namespace === namespace);
      expect(told.map(verdictOf)).not.toContain('denied');
      await expectPromises(told, room);
      await removeNamespace(cluster, namespace);
    }
  });

  test('an unscaled quota with room for none: all are denied', async () => {
    const namespace = 'burst-none';
    const vmis = await unscaled(namespace, SPARE);
    expect(new Set((await askAll(vmis)).map(verdictOf))).toEqual(new Set(['denied']));
    await removeNamespace(cluster, namespace);
  });

  test('a quota that Harvester scales, with room for what no scale-up knows of, of 3 of 24', async () => {
    const namespace = 'burst-managed';
    const room = 3;
    const memory = BigInt(VMS) * POD['1.5'] + BigInt(room) * CONSOLE_LOG + SPARE;
    const limits = { 'limits.cpu': '1000', 'limits.memory': `${memory}` };
    const situation = await createNamespace(cluster, { name: namespace, limits });
    const told = await askAll(await startAll(namespace));
    expect(told.map(verdictOf)).not.toContain('denied');
    await expectPromises(told, room, async (vmi) => {
      await scaleUp(cluster, namespace, vmi.metadata.name);
      const { spec } = await cluster.get({ kind: 'ResourceQuota', name: situation.quota, namespace });
      await situation.quotaStatus({ hard: spec?.hard as Amounts });
    });
    await situation.remove();
  });
});

describe('three replicas are asked at the same moment, and there is room for all', () => {
  test('of one namespace: each is told that it fits', async () => {
    const namespace = 'burst-roomy';
    const vmis = await unscaled(namespace, BigInt(VMS) * POD['1.5'] + SPARE);
    expect(new Set((await askAll(vmis)).map(verdictOf))).toEqual(new Set(['fits']));
    await removeNamespace(cluster, namespace);
  });

  test('of thirty namespaces: none waits for what another namespace is promised', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `burst-many-${index + 1}`);
    const limits = { 'limits.cpu': '100', 'limits.memory': '100Gi' };
    await Promise.all(names.map((name) => createNamespace(cluster, { name, limits })));
    const vmis = await Promise.all(names.map((namespace) => startVm(cluster, { namespace, name: 'vm1' })));
    expect(new Set((await askAll(vmis)).map(verdictOf))).toEqual(new Set(['fits']));
    await Promise.all(names.map((namespace) => removeNamespace(cluster, namespace)));
  });
});

test('dry runs at the same moment reserve nothing', async () => {
  const namespace = 'burst-dry';
  const vmis = await unscaled(namespace, POD['1.5'] + SPARE);
  const told = await askAll(vmis, { dryRun: true });
  expect(new Set(told.map(verdictOf))).toEqual(new Set(['fits']));
  expect(JSON.stringify((await cluster.get(RESERVATIONS)).data ?? {})).not.toContain(namespace);
  await removeNamespace(cluster, namespace);
});

describe('the overhead ratio was raised after the VMs were started, so that use grows for good', () => {
  test('a quota that nobody scales, with room for 2 of 24', async () => {
    const namespace = 'growing';
    const room = 2;
    const vmis = await unscaled(namespace, BigInt(room) * POD['4.5'] + SPARE);
    await setRatio(cluster, '4.5');
    await untilAllReckon(vmis, POD['4.5']);
    await expectPromises(await askAll(vmis), room);
    await removeNamespace(cluster, namespace);
  });
});

/** Each replica keeps facts of the cluster for some seconds. */
function untilAllReckon(vmis: readonly Stored[], bytes: bigint) {
  return eventually(`all replicas reckon with ${bytes}`, async () => {
    for (const { answer } of await askAll(vmis, { dryRun: true })) {
      if (answer.kind === 'done') expect(forecastOn(answer.object).target['limits.memory']).toBe(`${bytes}`);
    }
  });
}
