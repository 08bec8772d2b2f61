import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from './harness/eventually.ts';
import { type Breakable, type BreakableCluster, startBreakableCluster } from './harness/faults-cluster.ts';
import { callDirectly, type DirectAnswer, type DirectCaller, startDirectTraffic } from './harness/faults-reviews.ts';
import { notesOn } from './harness/forecast.ts';
import { migrationOf } from './harness/kubevirt.ts';
import { installRelease, type Release } from './harness/release.ts';
import { startTargets } from './harness/traffic.ts';

const NAMESPACE = 'faults';
const TARGETS = ['vm1', 'vm2', 'vm3', 'vm4'].map((vmi) => ({ namespace: NAMESPACE, vmi }));
const FAIL = { webhook: { failurePolicy: 'Fail', timeoutSeconds: 3 } };
const TIMEOUT_MILLISECONDS = 3000;

let broken: BreakableCluster;
let release: Release;
let caller: DirectCaller;

beforeAll(async () => {
  broken = await startBreakableCluster('faults-cluster');
  await startTargets(broken.cluster, NAMESPACE, TARGETS);
  release = await installRelease(broken.cluster, { values: FAIL, flags: { drain: '0' } });
  caller = await callDirectly(broken.cluster, theReplica());
}, 120_000);

afterAll(async () => {
  await caller?.close();
  for (const replica of release?.replicas() ?? []) await replica.kill();
  await release?.balancer.close();
  await broken?.stop();
});

function theReplica() {
  const [replica] = release.replicas();
  if (replica === undefined) throw new Error('there is no replica');
  return replica;
}

async function fits(): Promise<void> {
  const answer = await broken.cluster.create(migrationOf('vm1', NAMESPACE), { dryRun: true });
  if (answer.kind === 'refused') throw new Error(answer.message);
  expect(notesOn(answer.object).verdict).toBe('fits');
}

/** Every call of the webhook is answered, in the time that the API server gives it, and admitted. */
function expectAdmitted(answers: readonly DirectAnswer[]): void {
  expect(answers.filter(({ status, allowed }) => status !== 200 || !allowed)).toEqual([]);
  expect(Math.max(...answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(TIMEOUT_MILLISECONDS);
}

/** Reviews come all the time while a part is taken away and given back. */
async function through(takeAway: () => unknown, giveBack: () => unknown): Promise<readonly DirectAnswer[]> {
  const target = TARGETS[0] as (typeof TARGETS)[number];
  const traffic = startDirectTraffic(caller, TARGETS);
  await takeAway();
  await eventually('a verdict is unknown', async () =>
    expect(await caller.ask(target)).toMatchObject({ verdict: 'unknown' }),
  );
  // Asked while it is away: alive, ready and admitting.
  expect(await caller.ask(target)).toMatchObject({ allowed: true, verdict: 'unknown' });
  expect(await theReplica().isReady()).toBe(true);
  await giveBack();
  await eventually(
    'verdicts are known again',
    async () => expect(await caller.ask(target)).toMatchObject({ verdict: 'fits' }),
    {
      withinSeconds: 20,
    },
  );
  return traffic.stop();
}

describe('the replica stays ready, admits each migration in time as unknown, and recovers by itself', () => {
  const parts: readonly { part: Breakable; name: string }[] = [
    { part: 'kube-apiserver', name: 'the API server' },
    { part: 'etcd', name: 'etcd' },
  ];

  test.each(parts)(
    'while $name is killed and started again',
    async ({ part }) => {
      const { pid } = theReplica().child;
      const answers = await through(
        () => broken.kill(part),
        () => broken.restart(part),
      );
      expectAdmitted(answers);
      await eventually('the API server asks it again', fits);
      expect(theReplica().child).toMatchObject({ pid });
      expect(theReplica().child.isRunning()).toBe(true);
    },
    90_000,
  );

  test.each(parts)(
    'while $name hangs, its sockets open, and goes on',
    async ({ part }) => {
      const answers = await through(
        () => broken.halt(part),
        () => broken.resume(part),
      );
      expectAdmitted(answers);
      await eventually('the API server asks it again', fits, { withinSeconds: 20 });
      expect(theReplica().child.isRunning()).toBe(true);
    },
    90_000,
  );
});
