import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuthority, createLeaf } from '../../src/certificates/issue.ts';
import { writeSet } from '../../src/certificates/secret-data.ts';
import { openCluster, runFolder } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { trafficDuring } from './harness/faults-traffic.ts';
import { readKeptCertificates, SECRET, servedAt } from './harness/kept-certificates.ts';
import { installRelease, type Release } from './harness/release.ts';
import type { Replica } from './harness/replica.ts';
import { removeNamespace } from './harness/situation.ts';
import { startTargets } from './harness/traffic.ts';

const NAMESPACE = 'faults-certificates';
const TARGETS = ['vm1', 'vm2', 'vm3', 'vm4'].map((vmi) => ({ namespace: NAMESPACE, vmi }));
const FAIL = { webhook: { failurePolicy: 'Fail', timeoutSeconds: 20 } };
const HOSTS = ['127.0.0.1', 'headroom.headroom-system.svc'];

const cluster = openCluster();
let release: Release;

beforeAll(() => startTargets(cluster, NAMESPACE, TARGETS));

afterAll(async () => {
  await removeNamespace(cluster, NAMESPACE);
  await cluster.close();
});

async function withoutFailedCall(act: () => Promise<unknown>): Promise<void> {
  expect(await trafficDuring(TARGETS, act)).toMatchObject({ refused: [], unseen: 0 });
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const anotherKey = () =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;

/** Authority, certificate and key that have nothing to do with those in use. */
async function anotherSet() {
  const validity = { now: new Date(), notAfter: new Date(Date.now() + 40_000) };
  const issuer = await createAuthority('headroom CA of another cluster', validity);
  const leaf = await createLeaf(issuer, HOSTS, validity);
  return { bundle: [issuer.certificate], issuer, leaf };
}

describe('the Secret of certificates that live for a minute', () => {
  beforeAll(async () => {
    const flags = { 'certificate-lifetime': '60', drain: '0' };
    release = await installRelease(cluster, { values: FAIL, replicas: 2, flags });
  });
  afterAll(() => release?.uninstall());

  const allServed = () => Promise.all(release.replicas().map(({ port }) => servedAt(port)));

  test.each([
    { what: 'the key of another certificate', key: 'tls.key' },
    { what: 'the key of another authority', key: 'ca.key' },
  ])('with $what gets its own again, with no call failed', async ({ key }) => {
    const before = await readKeptCertificates(cluster);
    const keyBefore = (await cluster.get(SECRET)).data?.[key];
    await withoutFailedCall(async () => {
      await cluster.patch(SECRET, { data: { [key]: base64(anotherKey()) } });
      await eventually('all is as it was', async () => {
        expect((await cluster.get(SECRET)).data?.[key]).toBe(keyBefore);
        expect(await readKeptCertificates(cluster)).toEqual(before);
        expect(await allServed()).toEqual([before.leaf, before.leaf]);
      });
    });
  });

  test('with the certificates of another cluster: they are taken up, once the API server trusts them, with no call failed', async () => {
    const before = await readKeptCertificates(cluster);
    const data = writeSet(await anotherSet(), {});
    await withoutFailedCall(async () => {
      await cluster.patch(SECRET, { data });
      await eventually(
        'both serve by the other authority',
        async () => {
          const { leaf, issuer, trusted } = await readKeptCertificates(cluster);
          expect(issuer).not.toBe(before.issuer);
          expect(trusted.every((bundle) => bundle.includes(issuer))).toBe(true);
          expect(await allServed()).toEqual([leaf, leaf]);
        },
        { withinSeconds: 30 },
      );
    });
  });
});

describe('certificates in files, of a Secret that somebody else keeps', () => {
  const OWN = { kind: 'Secret', name: 'own-certificate', namespace: 'headroom-system' };

  beforeAll(async () => {
    const { issuer, leaf } = await anotherSet();
    const data = { 'tls.crt': base64(leaf.certificate), 'tls.key': base64(leaf.key) };
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OWN.namespace } });
    const { kind, ...metadata } = OWN;
    await cluster.created({ apiVersion: 'v1', kind, metadata, type: 'kubernetes.io/tls', data });
    const certificates = { mode: 'secret', secretName: OWN.name, caBundle: issuer.certificate };
    release = await installRelease(cluster, { values: { ...FAIL, certificates }, flags: { drain: '0' } });
  });
  afterAll(async () => {
    await release?.uninstall();
    await cluster.remove(OWN);
  });

  test('a key that does not fit is not taken up, and no call fails', async () => {
    const replica = release.replicas()[0] as Replica;
    const served = await servedAt(replica.port);
    const file = `${runFolder()}/${replica.name}/etc/headroom/tls/tls.key`;
    await withoutFailedCall(async () => {
      await writeFile(file, anotherKey());
      await eventually('it has been refused', async () => {
        expect(JSON.stringify(await replica.lines())).toContain('the changed files are not taken up');
      });
      expect(await servedAt(replica.port)).toBe(served);
    });
  });
});
