import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { formerAuthorities } from '../../src/certificates/certificate-set.ts';
import { readSet } from '../../src/certificates/secret-data.ts';
import { refused } from '../builders/in-memory-api.ts';
import { lastPair, MUTATING, Namespace, SECRET } from './replicas.ts';
import { echo, TlsReplica } from './tls-replica.ts';

let namespace: Namespace;
let servers: TlsReplica[];

beforeEach(() => {
  // OpenSSL goes by the real clock; what is made within an hour of it is valid for it.
  namespace = new Namespace(new Date(Math.floor(Date.now() / 1000) * 1000));
  servers = [];
});

afterEach(async () => {
  await namespace.stopAll();
  for (const server of servers) await server.close();
});

async function serve(count: number): Promise<TlsReplica[]> {
  for (let each = 0; each < count; each++) servers.push(await TlsReplica.start(namespace));
  return servers;
}

function storedSet() {
  const reading = readSet(namespace.api.get(SECRET)?.data ?? {}, namespace.clock.now());
  if (reading.kind !== 'whole') throw new Error(`the Secret is ${reading.kind}`);
  return reading.set;
}

/** Every API server trusts what it was told last, or, while it has not heard, what it was told before. */
async function expectTrust(former: readonly string[]): Promise<string[]> {
  const bundles = namespace.caBundles();
  for (const server of servers) {
    for (const bundle of new Set([...former, ...bundles])) await server.shakeHandsOnce(bundle);
    expect(server.replica.keeper.notAfter()!.getTime()).toBeGreaterThan(namespace.clock.now().getTime());
  }
  return bundles;
}

interface Stage {
  readonly trusted: number;
  readonly hasNext: boolean;
  readonly former: number;
}

/** Moves on, shaking hands after every check, and returns the stages of the Secret that were seen. */
async function advanceWithHandshakes(seconds: number): Promise<string[]> {
  const stages: string[] = [];
  let former = namespace.caBundles();
  await namespace.clock.advance(seconds, async () => {
    former = await expectTrust(former);
    const set = storedSet();
    const stage = {
      trusted: set.bundle.length,
      hasNext: set.next !== undefined,
      former: formerAuthorities(set).length,
    };
    const text = describeStage(stage);
    if (stages.at(-1) !== text) stages.push(text);
  });
  return stages;
}

function describeStage({ trusted, hasNext, former }: Stage): string {
  return `${trusted} trusted${hasNext ? ', one of them next' : ''}${former > 0 ? `, ${former} former` : ''}`;
}

describe('a serving certificate', () => {
  test('is renewed by the same CA when a third of its life is left, for every replica alike', async () => {
    const replicas = await namespace.start(3);
    const [before, bundle] = [lastPair(replicas[0]!).cert, namespace.data('ca.crt')];
    await namespace.clock.advance(399);
    expect(namespace.data('tls.crt')).toBe(before);
    await namespace.clock.advance(42);
    expect(namespace.data('tls.crt')).not.toBe(before);
    expect(namespace.data('ca.crt')).toBe(bundle);
    expect(replicas.map((replica) => lastPair(replica).cert)).toEqual(Array(3).fill(namespace.data('tls.crt')));
  });

  test('is taken up without an end to the connections that are open', async () => {
    const [server] = await serve(1);
    const socket = await server!.connect(namespace.caBundles()[0]!);
    await namespace.clock.advance(450);
    expect(server!.replica.pairs).toHaveLength(2);
    expect(await echo(socket, 'still here')).toBe('still here');
    const other = await server!.connect(namespace.caBundles()[0]!);
    expect(other.getPeerX509Certificate()?.serialNumber).not.toBe(socket.getPeerX509Certificate()?.serialNumber);
    socket.destroy();
    other.destroy();
  });

  test('is renewed for a Service of another name, and suits replicas of both names during a rollout', async () => {
    const [old] = await namespace.start(1);
    const other = namespace.startReplica({ hosts: ['new.headroom-system.svc', '10.43.0.7', '::1'] });
    await namespace.idle();
    await namespace.clock.advance(100);
    const leaf = new X509Certificate(lastPair(other).cert);
    for (const host of ['headroom.headroom-system.svc', 'new.headroom-system.svc'])
      expect(leaf.checkHost(host)).toBe(host);
    for (const address of ['10.43.0.7', '::1']) expect(leaf.checkIP(address)).toBe(address);
    expect(lastPair(old!)).toEqual(lastPair(other));
    expect(other.pairs).toHaveLength(1);
  });

  test('that has ended while all replicas were down is made anew by the same CA', async () => {
    const [before] = await namespace.start(1);
    await namespace.stop(before!);
    const bundles = namespace.caBundles();
    await namespace.clock.advance(700);
    const [after] = await namespace.start(1);
    expect(lastPair(after!).cert).not.toBe(lastPair(before!).cert);
    expect(namespace.caBundles()).toEqual(bundles);
    expect(after!.keeper.notAfter()!.getTime() - namespace.clock.now().getTime()).toBe(600_000);
  });

  test('that has ended with its CA while all replicas were down is made anew with another CA', async () => {
    const [before] = await namespace.start(1);
    await namespace.stop(before!);
    await namespace.clock.advance(4000);
    const [after] = await namespace.start(1);
    expect(storedSet().bundle).toHaveLength(1);
    expect(namespace.caBundles()).toEqual(Array(3).fill(namespace.data('ca.crt')));
    expect(lastPair(after!).cert).not.toBe(lastPair(before!).cert);
  });
});

