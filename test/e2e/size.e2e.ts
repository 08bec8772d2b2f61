import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster } from './harness/cluster.ts';
import { type CountedCall, type CountingProxy, startCountingProxy } from './harness/counting-proxy.ts';
import { createNamespace, migrationOf, startVm, startVms } from './harness/kubevirt.ts';
import { disperse, populate } from './harness/population.ts';
import { installRelease, type Release } from './harness/release.ts';
import { removeNamespace } from './harness/situation.ts';

const FEW = { prefix: 'few', from: 0, to: 2, vmsEach: 50 };
const MANY = { prefix: 'many', from: 0, to: 38, vmsEach: 50 };
const FITTING = 'size-fitting';
const EXCEEDING = 'size-exceeding';
/** Of the one VM there: of a target pod a scale-up does not bring as much as it needs. */
const POD_BYTES = '4797464313';

/** What replicas do beside deciding; and facts of the cluster where those of the last two seconds do, which may be at hand. */
const BY_THE_WAY = /\/secrets\/|webhookconfigurations|\/(kubevirts|settings|nodes)\?resourceVersion=0/;

const cluster = openCluster();
let release: Release;
let proxy: CountingProxy;

beforeAll(async () => {
  await populate(cluster, FEW);
  await createNamespace(cluster, { name: FITTING, limits: { 'limits.cpu': '2k', 'limits.memory': '20Ti' } });
  await createNamespace(cluster, { name: EXCEEDING, limits: { 'limits.cpu': '3', 'limits.memory': POD_BYTES } });
  for (const namespace of [FITTING, EXCEEDING]) await startVm(cluster, { namespace, name: 'vm1' });
  release = await installRelease(cluster, { replicas: 0, flags: { drain: '0', 'survey-interval': '0' } });
  proxy = await startCountingProxy(cluster, release);
  await release.addReplica({ kubeconfig: proxy.kubeconfig });
  await release.route();
});

afterAll(async () => {
  await release?.uninstall();
  await proxy?.close();
  for (const namespace of [FITTING, EXCEEDING]) await removeNamespace(cluster, namespace);
  for (const crowd of [FEW, MANY]) await disperse(cluster, crowd);
  await cluster.close();
});

async function callsFor(namespace: string): Promise<readonly CountedCall[]> {
  const calls = await proxy.during(() => cluster.create(migrationOf('vm1', namespace), { dryRun: true }));
  return calls.filter(({ path }) => !BY_THE_WAY.test(path));
}

describe('a decision in a cluster of 2,000 VMs asks the API server for what it asks for in one of 100', () => {
  let before: { readonly fits: readonly CountedCall[]; readonly exceeds: readonly CountedCall[] };

  beforeAll(async () => {
    before = { fits: await callsFor(FITTING), exceeds: await callsFor(EXCEEDING) };
    await release.unroute();
    await populate(cluster, MANY);
    await release.route();
  }, 120_000);

  test('to the byte, for a migration that fits', async () => {
    expect(await callsFor(FITTING)).toEqual(before.fits);
  });

  test('and for one that is denied, for which all of the cluster and the namespace is read afresh', async () => {
    expect(await callsFor(EXCEEDING)).toEqual(before.exceeds);
  });

  test('a migration that fits reads no more in a namespace of 200 VMs than in one of a single VM', async () => {
    await release.unroute();
    const names = Array.from({ length: 199 }, (_, index) => `other-${index}`);
    await startVms(
      cluster,
      names.map((name) => ({ namespace: FITTING, name })),
    );
    await release.route();
    const after = await callsFor(FITTING);
    expect(after.map(({ path }) => path)).toEqual(before.fits.map(({ path }) => path));
    // The quota itself says how much is used, in more digits.
    const others = (calls: readonly CountedCall[]) => calls.filter(({ path }) => !path.includes('/resourcequotas'));
    expect(others(after)).toEqual(others(before.fits));
  });
});
