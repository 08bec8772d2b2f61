import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { namespaceLimits } from '../builders/namespace.ts';
import { openCluster } from './harness/cluster.ts';
import {
  abort,
  type Evacuation,
  type Evacuee,
  evacuate,
  isAdmitted,
  retry,
  settle,
  untilCounted,
} from './harness/evacuation.ts';
import { setRatio } from './harness/fixtures.ts';
import { createNamespace, startVms } from './harness/kubevirt.ts';
import { headroom, kubectl } from './harness/programs.ts';
import { removeNamespace, untilNoNamespaceEnds } from './harness/situation.ts';

const NODE = 'drained-node';
/** `limits.memory` of the launcher pod of a VM of 4Gi, by overhead ratio. */
const POD = { '1.5': 4797464313n, '4.5': 5682461313n } as const;
type Ratio = keyof typeof POD;
const VMS = 3;
const KINDS = 'ns,resourcequota,limitrange,pod,kubevirt,vm,vmi,vmim,settings.harvesterhci.io,node';

const cluster = openCluster();
const namespaces: string[] = [];

interface DrainForecast {
  readonly forecasts: readonly (Evacuee & { readonly verdict: string; readonly atBest?: string })[];
  readonly drains: readonly [{ readonly batches: readonly (readonly Evacuee[])[]; readonly stuck: readonly Evacuee[] }];
  readonly quotaChanges: readonly {
    readonly namespace: string;
    readonly quota: string;
    readonly resource: string;
    readonly to: string;
    readonly where: string;
  }[];
}

const DRAIN = ['forecast', '--node', NODE, '-o', 'json'];

async function forecastDrain(): Promise<DrainForecast> {
  const live = await headroom(DRAIN);
  expect({ ...live, stdout: '' }).toEqual({ code: expect.any(Number), stdout: '', stderr: '' });
  return JSON.parse(live.stdout);
}

function answersIn({ forecasts }: DrainForecast, namespace: string): string[] {
  const own = forecasts.filter((one) => one.namespace === namespace);
  return own.map(({ verdict, atBest }) => (atBest === undefined ? verdict : `${verdict} to ${atBest}`));
}

/** VMs on the node, started at ratio 1.5, in a namespace with so much to spare. */
async function fill(namespace: string, spareBytes: bigint, spareMilliCpu: number): Promise<void> {
  const limits = {
    'limits.cpu': `${VMS * 2015 + spareMilliCpu}m`,
    'limits.memory': `${BigInt(VMS) * POD['1.5'] + spareBytes}`,
  };
  namespaces.push(namespace);
  await createNamespace(cluster, { name: namespace, limits });
  // Pods of a namespace that has to hold them all are counted one by one.
  const names = Array.from({ length: VMS }, (_, index) => `vm${index + 1}`);
  await startVms(
    cluster,
    names.map((name) => ({ namespace, name, node: NODE })),
  );
  await untilCounted(cluster, namespace, BigInt(VMS) * POD['1.5']);
}

async function empty(): Promise<void> {
  for (const namespace of namespaces.splice(0)) await removeNamespace(cluster, namespace);
}

/**
 * Moves one batch of the forecast order after the other: all of a batch are asked for, those that are admitted come to
 * their end, those that are not are tried again. Gives those that are left when no more happens.
 */
async function carryOut(forecast: DrainForecast, ratio: Ratio): Promise<readonly Evacuation[]> {
  const [{ batches, stuck }] = forecast.drains;
  const moved: Evacuee[] = [];
  let pending: readonly Evacuation[] = [];
  for (const batch of [...batches, ...stuck.map((one) => [one])]) {
    const asked: Evacuation[] = [];
    for (const evacuee of batch) asked.push(await evacuate(cluster, evacuee));
    pending = [...pending, ...asked];
    while (pending.some(isAdmitted)) pending = await nextRound(pending, moved, ratio);
  }
  return pending;
}

