import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster, type Written } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { KUBEVIRT_NAMESPACE } from './harness/fixtures.ts';
import { notesOn } from './harness/forecast.ts';
import { migrationOf } from './harness/kubevirt.ts';
import { installRelease, type Release } from './harness/release.ts';
import { observedPod, playStep, type Situation } from './harness/situation.ts';

const NAMESPACE = 'failures';
const KUBEVIRT = { kind: 'KubeVirt', name: 'kubevirt', namespace: KUBEVIRT_NAMESPACE };
const CLUSTER_ROLE = { kind: 'ClusterRole', name: 'headroom' };

const cluster = openCluster();
let release: Release;
let situation: Situation;

const ask = () => cluster.create(migrationOf('vm1', NAMESPACE), { dryRun: true });

beforeAll(async () => {
  release = await installRelease(cluster, { flags: { drain: '0' } });
  situation = await playStep(cluster, 'test1-step1-vm-running', NAMESPACE);
});

afterAll(async () => {
  await situation?.remove();
  await release?.uninstall();
  await cluster.close();
});

describe('what cannot be read is unknown: admitted, with a warning that says what it was', () => {
  /** Facts of the cluster are kept for some seconds. */
  const untilUnknown = (words: RegExp) =>
    eventually(`the verdict is unknown for ${words}`, async () => {
      const answer = await ask();
      expect(verdictOf(answer)).toBe('unknown');
      expect(answer.warnings.join('\n')).toMatch(words);
    });
  const untilFits = () => eventually('the verdict is fits', async () => expect(verdictOf(await ask())).toBe('fits'));

  test('a ratio in the KubeVirt CR that is no text', async () => {
    const withRatio = (additionalGuestMemoryOverheadRatio: unknown) => ({
      spec: { configuration: { additionalGuestMemoryOverheadRatio } },
    });
    await cluster.patch(KUBEVIRT, withRatio(['1.5']));
    await untilUnknown(/KubeVirt.*additionalGuestMemoryOverheadRatio/);
    await cluster.patch(KUBEVIRT, withRatio('1.5'));
    await untilFits();
  });

  test('a KubeVirt CR that is gone', async () => {
    const { apiVersion, kind, metadata, spec, status } = await cluster.get(KUBEVIRT);
    await cluster.remove(KUBEVIRT);
    await untilUnknown(/KubeVirt/);
    const { name, namespace } = metadata;
    await cluster.created({ apiVersion, kind, metadata: { name, namespace }, spec });
    await cluster.patch(KUBEVIRT, { status }, { subresource: 'status' });
    await untilFits();
  });

  test('a KubeVirt CR that headroom has no right to read', async () => {
    const { rules } = (await cluster.get(CLUSTER_ROLE)) as unknown as { rules: readonly { resources: string[] }[] };
    const without = rules.map((rule) => ({ ...rule, resources: rule.resources.filter((one) => one !== 'kubevirts') }));
    await cluster.patch(CLUSTER_ROLE, { rules: without });
    await untilUnknown(/kubevirts.*(forbidden|403)/is);
    await cluster.patch(CLUSTER_ROLE, { rules });
    await untilFits();
  });

  test("none of this has made headroom anything but ready, and it hasn't been restarted", async () => {
    const [replica, ...others] = release.replicas();
    expect(others).toEqual([]);
    expect(replica?.child.isRunning()).toBe(true);
    expect(await replica?.isReady()).toBe(true);
  });
});

describe('headroom that is not there', () => {
  const killAll = async () => {
    for (const replica of [...release.replicas()]) await release.killReplica(replica);
  };

  test('policy Ignore: migrations are admitted, unseen', async () => {
    await killAll();
    const answer = await ask();
    expect(verdictOf(answer)).toBeUndefined();
    expect(answer.kind).toBe('done');
    await release.addReplica();
    await eventually('a new replica is asked', async () => expect(verdictOf(await ask())).toBe('fits'));
  });

  test('policy Fail: migrations are refused by the API server, in words that name the webhook, and VMs start', async () => {
    await release.upgrade({ webhook: { failurePolicy: 'Fail', timeoutSeconds: 3 } });
    await killAll();
    const failing = /failed calling webhook "mutate-migrations\.headroom\.harvesterhci\.io"/;
    expect(await ask()).toMatchObject({ kind: 'refused', code: 500, message: expect.stringMatching(failing) });
    const vmi = await cluster.get({ kind: 'VirtualMachineInstance', name: 'vm1', namespace: NAMESPACE });
    const pod = observedPod('test1-step1-vm-running', { namespace: NAMESPACE, vmi });
    // The quota comes after all webhooks.
    expect(await cluster.create(pod)).toMatchObject({ message: expect.stringContaining('exceeded quota') });
    await release.addReplica();
    await eventually('a new replica is asked', async () => expect(verdictOf(await ask())).toBe('fits'));
  });

  test('SIGTERM ends it with exit code 0', async () => {
    for (const replica of [...release.replicas()]) await release.stopReplica(replica);
    expect(release.replicas()).toEqual([]);
  });
});

function verdictOf(answer: Written): string | undefined {
  if (answer.kind === 'refused') throw new Error(answer.message);
  return notesOn(answer.object).verdict;
}
