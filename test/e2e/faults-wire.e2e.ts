import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster, type Written } from './harness/cluster.ts';
import { eventually, eventuallyTrue } from './harness/eventually.ts';
import { type FaultyWire, startFaultyWire } from './harness/faults-proxy.ts';
import { callDirectly, startDirectTraffic } from './harness/faults-reviews.ts';
import { notesOn } from './harness/forecast.ts';
import { SECRET } from './harness/kept-certificates.ts';
import { migrationOf } from './harness/kubevirt.ts';
import { installRelease, type Release } from './harness/release.ts';
import type { Replica } from './harness/replica.ts';
import { removeNamespace } from './harness/situation.ts';
import { startTargets, type Target } from './harness/traffic.ts';

const NAMESPACE = 'faults-wire';
const TARGETS = Array.from({ length: 16 }, (_, index) => ({ namespace: NAMESPACE, vmi: `vm${index + 1}` }));

/** Fail: a migration is admitted only if headroom has answered within three seconds. */
const FAIL = { webhook: { failurePolicy: 'Fail', timeoutSeconds: 3 } };

const cluster = openCluster();
let release: Release;
let wire: FaultyWire;
let replica: Replica;

const ask = (vmi = 'vm1') => cluster.create(migrationOf(vmi, NAMESPACE), { dryRun: true });

/** Several decisions under way at once, so that every connection to the API server is in use. */
const askAll = () => Promise.all(TARGETS.map(({ vmi }) => ask(vmi)));

beforeAll(async () => {
  await startTargets(cluster, NAMESPACE, TARGETS);
  release = await installRelease(cluster, { values: FAIL, replicas: 0, flags: { drain: '0' } });
  wire = await startFaultyWire(cluster, release);
});

afterAll(async () => {
  await release?.uninstall();
  await wire?.close();
  await removeNamespace(cluster, NAMESPACE);
  await cluster.close();
});

function verdictOf(answer: Written): string | undefined {
  if (answer.kind === 'refused') throw new Error(answer.message);
  return notesOn(answer.object).verdict;
}

function expectUnknown(answer: Written, words: RegExp): void {
  expect(answer).toMatchObject({ kind: 'done' });
  expect(verdictOf(answer)).toBe('unknown');
  expect(answer.warnings.join('\n')).toMatch(words);
}

const untilFits = () => eventually('the verdict is fits', async () => expect(verdictOf(await ask())).toBe('fits'));

async function expectReadyStill(): Promise<void> {
  expect(replica.child.isRunning()).toBe(true);
  expect(await replica.isReady()).toBe(true);
}

test('a replica that starts while the API server cannot be reached is alive, not ready, and becomes ready with it', async () => {
  wire.refuse();
  replica = await release.startReplica({ kubeconfig: wire.kubeconfig });
  await eventuallyTrue('it is alive', async () => (await fetch(`http://127.0.0.1:${replica.adminPort}/livez`)).ok);
  await eventually('it has tried in vain', async () => {
    expect(JSON.stringify(await replica.lines())).toContain('the API server does not answer');
  });
  expect(await replica.isReady()).toBe(false);
  wire.heal();
  await replica.untilReady();
  await release.balancer.add(replica);
  await release.route();
  await untilFits();
});

describe('what becomes of the way to the API server: each migration is admitted in time, as unknown, with the reason', () => {
  test.each([
    { what: 'answers come 30 s late', breakIt: () => wire.delay(30_000), words: /in time|no answer|timeout/i },
    { what: 'connections are reset', breakIt: () => wire.refuse(), words: /could not be read/ },
    { what: 'nothing arrives any more', breakIt: () => wire.freeze('all'), words: /in time|no answer|timeout/i },
    { what: '429', breakIt: () => wire.answer(429, { 'retry-after': '1' }), words: /429 come back later/ },
    { what: '503', breakIt: () => wire.answer(503), words: /503 come back later/ },
    { what: '200, and not what was asked for', breakIt: () => wire.answer(200), words: /Cannot tell whether/ },
  ])('$what; and once that is over, the verdict is known again', async ({ breakIt, words }) => {
    await askAll();
    breakIt();
    // Over connections that were up before, and over new ones.
    for (const answer of [...(await askAll()), await ask()]) expectUnknown(answer, words);
    await expectReadyStill();
    wire.heal();
    await untilFits();
  });

  test('429 with Retry-After: a decision asks no more often than one that is answered', async () => {
    wire.answer(429, { 'retry-after': '30' });
    const before = wire.answered();
    expectUnknown(await ask(), /429/);
    // Two webhooks; each looks for three kinds of the cluster, six things in the namespace, and the reservations.
    expect(wire.answered() - before).toBeLessThanOrEqual(20);
    wire.heal();
    await untilFits();
  });

  test('connections that are dead without a word are given up, and within ten seconds all is as before', async () => {
    await askAll();
    await eventually('connections are kept', () => expect(wire.established()).toBeGreaterThan(1));
    wire.freeze('established');
    await untilFits();
    await expectReadyStill();
    // A decision reads over several at once; the rest is met by the next ones.
    await askAll();
    for (const answer of await askAll()) expect(verdictOf(answer)).toBe('fits');
    await eventually('none of the dead is kept', () => expect(wire.frozen()).toBe(0));
  });

  test('a connection that is reset while it is idle costs no verdict: reading is tried again over another', async () => {
    await askAll();
    wire.cut();
    expect(verdictOf(await ask())).toBe('fits');
  });
});

test('a Secret that is deleted while decisions wait in line for a slow API server is made again none the less', async () => {
  const kept = await release.startReplica({ kubeconfig: wire.kubeconfig, 'certificate-lifetime': '60' });
  await kept.untilReady();
  const caller = await callDirectly(cluster, kept);
  wire.delay(500);
  const traffic = startDirectTraffic(caller, TARGETS, 40);
  await eventually('decisions wait', async () => {
    expect(await caller.ask(TARGETS[0] as Target)).toMatchObject({ allowed: true, verdict: 'unknown' });
  });
  await cluster.remove(SECRET);
  await eventually('it is there again', () => cluster.get(SECRET), { withinSeconds: 20 });
  wire.heal();
  for (const { allowed } of await traffic.stop()) expect(allowed).toBe(true);
  await caller.close();
  await release.stopReplica(kept);
}, 90_000);