/** Those that are admitted settle, and the others are tried again in the quota that this leaves. */
async function nextRound(pending: readonly Evacuation[], moved: Evacuee[], ratio: Ratio) {
  const admitted = pending.filter(isAdmitted);
  for (const evacuation of admitted) await settle(cluster, evacuation);
  moved.push(...admitted.map(({ evacuee }) => evacuee));
  for (const [namespace, own] of Map.groupBy(moved, (one) => one.namespace)) {
    const grown = BigInt(own.length) * (POD[ratio] - POD['1.5']);
    await untilCounted(cluster, namespace, BigInt(VMS) * POD['1.5'] + grown);
  }
  const retried: Evacuation[] = [];
  for (const evacuation of pending) if (!isAdmitted(evacuation)) retried.push(await retry(cluster, evacuation));
  return retried;
}

beforeAll(() => setRatio(cluster, '1.5'));
afterAll(async () => {
  await setRatio(cluster, '1.5');
  await empty();
  await cluster.close();
});

describe('what is foretold of a drain comes true under the real quota admission', () => {
  test('VMs that stay as large as they are get through one after the other, and no quota has to change', async () => {
    await fill('drain-roomy', 10n * POD['1.5'], 10_000);
    await fill('drain-tight', 60_000_000n, 15);
    const forecast = await forecastDrain();
    expect(answersIn(forecast, 'drain-roomy')).toEqual(['fits', 'fits', 'fits']);
    expect(answersIn(forecast, 'drain-tight')).toEqual(Array(VMS).fill('waits to fits'));
    expect(forecast.quotaChanges).toEqual([]);
    expect(forecast.drains[0].batches.map(({ length }) => length)).toEqual([2, 2, 2]);
    expect(await carryOut(forecast, '1.5')).toEqual([]);
    await empty();
  });

  test('VMs that have grown strand one another, and with the smallest quota changes they do not', async () => {
    await fill('drain-grown', 60_000_000n, 15);
    await setRatio(cluster, '4.5');
    const forecast = await forecastDrain();
    expect(answersIn(forecast, 'drain-grown')).toEqual(Array(VMS).fill('exceeds to fits'));

    const stranded = await carryOut(forecast, '4.5');
    expect(stranded.length).toBeGreaterThan(0);
    for (const { answer } of stranded) {
      expect(answer).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('exceeded quota: default-z4g94'),
      });
    }
    for (const evacuation of stranded) await abort(cluster, evacuation);

    await setRatio(cluster, '1.5');
    await fill('drain-raised', 60_000_000n, 15);
    await setRatio(cluster, '4.5');
    const [raise, ...others] = (await forecastDrain()).quotaChanges.filter((one) => one.namespace === 'drain-raised');
    expect(others).toEqual([]);
    expect(raise).toMatchObject({ resource: 'limits.memory', where: 'namespace-annotation' });
    const limits = { 'limits.cpu': `${VMS * 2015 + 15}m`, 'limits.memory': raise?.to ?? '' };
    const annotations = { 'field.cattle.io/resourceQuota': namespaceLimits(limits) };
    await cluster.patch({ kind: 'Namespace', name: 'drain-raised' }, { metadata: { annotations } });
    const after = await forecastDrain();
    expect(answersIn(after, 'drain-raised')).toEqual(Array(VMS).fill('waits to fits'));
    const own = ({ namespace }: Evacuee): boolean => namespace === 'drain-raised';
    const [{ batches }] = after.drains;
    const drains = [{ batches: batches.map((batch) => batch.filter(own)), stuck: [] }] as const;
    expect(await carryOut({ ...after, drains }, '4.5')).toEqual([]);
  });

  test('and a file of what kubectl prints foretells the same as the live cluster', async () => {
    await untilNoNamespaceEnds(cluster);
    const { stdout: snapshot } = await kubectl(['get', KINDS, '-A', '-o', 'json']);
    for (const args of [DRAIN, ['forecast', '--every-node', '-o', 'json'], ['forecast', '-A', '-o', 'json']]) {
      const live = await headroom(args);
      const offline = await headroom([...args, '--snapshot', '-'], { input: snapshot });
      expect(offline).toEqual(live);
    }
  });
});
