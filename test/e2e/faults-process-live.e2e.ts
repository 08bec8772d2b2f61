import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster, type Written } from './harness/cluster.ts';
import { eventually, eventuallyTrue } from './harness/eventually.ts';
import { type FaultyWire, startFaultyWire } from './harness/faults-proxy.ts';
import { notesOn } from './harness/forecast.ts';
import { migrationOf } from './harness/kubevirt.ts';
import { dialTcp, dialTls, type RawClient, requestText, reviewText } from './harness/raw-client.ts';
import { installRelease, type Release } from './harness/release.ts';
import { playStep, type Situation } from './harness/situation.ts';
import { CHART_ENVIRONMENT, type SnapshotServer, startSnapshotServer } from './harness/snapshot-server.ts';

const NAMESPACE = 'starved';
const BLOCKED_SECONDS = 4;
/** On SIGWINCH, which means nothing to a server, the event loop stands still. */
const BLOCK = `process.on('SIGWINCH',()=>{const/**/end=Date.now()+${BLOCKED_SECONDS * 1000};while(Date.now()<end);})`;

const cluster = openCluster();
let release: Release;
let situation: Situation;

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly livenessProbe: Readonly<Record<string, unknown>>;
  readonly resources: { readonly limits: Readonly<Record<string, string>> };
}

const deployment = { kind: 'Deployment', name: 'headroom', namespace: 'headroom-system' };
const containerOf = async (): Promise<Container> => {
  const { spec } = await cluster.get(deployment);
  return (spec as unknown as { template: { spec: { containers: [Container] } } }).template.spec.containers[0];
};
const ask = () => cluster.create(migrationOf('vm1', NAMESPACE), { dryRun: true });
const verdictOf = (answer: Written) =>
  answer.kind === 'refused' ? `refused: ${answer.message}` : (notesOn(answer.object).verdict ?? 'unseen');

beforeAll(async () => {
  release = await installRelease(cluster, {
    replicas: 0,
    flags: { drain: '0' },
    values: { webhook: { timeoutSeconds: 2 } },
  });
  situation = await playStep(cluster, 'test1-step1-vm-running', NAMESPACE);
});

afterAll(async () => {
  await situation?.remove();
  await release?.uninstall();
  await cluster.close();
});

test('what the suites of faults give a process is what the chart gives it', async () => {
  const { env, resources, livenessProbe } = await containerOf();
  expect(Object.fromEntries(env.map(({ name, value }) => [name, value]))).toEqual(CHART_ENVIRONMENT);
  expect(resources.limits.memory).toBe('256Mi');
  // A stall of less than 5 s fails no probe, and one of more than 35 s is ended by the kubelet.
  expect(livenessProbe).toMatchObject({ timeoutSeconds: 5, periodSeconds: 10, failureThreshold: 3 });
});

describe('an event loop that is blocked for longer than the webhook may take', () => {
  const untilFits = () => eventually('the verdict is fits', async () => expect(verdictOf(await ask())).toBe('fits'));
  const block = async () => {
    const [replica] = release.replicas();
    process.kill(replica?.child.pid ?? 0, 'SIGWINCH');
    const probe = () => fetch(`http://127.0.0.1:${replica?.adminPort}/livez`, { signal: AbortSignal.timeout(200) });
    await eventuallyTrue('it is blocked', () =>
      probe().then(
        () => false,
        () => true,
      ),
    );
  };

  beforeAll(async () => {
    const { env } = await containerOf();
    const blockable = env.map(({ name, value }) =>
      name === 'NODE_OPTIONS' ? { name, value: `${value} --import=data:text/javascript,${BLOCK}` } : { name, value },
    );
    await cluster.patch(
      deployment,
      [{ op: 'replace', path: '/spec/template/spec/containers/0/env', value: blockable }],
      {
        type: 'json',
      },
    );
    await release.addReplica();
    await release.route();
  });

  test('policy Ignore: migrations are admitted unseen meanwhile, and seen again afterwards', async () => {
    await untilFits();
    await block();
    expect(verdictOf(await ask())).toBe('unseen');
    await untilFits();
  });

  test('policy Fail: they are refused in words that name the webhook, and admitted again afterwards', async () => {
    await release.upgrade({ webhook: { failurePolicy: 'Fail', timeoutSeconds: 2 } });
    await untilFits();
    await block();
    expect(verdictOf(await ask())).toMatch(/^refused: .*failed calling webhook "mutate-migrations\.headroom/s);
    await untilFits();
  });
});

describe('file descriptors that are all taken', () => {
  let wire: FaultyWire;
  let server: SnapshotServer;
  let idle: RawClient[] = [];

  beforeAll(async () => {
    wire = await startFaultyWire(cluster, release);
    const { kubeconfig } = wire;
    server = await startSnapshotServer({ name: 'faults-descriptors', kubeconfig, before: 'ulimit -n 96' });
  });
  afterAll(async () => {
    await server?.child.stop('SIGKILL');
    await wire?.close();
  });

  const review = () => requestText({ body: reviewText.replaceAll('quota-test', NAMESPACE) });
  const responses = (client: RawClient) =>
    [...client.text().matchAll(/"response":(\{.*?"uid".*?\})\}(?=HTTP|$)/gs)].map(([, text = '']) => JSON.parse(text));

  test('what cannot be read for want of one is unknown and admitted, never denied, and right again afterwards', async () => {
    const caller = await dialTls(server);
    await caller.write(review());
    await caller.untilReceived('"verdict":"fits"');
    // The connections to the API server are lost just when no other can be opened.
    const occupy = async () => {
      idle.push(...(await Promise.all(Array.from({ length: 100 }, () => dialTcp(server)))));
      await eventuallyTrue('none is left', async () => (await server.openFiles()) >= 95);
    };
    await occupy();
    wire.cut();
    await occupy();
    // What was read in the last second may still be answered from.
    await eventually('a verdict of unknown', async () => {
      await occupy();
      const before = responses(caller).length;
      await caller.write(review());
      await eventuallyTrue('an answer', () => responses(caller).length > before);
      expect(responses(caller).at(-1).auditAnnotations.verdict).toBe('unknown');
    });
    // For as long as whatever looks at the process from time to time comes by.
    await sleep(2000);
    expect(responses(caller).map(({ allowed }) => allowed)).not.toContain(false);
    for (const client of idle) client.leave();
    idle = [];
    await eventually('a verdict of fits', async () => {
      const before = responses(caller).length;
      await caller.write(review());
      await eventuallyTrue('an answer', () => responses(caller).length > before);
      expect(responses(caller).at(-1).auditAnnotations.verdict).toBe('fits');
    });
    expect(server.child.isRunning()).toBe(true);
    caller.leave();
  });
});