describe('a CA that nears its end', () => {
  test('is followed by another one, both trusted in between, and no handshake ever fails', async () => {
    await serve(3);
    const stages = await advanceWithHandshakes(3450);
    expect(stages).toEqual([
      '1 trusted',
      '2 trusted, one of them next',
      '2 trusted, 1 former',
      '1 trusted',
      '2 trusted, one of them next',
      '2 trusted, 1 former',
    ]);
  }, 60_000);

  test('is followed also while one replica hears nothing and goes on with its certificate', async () => {
    const [, , deaf] = await serve(3);
    await advanceWithHandshakes(1480);
    deaf!.replica.cable.isCut = true;
    const certificate = lastPair(deaf!.replica).cert;
    await advanceWithHandshakes(240);
    expect(lastPair(deaf!.replica).cert).toBe(certificate);
    expect(storedSet().issuer.certificate).not.toContain(certificate);
    deaf!.replica.cable.isCut = false;
    await advanceWithHandshakes(80);
    expect(lastPair(deaf!.replica).cert).toBe(namespace.data('tls.crt'));
  }, 60_000);

  test('signs on until callers have been told of the next one', async () => {
    await serve(2);
    await advanceWithHandshakes(1480);
    namespace.api.failure = ({ method, path }) =>
      method === 'PATCH' && path === MUTATING ? refused(403, 'Forbidden') : undefined;
    const { issuer } = storedSet();
    await advanceWithHandshakes(600);
    expect(storedSet().next).toBeDefined();
    expect(storedSet().issuer).toEqual(issuer);
    namespace.api.failure = undefined;
    await advanceWithHandshakes(80);
    expect(storedSet().issuer).not.toEqual(issuer);
  }, 60_000);

  test('is followed by its successor at its end even if callers could not be told', async () => {
    const [replica] = await namespace.start(1);
    await namespace.clock.advance(1480);
    const { issuer } = storedSet();
    namespace.api.failure = ({ method }) => (method === 'PATCH' ? refused(403, 'Forbidden') : undefined);
    await namespace.clock.advance(1000);
    expect(storedSet().issuer).not.toEqual(issuer);
    expect(lastPair(replica!).cert).toBe(namespace.data('tls.crt'));
  });

  test.each(['next-ca.crt', 'next-ca.key', 'former-ca-until'])(
    'is followed although %s is garbled',
    async (key) => {
      await serve(2);
      await advanceWithHandshakes(1480);
      let isGarbled = false;
      for (let seconds = 0; seconds < 1800; seconds += 20) {
        await advanceWithHandshakes(20);
        if (isGarbled || !namespace.api.get(SECRET)?.data?.[key]) continue;
        namespace.changeData((data) => ({ ...data, [key]: Buffer.from('garbled').toString('base64') }));
        isGarbled = true;
      }
      expect(isGarbled).toBe(true);
      expect(storedSet().bundle.length).toBeLessThanOrEqual(2);
    },
    60_000,
  );
});

describe('a Secret that is set back', () => {
  test('to an earlier set, or to that of another cluster, is followed without a failed handshake', async () => {
    await serve(2);
    const other = new Namespace(namespace.clock.now());
    await other.start(1);
    await other.stopAll();
    const foreign = other.api.get(SECRET)!;
    const before = storedSet();
    namespace.changeData(() => foreign.data!);
    await advanceWithHandshakes(100);
    expect(storedSet().leaf.certificate + storedSet().issuer.certificate).toBe(lastPair(servers[0]!.replica).cert);
    expect(storedSet().bundle).toContain(before.issuer.certificate);
    expect(storedSet().issuer).not.toEqual(before.issuer);
  });

  test('while one of several replicas restarts, is no reason for a failed handshake of the others', async () => {
    await serve(2);
    namespace.changeData((data) => ({ ...data, 'ca.key': '' }));
    servers.push(await TlsReplica.start(namespace));
    await advanceWithHandshakes(200);
    expect(new Set(servers.map(({ replica }) => lastPair(replica).cert)).size).toBe(1);
  });
});
