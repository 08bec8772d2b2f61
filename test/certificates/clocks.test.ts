import { X509Certificate } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { lastPair, Namespace, type Replica } from './replicas.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const LIFETIME = 90 * DAY;

let namespace: Namespace;

afterEach(() => namespace.stopAll());

async function startWithClock(wrongBySeconds: number): Promise<Replica> {
  const replica = namespace.startReplica({
    lifetimeSeconds: LIFETIME,
    clock: namespace.clock.wrongBy(wrongBySeconds * 1000),
  });
  await namespace.idle();
  return replica;
}

test.each([
  ['ahead', HOUR, 0],
  ['behind', -HOUR, 0],
  ['ahead of one that is behind', HOUR, -HOUR],
])('replicas one of whose clocks is an hour %s share a certificate that is valid by both', async (_, one, other) => {
  namespace = new Namespace();
  const replicas = [await startWithClock(one), await startWithClock(other), await startWithClock(0)];
  await namespace.clock.advance(10 * 60);
  expect(replicas.map(({ pairs }) => pairs.length)).toEqual([1, 1, 1]);
  expect(new Set(replicas.map((replica) => lastPair(replica).cert)).size).toBe(1);
  const leaf = new X509Certificate(lastPair(replicas[0]!).cert);
  // By the clock of a caller that is right; an hour ahead is within a second of the beginning.
  expect(leaf.validFromDate.getTime()).toBeLessThanOrEqual(namespace.clock.now().getTime());
});

test('a replica whose clock is an hour behind does not take the certificate of a new CA for one of the future', async () => {
  namespace = new Namespace();
  const [right, behind] = [await startWithClock(0), await startWithClock(-HOUR)];
  const calls = namespace.api.calls.length;
  await namespace.clock.advance(120);
  expect(namespace.api.calls.slice(calls).every(({ method }) => method === 'GET')).toBe(true);
  expect(lastPair(behind)).toEqual(lastPair(right));
});

test('a certificate that begins in a year is replaced, whoever made it', async () => {
  namespace = new Namespace();
  const ahead = await startWithClock(365 * DAY);
  const certificate = lastPair(ahead).cert;
  await namespace.stop(ahead);
  const right = await startWithClock(0);
  expect(lastPair(right).cert).not.toBe(certificate);
  expect(right.lines.map(({ text }) => text)).toContain('its content is not usable: tls.crt begins in the future');
});

test('a clock that is set forward on the wall does not shorten the time that API servers are given', async () => {
  namespace = new Namespace();
  let wrongBy = 0;
  const { clock } = namespace;
  const replica = namespace.startReplica({
    clock: {
      now: () => new Date(clock.now().getTime() + wrongBy),
      elapsed: () => clock.elapsed(),
      after: (milliseconds, task) => clock.after(milliseconds, task),
    },
  });
  await namespace.idle();
  while (!namespace.data('next-ca.crt')) await clock.advance(20);
  wrongBy = 60_000;
  const certificate = lastPair(replica).cert;
  await clock.advance(20);
  expect(namespace.data('next-ca.crt')).not.toBe('');
  expect(lastPair(replica).cert).toBe(certificate);
  await clock.advance(40);
  expect(namespace.data('next-ca.crt')).toBe('');
});
