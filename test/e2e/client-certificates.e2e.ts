import { writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Authority, createAuthority } from './harness/certificates.ts';
import { openCluster, runFolder } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { notesOn } from './harness/forecast.ts';
import { migrationOf } from './harness/kubevirt.ts';
import { installRelease, type Release } from './harness/release.ts';
import type { Replica } from './harness/replica.ts';

const cluster = openCluster();
/** What the control plane's API server shows to webhooks is of this authority (control-plane.ts). */
const caFile = `${runFolder()}/webhook-clients.crt`;
let release: Release;

beforeAll(async () => {
  const flags = { 'client-ca': caFile, 'client-name': 'kube-apiserver-webhooks', drain: '0' };
  release = await installRelease(cluster, { flags });
});

afterAll(async () => {
  await release?.uninstall();
  await cluster.close();
});

const ask = async () => {
  const answer = await cluster.create(migrationOf('nobody', 'default'), { dryRun: true });
  if (answer.kind === 'refused') throw new Error(answer.message);
  return notesOn(answer.object).verdict;
};

/** What becomes of a client that can reach the port, and has this certificate or none. */
const outcomeOf = ({ port }: Replica, client: { cert?: string; key?: string }): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...client });
    socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'));
    socket.on('data', (data) => resolve(data.toString().split('\r\n', 1)[0] ?? ''));
    socket.on('error', () => resolve('closed')).on('close', () => resolve('closed'));
  });

describe('with --client-ca and --client-name', () => {
  test('the API server is answered when it shows the certificate of its AdmissionConfiguration', async () => {
    expect(await ask()).toBe('unknown');
  });

  test('a pod that reaches the port without a certificate is not, nor with one of another authority', async () => {
    const [replica] = release.replicas() as [Replica];
    const strangers: Authority = await createAuthority('headroom-e2e-webhook-clients');
    expect(await outcomeOf(replica, {})).toBe('closed');
    expect(await outcomeOf(replica, await strangers.issue('CN=kube-apiserver-webhooks'))).toBe('closed');
    await eventually('headroom says so', async () => {
      const refused = (await replica.lines()).filter(({ msg }) => msg === 'client refused');
      expect(refused[0]).toMatchObject({ level: 'warn', client: '127.0.0.1' });
    });
  });

  test('the kubelet and Prometheus ask the admin port without one', async () => {
    const [replica] = release.replicas() as [Replica];
    expect(await replica.isReady()).toBe(true);
    expect(await replica.metrics()).toContain('headroom_reviews_total');
  });

  test('an API server with a certificate of another authority is refused, and nothing is blocked', async () => {
    const other = await createAuthority('other');
    const file = `${runFolder()}/other-clients.crt`;
    await writeFile(file, other.cert);
    const replica = await release.addReplica({ 'client-ca': file });
    for (const former of release.replicas().filter((one) => one !== replica)) await release.stopReplica(former);
    await eventually('the migration is admitted unseen', async () => expect(await ask()).toBeUndefined());
    await release.addReplica();
    await release.stopReplica(replica);
    await eventually('the API server is answered again', async () => expect(await ask()).toBe('unknown'));
  });
});
