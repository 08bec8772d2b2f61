import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Json, merged } from '../builders/json.ts';
import { attachmentOf } from '../builders/pod.ts';
import type { Scene } from '../builders/scene.ts';
import { migration, sizedVmi, vmi } from '../builders/virtual-machine.ts';
import { managedDrafts, managedScene, plainDrafts, plainSceneOf } from '../forecast/random-scenes.ts';
import { loadObserved } from '../observed/load-observed.ts';
import { loadScenario, scenarioNames } from '../scenarios/load-scenarios.ts';
import { expectSameAnswers, objectsIn, type Tally } from './live-and-snapshot.ts';

const steps = readdirSync(new URL('../observed/', import.meta.url))
  .filter((file) => file.endsWith('.yaml.gz'))
  .map((file) => file.slice(0, -'.yaml.gz'.length));

/** As they stood when nothing had come of them yet. */
function pending(vmims: string): readonly Json[] {
  return objectsIn(vmims).map((one) => merged(one, { status: { phase: 'Pending' } }));
}

/** Asks about each of the cases, and expects at least `least` answers to have come of few facts alone. */
async function expectSame(cases: Iterable<readonly Json[]>, least: number): Promise<void> {
  const tally: Tally = { asked: 0, narrow: 0 };
  for (const objects of cases) await expectSameAnswers(objects, tally);
  expectNotFew(tally, least);
}

/** What was never decided of few facts, or always, would show nothing. */
function expectNotFew({ asked, narrow }: Tally, least: number): void {
  expect(narrow).toBeGreaterThanOrEqual(least);
  expect(asked - narrow).toBeGreaterThanOrEqual(least);
}

const HOTPLUGGED = { status: { volumeStatus: [{ name: 'data', hotplugVolume: { attachPodName: 'hp-volume-1' } }] } };
const small = { cpu: 1, memoryMi: 1024 };

/** What else may be in a namespace, as another VM's doing. */
const events: readonly ((scene: Scene) => Scene)[] = [
  (scene) => scene,
  (scene) => scene.started(sizedVmi('vm3', small)),
  (scene) => scene.started(sizedVmi('vm3', small)).lingering('vm3'),
  (scene) => withAttachment(scene.started(sizedVmi('vm3', small, HOTPLUGGED)).pending('vm3'), 'vm3'),
  (scene) => withAttachment(scene.changedVmi(HOTPLUGGED), 'vm1'),
  (scene) => scene.started(sizedVmi('vm3', small)).running('vm3').changed('Pod', 'virt-launcher-vm3-src01', ENDED),
  (scene) => ended(scene.started(sizedVmi('vm3', small)).running('vm3')),
  (scene) => aborted(scene.started(sizedVmi('vm3', small)).running('vm3')),
  (scene) => ended(scene.running()),
  (scene) => scene.started(sizedVmi('vm3', small)).without('VirtualMachineInstance', 'vm3'),
  (scene) => scene.with(...history('vm1')),
  (scene) =>
    scene
      .started(sizedVmi('vm3', small))
      .with(...history('vm3'))
      .running('vm3'),
  (scene) => scene.stored('migratingUID-of-nobody', { 'limits.memory': '1Gi' }),
  (scene) => scene.with(vmi('vm3', { spec: { domain: 'none' } })),
];

/** Room for several more of the VMs, or none: about the edges most answers stand on everything. */
const roomy = fc.constantFrom(0, 20_000_000_000);

const ENDED = { status: { phase: 'Succeeded' } };

/** Its migration is over, and what it has on the quota is still there. */
function ended(scene: Scene): Scene {
  const name = scene.json().findLast(({ kind }) => kind === 'VirtualMachineInstanceMigration');
  return scene.with(merged(name ?? {}, ENDED));
}

/** Migrations that are over, and kept. */
function history(name: string): readonly Json[] {
  const numbers = Array.from({ length: 15 }, (_, index) => index);
  return numbers.map((index) => merged(migration(name, ENDED), { metadata: { name: `${name}-${index}` } }));
}

function aborted(scene: Scene): Scene {
  const conditions = [{ type: 'migrationAbortRequested', status: 'True' }];
  return scene.changed('VirtualMachineInstanceMigration', 'vm3-z9lkd', { status: { conditions } });
}

function withAttachment(scene: Scene, name: string): Scene {
  const kubeVirt = scene.find('KubeVirt', 'kubevirt');
  return scene.with(attachmentOf(scene.find('Pod', `virt-launcher-${name}-src01`), kubeVirt));
}

describe('a live cluster gives the answers of a snapshot of the same objects', () => {
  test('before every scenario', async () => {
    await expectSame(
      scenarioNames.map((name) => objectsIn(loadScenario(name).before)),
      40,
    );
  });

  test.each(['0', '1', '2', '3'])('while the migrations of every scenario are pending: %s__', async (hundred) => {
    const names = scenarioNames.filter((name) => name.startsWith(hundred));
    const cases = names.map(loadScenario).map(({ before, vmims }) => [...objectsIn(before), ...pending(vmims)]);
    await expectSame(cases, 5);
  });

  test('at every observed step', async () => {
    await expectSame(
      steps.map((step) => objectsIn(loadObserved(step))),
      5,
    );
  });

  test('in random namespaces that Harvester manages', async () => {
    const tally: Tally = { asked: 0, narrow: 0 };
    const drafts = managedDrafts(['v1.1.3', 'v1.4.1', 'v1.7.0', 'v1.9.0']);
    const some = fc.uniqueArray(fc.nat({ max: events.length - 1 }), { maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(drafts, roomy, some, async (draft, more, chosen) => {
        const spare = { spareBytes: draft.spareBytes + more, spareMilliCpu: draft.spareMilliCpu + more / 1_000_000 };
        const scene = managedScene({ ...draft, ...spare });
        const happened = chosen.reduce((before, event) => events[event]!(before), scene);
        await expectSameAnswers(happened.json(), tally);
      }),
      { numRuns: 100 },
    );
    expectNotFew(tally, 20);
  });

  test('in random namespaces of plain KubeVirt', async () => {
    const tally: Tally = { asked: 0, narrow: 0 };
    await fc.assert(
      fc.asyncProperty(plainDrafts, roomy, fc.boolean(), async (draft, more, isHotplugged) => {
        const wide = {
          memoryMi: draft.memoryMi + more / 1_000_000,
          milliCpu: draft.milliCpu + more / 1_000_000,
          pods: 5,
        };
        const drawn = plainSceneOf(more === 0 ? draft : { ...draft, ...wide });
        await expectSameAnswers(
          (isHotplugged ? withAttachment(drawn.changedVmi(HOTPLUGGED), 'vm1') : drawn).json(),
          tally,
        );
      }),
      { numRuns: 100 },
    );
    expectNotFew(tally, 5);
  });
});
