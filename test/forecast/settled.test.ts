import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { NamespaceObjects } from '../../src/forecast/cluster-objects.ts';
import { type Prepared, prepare } from '../../src/forecast/forecast-migrations.ts';
import { findingsOfSet } from '../../src/forecast/forecast-set.ts';
import { withSettled } from '../../src/forecast/settled.ts';
import { kubeVirt } from '../builders/cluster.ts';
import { limitRange, quota } from '../builders/namespace.ts';
import { attachmentOf } from '../builders/pod.ts';
import { emptyScene, plainScene, type Scene, scene } from '../builders/scene.ts';
import { snapshotOf } from '../builders/snapshot.ts';
import { migration, sizedVmi, vmi } from '../builders/virtual-machine.ts';
import { preparedStep } from '../observed/load-observed.ts';
import { loadScenario } from '../scenarios/load-scenarios.ts';

type Amounts = Readonly<Record<string, string>>;

/** What the quota controller had written when everything was quiet again, and which VMs had been migrated by then. */
const settledUse: Readonly<
  Record<
    string,
    { readonly namespace: string; readonly moved: readonly string[]; readonly used: Record<string, Amounts> }
  >
> = JSON.parse(readFileSync(new URL('../scenarios/settled-use.json', import.meta.url), 'utf8'));

function usedOf({ quotas }: NamespaceObjects): Record<string, Amounts> {
  return Object.fromEntries(
    quotas.items.map(({ metadata, status }) => [
      metadata.name,
      Object.fromEntries([...(status?.used ?? [])].map(([key, amount]) => [key, `${amount}`])),
    ]),
  );
}

function quotaState({ quotas }: NamespaceObjects): object[] {
  return quotas.items.map(({ metadata, spec, status }) => {
    const lists = [spec?.hard, status?.hard, status?.used];
    const stored = [...metadata.annotations].filter(([key]) => key.startsWith('harvesterhci.io/migrating'));
    return {
      amounts: lists.map((list) => [...(list ?? [])].map(([key, amount]) => `${key}=${amount.nanos}`).sort()),
      stored: stored.filter(([key]) => !key.endsWith('ResyncNeeded')),
    };
  });
}

describe('a settled migration leaves what the control plane recorded', () => {
  test.each([
    ['test1-step1-vm-running', 'test1-step3-migrated'],
    ['test1-step2-migrating', 'test1-step3-migrated'],
    ['test2-step4-ratio-changed', 'test2-step5b-migrated'],
    ['test2-step5a-migrating', 'test2-step5b-migrated'],
    ['test4-step2-running', 'test4-step3c-migration1-settled'],
    ['test4-step3a-migration1-migrating', 'test4-step3c-migration1-settled'],
    ['test4-step3b-migration1-source-still-up', 'test4-step3c-migration1-settled'],
    ['v19-test2-step4-ratio-changed', 'v19-test2-step5b-migrated'],
    ['v19-test2-migration2-a-rejected', 'v19-test2-migration2-c-settled'],
    ['v19-test2-migration2-b-running', 'v19-test2-migration2-c-settled'],
  ])('%s -> %s: use, hard limits and scale-ups', async (before, after) => {
    const settled = withSettled(await preparedStep(before), ['vm1']);
    expect(settled.left).toEqual([]);
    expect(quotaState(settled.objects.namespace)).toEqual(quotaState((await preparedStep(after)).objects.namespace));
  });

  test.each(Object.entries(settledUse))(
    'scenario %s: the use of every quota',
    async (name, { namespace, moved, used }) => {
      const cluster = snapshotOf(loadScenario(name).before);
      const prepared = prepare({
        cluster: await cluster.clusterObjects(),
        namespace: await cluster.namespaceObjects(namespace),
      });
      const settled = withSettled(prepared, moved);
      expect(settled.left).toEqual([]);
      expect(usedOf(settled.objects.namespace)).toEqual(used);
    },
  );
});

/** What a forecast from the objects says, with and without what was prepared before. */
function forecastAfter(prepared: Prepared, name: string) {
  const { objects } = withSettled(prepared, [name]);
  const [anew, kept] = [prepare(objects), prepare(objects, prepared)].map(
    ({ ground }) => findingsOfSet(ground, [name])[0],
  );
  const lines = (one: typeof anew) =>
    one?.kind === 'assessed' ? one.assessment.lines.map((line) => `${line.used}`) : [];
  expect(lines(kept)).toEqual(lines(anew));
  return anew;
}

