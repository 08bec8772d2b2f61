import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { installRelease, type Release } from './harness/release.ts';
import { upgradeRouted } from './harness/routed-upgrade.ts';
import { removeNamespace } from './harness/situation.ts';
import { startTargets, startTraffic } from './harness/traffic.ts';

const NAMESPACE = 'rollout';
const TARGETS = ['vm1', 'vm2', 'vm3', 'vm4'].map((vmi) => ({ namespace: NAMESPACE, vmi }));
/** Time enough for a busy machine: a call that takes long has not failed. */
const FAIL = { webhook: { failurePolicy: 'Fail', timeoutSeconds: 20 } };

const cluster = openCluster();
let release: Release;

beforeAll(() => startTargets(cluster, NAMESPACE, TARGETS));

afterAll(async () => {
  await removeNamespace(cluster, NAMESPACE);
  await cluster.close();
});

describe('failurePolicy Fail, and migrations created all the time: not one call of the webhook fails', () => {
  beforeAll(async () => {
    release = await installRelease(cluster, { values: FAIL, replicas: 2, flags: { drain: '1' } });
  });
  afterAll(() => release?.uninstall());

  test('while a rolling restart replaces every replica', async () => {
    const before = release.replicas().map(({ name }) => name);
    const traffic = startTraffic(TARGETS);
    await traffic.another();
    await release.rollOut();
    await traffic.another();
    const { refused, unseen, admitted } = await traffic.stop();
    expect({ refused, unseen }).toEqual({ refused: [], unseen: 0 });
    expect(admitted).toBeGreaterThan(0);
    expect(release.replicas().map(({ name }) => name)).toEqual([expect.any(String), expect.any(String)]);
    for (const name of before) expect(release.replicas().map((replica) => replica.name)).not.toContain(name);
  });

  test('while helm upgrades the release and the Deployment follows', async () => {
    const traffic = startTraffic(TARGETS);
    await traffic.another();
    await upgradeRouted(release, { webhook: { ...FAIL.webhook, timeoutSeconds: 15 }, logLevel: 'warn' });
    await traffic.another();
    await release.rollOut();
    await traffic.another();
    const { refused, unseen } = await traffic.stop();
    expect({ refused, unseen }).toEqual({ refused: [], unseen: 0 });
    const { webhooks } = await cluster.get({ kind: 'ValidatingWebhookConfiguration', name: 'headroom' });
    expect(webhooks).toEqual([expect.objectContaining({ timeoutSeconds: 15, failurePolicy: 'Fail' })]);
  });

  test('while a replica is stopped, which ends with exit code 0 within the grace period of its pod', async () => {
    const [going, staying] = release.replicas();
    const traffic = startTraffic(TARGETS);
    await traffic.another();
    expect(await going?.child.stop('SIGTERM', 30)).toEqual({ code: 0, signal: null });
    await traffic.another();
    const { refused, unseen } = await traffic.stop();
    expect({ refused, unseen }).toEqual({ refused: [], unseen: 0 });
    expect(await staying?.isReady()).toBe(true);
  });

  // Go's client, the API server's, connects ahead: where another connection is free first, nothing is sent over the new one.
  test('a connection over which nothing has been sent does not keep a replica from ending', async () => {
    const replica = await release.addReplica();
    const unused = connect({ port: replica.port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(unused, 'secureConnect');
    unused.on('error', () => undefined);
    expect(await replica.child.stop('SIGTERM', 30)).toEqual({ code: 0, signal: null });
    unused.destroy();
  });
});

describe('failurePolicy Ignore, and one of two replicas dies without a word', () => {
  beforeAll(async () => {
    release = await installRelease(cluster, { replicas: 2, flags: { drain: '0' } });
  });
  afterAll(() => release?.uninstall());

  test('every migration is admitted, and soon each one is seen again, by the replica that is left', async () => {
    const [dying] = release.replicas();
    const traffic = startTraffic(TARGETS);
    await traffic.another();
    // Still called, as a Service goes on for a while.
    expect(await dying?.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await traffic.another();
    expect((await traffic.stop()).refused).toEqual([]);
    await eventually('nobody is sent to the dead one any more', async () => {
      const after = startTraffic(TARGETS);
      await after.another();
      expect(await after.stop()).toMatchObject({ refused: [], unseen: 0 });
    });
  });
});
