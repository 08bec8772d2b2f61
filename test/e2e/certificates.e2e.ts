import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import {
  CONFIGURATIONS,
  type KeptCertificates,
  readKeptCertificates,
  SECRET,
  servedAt,
  webhooksIn,
} from './harness/kept-certificates.ts';
import { helm, outputOf } from './harness/programs.ts';
import { installRelease, type Release } from './harness/release.ts';
import { removeNamespace } from './harness/situation.ts';
import { startTargets, startTraffic } from './harness/traffic.ts';

const NAMESPACE = 'certificates';
const TARGETS = ['vm1', 'vm2', 'vm3', 'vm4'].map((vmi) => ({ namespace: NAMESPACE, vmi }));

/** Where certificates live for a minute, a Secret that is gone is noticed within two seconds and made again two later. */
const LONG_DRAIN = '5';

const cluster = openCluster();
let release: Release;
let isUninstalled = false;

/** Fail: a call that comes to nothing is a migration refused. One that takes long on a busy machine has not failed. */
const install = (lifetimeSeconds: number) =>
  installRelease(cluster, {
    values: { webhook: { failurePolicy: 'Fail', timeoutSeconds: 20 } },
    replicas: 2,
    flags: { 'certificate-lifetime': `${lifetimeSeconds}`, drain: '0' },
  });

const allServed = () => Promise.all(release.replicas().map(({ port }) => servedAt(port)));

/** Migrations are created all the time while something is done: none is refused. */
async function withoutFailedCall(act: () => Promise<void>): Promise<void> {
  const traffic = startTraffic(TARGETS);
  try {
    await traffic.another();
    await act();
    await traffic.another();
  } finally {
    const { refused, unseen } = await traffic.stop();
    expect({ refused: refused.slice(0, 3), unseen }).toEqual({ refused: [], unseen: 0 });
  }
}

beforeAll(() => startTargets(cluster, NAMESPACE, TARGETS));

afterAll(async () => {
  await removeNamespace(cluster, NAMESPACE);
  await cluster.close();
});

describe('certificates that live for ten seconds, and their authority for forty', () => {
  beforeAll(async () => {
    release = await install(10);
  });
  afterAll(() => release?.uninstall());

  test('are renewed, and the authority is replaced and forgotten, with no call failed', async () => {
    const seen: KeptCertificates[] = [];
    const look = async (): Promise<KeptCertificates> => {
      const kept = await readKeptCertificates(cluster);
      if (kept.leaf !== seen.at(-1)?.leaf) seen.push(kept);
      return kept;
    };
    const connections = () => [...release.balancer.connections().values()];
    await withoutFailedCall(async () => {
      const first = await look();
      let isBothTrusted = false;
      await eventually(
        'the leaf has been renewed twice and the authority replaced',
        async () => {
          const { trusted, issuer } = await look();
          isBothTrusted ||= issuer === first.issuer && trusted.every((authorities) => authorities.length === 2);
          expect(seen.length).toBeGreaterThan(2);
          expect(issuer).not.toBe(first.issuer);
        },
        { withinSeconds: 50, everyMilliseconds: 100 },
      );
      expect(isBothTrusted).toBe(true);
      const before = connections();
      await eventually('what is in the Secret is what is served', async () => {
        const { leaf } = await look();
        expect(await allServed()).toEqual([leaf, leaf]);
      });
      await eventually('the API server has opened connections with them', () => {
        for (const [index, count] of connections().entries()) expect(count).toBeGreaterThan(before[index] ?? 0);
      });
      await eventually(
        'the former authority is not trusted any more',
        async () => {
          const { bundle, trusted } = await look();
          expect(bundle).not.toContain(first.issuer);
          expect(trusted).toEqual([bundle, bundle, bundle]);
        },
        { withinSeconds: 40, everyMilliseconds: 100 },
      );
    });
  }, 120_000);
});

describe('certificates that live for a minute', () => {
  beforeAll(async () => {
    release = await install(60);
  });
  afterAll(async () => {
    if (!isUninstalled) await release?.uninstall();
  });

  const untilAs = (before: KeptCertificates) =>
    eventually('all is as it was', async () => {
      expect(await readKeptCertificates(cluster)).toEqual(before);
      expect(await allServed()).toEqual([before.leaf, before.leaf]);
    });

  test('a Secret that is deleted comes back with the same certificates, with no call failed', async () => {
    const before = await readKeptCertificates(cluster);
    const { uid } = (await cluster.get(SECRET)).metadata;
    await withoutFailedCall(async () => {
      await cluster.remove(SECRET);
      await untilAs(before);
    });
    expect((await cluster.get(SECRET)).metadata.uid).not.toBe(uid);
  });

  test.each([
    { what: 'a Secret whose certificate is garbage', data: { 'tls.crt': 'Z2FyYmFnZQ==' } },
    { what: 'a Secret that has lost the key of its authority', data: { 'ca.key': null } },
    { what: 'a Secret that is empty', data: null },
  ])('$what gets the same certificates again, with no call failed', async ({ data }) => {
    const before = await readKeptCertificates(cluster);
    await withoutFailedCall(async () => {
      await cluster.patch(SECRET, { data });
      await untilAs(before);
    });
  });

  test.each([
    { what: 'of somebody else', caBundle: () => Buffer.from(cluster.connection.ca).toString('base64') },
    { what: 'that is empty', caBundle: () => '' },
  ])('a caBundle $what gives way to the right one, and calls come through again', async ({ caBundle }) => {
    const before = await readKeptCertificates(cluster);
    for (const reference of CONFIGURATIONS) {
      const patch = webhooksIn(await cluster.get(reference)).map((_, index) => ({
        op: 'replace',
        path: `/webhooks/${index}/clientConfig/caBundle`,
        value: caBundle(),
      }));
      await cluster.patch(reference, patch, { type: 'json' });
    }
    await eventually('all is as it was', async () => {
      expect(await readKeptCertificates(cluster)).toEqual(before);
    });
    await eventually('calls come through again', () => withoutFailedCall(async () => undefined));
  });

  test('a replica that has been told to end does not put back a Secret that is deleted then', async () => {
    const others = [...release.replicas()];
    const leaving = await release.addReplica({ drain: LONG_DRAIN });
    for (const other of others) await release.stopReplica(other);
    const stopping = release.stopReplica(leaving);
    await cluster.remove(SECRET);
    await stopping;
    expect((await cluster.find(SECRET))?.metadata.name).toBeUndefined();
  });

  test('an uninstall takes the Secret with it, and replicas that are still being stopped leave it at that', async () => {
    await Promise.all([1, 2].map(() => release.addReplica({ drain: LONG_DRAIN })));
    expect((await cluster.find(SECRET))?.metadata.name).toBe(SECRET.name);
    await outputOf(helm(['uninstall', release.name, '--namespace', release.namespace]));
    isUninstalled = true;
    await Promise.all([...release.replicas()].map((replica) => release.stopReplica(replica)));
    expect((await cluster.find(SECRET))?.metadata.name).toBeUndefined();
    await release.balancer.close();
  });
});
