import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { quota } from '../builders/namespace.ts';
import { openCluster } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { callDirectly } from './harness/faults-reviews.ts';
import { addSkewedReplica, clockError } from './harness/faults-skew.ts';
import { trafficDuring } from './harness/faults-traffic.ts';
import { readKeptCertificates, SECRET, servedAt } from './harness/kept-certificates.ts';
import { startVms } from './harness/kubevirt.ts';
import { installRelease, type Release } from './harness/release.ts';
import { removeNamespace, situationOf, untilPodsCanBe } from './harness/situation.ts';
import { startTargets } from './harness/traffic.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const NAMESPACE = 'faults-clock';
const TARGETS = ['vm1', 'vm2', 'vm3', 'vm4'].map((vmi) => ({ namespace: NAMESPACE, vmi }));
const ALL_WELL = { refused: [], unseen: 0 };
const nothing = async () => undefined;

const cluster = openCluster();
let release: Release;

beforeAll(async () => {
  await startTargets(cluster, NAMESPACE, TARGETS);
  // Fail: a certificate that the API server does not accept is a migration refused.
  const values = { webhook: { failurePolicy: 'Fail', timeoutSeconds: 20 } };
  release = await installRelease(cluster, { values, flags: { drain: '0' } });
});

afterAll(async () => {
  await release?.uninstall();
  await removeNamespace(cluster, NAMESPACE);
  await cluster.close();
});

/** No replica runs, and there are no certificates. */
async function beginAnew(): Promise<void> {
  for (const replica of [...release.replicas()]) await release.killReplica(replica);
  await cluster.remove(SECRET);
}

const untilCallsPass = () =>
  eventually('calls pass', async () => {
    expect(await trafficDuring(TARGETS, nothing)).toMatchObject(ALL_WELL);
  });

describe('a replica whose clock is an hour off, which is the same as an API server whose clock is', () => {
  test.each([
    { what: 'ahead', seconds: HOUR },
    { what: 'behind', seconds: -HOUR },
  ])('$what: the certificates it makes are accepted', async ({ seconds }) => {
    await beginAnew();
    const replica = await addSkewedReplica(cluster, release, seconds);
    expect(Math.abs((await clockError(replica)) - seconds)).toBeLessThan(60);
    await untilCallsPass();
  });

  test('replicas two hours apart serve the same certificate, and none writes it anew', async () => {
    await beginAnew();
    const ahead = await addSkewedReplica(cluster, release, HOUR);
    await untilCallsPass();
    const before = (await cluster.get(SECRET)).metadata.resourceVersion;
    const tally = await trafficDuring(TARGETS, async () => {
      const behind = await addSkewedReplica(cluster, release, -HOUR);
      const right = await release.addReplica();
      const { leaf } = await readKeptCertificates(cluster);
      expect(await Promise.all([ahead, behind, right].map(({ port }) => servedAt(port)))).toEqual([leaf, leaf, leaf]);
    });
    expect(tally).toMatchObject(ALL_WELL);
    expect((await cluster.get(SECRET)).metadata.resourceVersion).toBe(before);
  });

  test('room that one has promised is not promised again by another that is two hours behind it', async () => {
    const namespace = 'faults-clock-room';
    await beginAnew();
    const ahead = await addSkewedReplica(cluster, release, HOUR);
    const behind = await addSkewedReplica(cluster, release, -HOUR);
    await cluster.created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await untilPodsCanBe(cluster, namespace);
    await startVms(cluster, [
      { namespace, name: 'vm1' },
      { namespace, name: 'vm2' },
    ]);
    // The launcher pods of two VMs of 4Gi, and of one more.
    const hard = { 'limits.memory': `${3n * 4_797_464_313n}` };
    await cluster.created(quota('memory', hard, { metadata: { namespace } }));
    await situationOf(cluster, namespace, 'memory').quotaStatus({ hard });
    const callers = await Promise.all([ahead, behind].map((replica) => callDirectly(cluster, replica)));
    const [first, second] = callers;
    expect(await second?.ask({ namespace, vmi: 'vm2' })).toMatchObject({ verdict: 'fits' });
    expect(await first?.ask({ namespace, vmi: 'vm1' }, 'for real')).toMatchObject({ verdict: 'fits' });
    expect(await second?.ask({ namespace, vmi: 'vm2' }, 'for real')).toMatchObject({
      allowed: true,
      verdict: 'waits',
    });
    for (const caller of callers) await caller.close();
    await removeNamespace(cluster, namespace);
  });
});

describe('certificates that have ended while no replica ran', () => {
  test.each([
    { what: 'the serving one, not its authority', days: 100, isSameIssuer: true },
    { what: 'the authority too', days: 400, isSameIssuer: false },
  ])('$what: calls fail, and pass as soon as a replica runs', async ({ days, isSameIssuer }) => {
    await beginAnew();
    const past = await addSkewedReplica(cluster, release, -days * DAY);
    await eventually('calls fail for it', async () => {
      const { refused, admitted } = await trafficDuring(TARGETS, nothing);
      expect(admitted).toBe(0);
      expect(refused.every((message) => /certificate has expired/.test(message))).toBe(true);
    });
    const before = await readKeptCertificates(cluster);
    await release.killReplica(past);
    await release.addReplica();
    await untilCallsPass();
    const after = await readKeptCertificates(cluster);
    expect(after.leaf).not.toBe(before.leaf);
    expect(after.issuer === before.issuer).toBe(isSameIssuer);
    expect(after.trusted.every((bundle) => bundle.includes(after.issuer))).toBe(true);
  });
});