describe('what has settled can be forecast again', () => {
  test('the migration after one at a raised ratio exceeds, as `next` of that one says', () => {
    const found = forecastAfter(prepare(scene().ratio('4.5').objects()), 'vm1');
    expect(found).toMatchObject({ kind: 'assessed', assessment: { verdict: 'exceeds' } });
  });

  test('twice in a row makes no difference to the use', () => {
    const once = withSettled(prepare(scene().ratio('4.5').objects()), ['vm1']).objects;
    const twice = withSettled(prepare(once), ['vm1']).objects;
    expect(usedOf(twice.namespace)).toEqual(usedOf(once.namespace));
  });

  test('scale-ups of other migrations stay', () => {
    const two = scene()
      .started(sizedVmi('vm2', { cpu: 1, memoryMi: 1024 }))
      .pending('vm1')
      .pending('vm2');
    const { namespace } = withSettled(prepare(two.objects()), ['vm1']).objects;
    const stored = [...(namespace.quotas.items[0]?.metadata.annotations.keys() ?? [])];
    expect(stored).toEqual(['harvesterhci.io/migratingUID-uid-of-vmi-vm2']);
    expect(namespace.migrations.items.map(({ spec, status }) => `${spec.vmiName} ${status?.phase}`)).toEqual([
      'vm1 Succeeded',
      'vm2 Pending',
    ]);
  });

  test.each(['v1.3.2', 'v1.7.0'])('what Harvester %s has added to the quota goes with the migration', (harvester) => {
    const quiet = scene({ harvester });
    const { namespace } = withSettled(prepare(quiet.running().objects()), ['vm1']).objects;
    expect(quotaState(namespace)).toEqual(quotaState(quiet.objects().namespace));
  });

  test('an ended pod still counts as an object', () => {
    const { namespace } = withSettled(prepare(plainScene({ 'count/pods': '5', pods: '5' }).objects()), ['vm1']).objects;
    expect(usedOf(namespace)).toEqual({ 'team-quota': { 'count/pods': '2', pods: '1' } });
  });
});

function withHotplug(base: Scene): Scene {
  const changes = { status: { volumeStatus: [{ name: 'data', target: '', hotplugVolume: {} }] } };
  return base.changedVmi(changes);
}

describe('attachment pods', () => {
  const cr = kubeVirt();
  const draft = withHotplug(plainScene({ 'limits.memory': '20Gi', pods: '9' }));

  test('the pod that holds hotplugged volumes is replaced with the launcher', () => {
    const attached = draft.with(attachmentOf(draft.find('Pod', 'virt-launcher-vm1-src01'), cr));
    const { objects } = withSettled(prepare(attached.objects()), ['vm1']);
    expect(usedOf(objects.namespace)).toEqual(usedOf(attached.objects().namespace));
    expect(usedOf(withSettled(prepare(objects), ['vm1']).objects.namespace)).toEqual(usedOf(objects.namespace));
  });

  test('a target launcher without one gets one', () => {
    const source = draft.find('Pod', 'virt-launcher-vm1-src01');
    const running = draft.with(attachmentOf(source, cr)).running();
    const { namespace } = withSettled(prepare(running.objects()), ['vm1']).objects;
    expect(usedOf(namespace)['team-quota']?.pods).toBe('2');
    const both = running.with(attachmentOf(running.find('Pod', 'virt-launcher-vm1-tgt01'), cr));
    expect(usedOf(withSettled(prepare(both.objects()), ['vm1']).objects.namespace)).toEqual(usedOf(namespace));
  });
});

describe('a VMI is left as it is, with the reason', () => {
  test.each([
    {
      why: 'its running pod is not among the objects',
      make: () => scene().without('Pod', 'virt-launcher-vm1-src01'),
      reason: 'the running pod of vm1 is not known',
    },
    { why: 'it is not there', make: () => emptyScene(), reason: 'VirtualMachineInstance vm1 was not found' },
    {
      why: 'a LimitRange refuses its target pod',
      make: () => scene().with(limitRange({ type: 'Container', max: { memory: '512Mi' } })),
      reason: 'LimitRange refuses the pod: ',
    },
    {
      why: 'there is no KubeVirt',
      make: () => scene().without('KubeVirt', 'kubevirt'),
      reason: 'there is no KubeVirt object in the cluster',
    },
    {
      why: 'an upgrade leaves open which pod it gets',
      make: () =>
        scene().changedKubeVirt({ status: { observedKubeVirtVersion: 'v1.4.0', targetKubeVirtVersion: 'v1.6.3' } }),
      reason: 'the KubeVirt versions of an upgrade that is under way make different pods',
    },
  ])('$why', ({ make, reason }) => {
    const objects = make().objects();
    const { left, objects: settled } = withSettled(prepare(objects), ['vm1']);
    expect(left).toEqual([{ name: 'vm1', reason: expect.stringContaining(reason) }]);
    expect(settled).toBe(objects);
  });

  test('but not where both versions of an upgrade make the same pod', () => {
    const status = { observedKubeVirtVersion: 'v1.6.0', targetKubeVirtVersion: 'v1.6.3' };
    const { left } = withSettled(prepare(scene().changedKubeVirt({ status }).objects()), ['vm1']);
    expect(left).toEqual([]);
  });

  test('while the others are settled', () => {
    const two = scene().started(vmi('vm2')).ratio('4.5').without('Pod', 'virt-launcher-vm1-src01');
    const { left, objects } = withSettled(prepare(two.objects()), ['vm1', 'vm2']);
    expect(left).toHaveLength(1);
    expect(objects.namespace.pods.items.map(({ metadata }) => metadata.name)).toContain('virt-launcher-vm2-src01-next');
  });
});

test('an aborted migration of the VMI is over as well', () => {
  const conditions = [{ type: 'migrationAbortRequested', status: 'True' }];
  const aborting = scene()
    .running()
    .with(migration('vm1', { status: { phase: 'Running', conditions } }));
  const { namespace } = withSettled(prepare(aborting.with(quota('second', { pods: '3' })).objects()), ['vm1']).objects;
  expect(usedOf(namespace).second).toEqual({ pods: '1' });
});
