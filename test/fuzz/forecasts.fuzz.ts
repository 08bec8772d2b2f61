import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyRemedy, type ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import type { Forecast, QuotaChange, Verdict } from '../../src/forecast/forecast.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { withQuotaChanges } from '../../src/forecast/what-if.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { forecastObjects } from '../builders/forecast-objects.ts';
import { type Json, merged, objectAt } from '../builders/json.ts';
import { NAMESPACE } from '../builders/namespace.ts';
import { launcher, otherPod } from '../builders/pod.ts';
import type { Scene } from '../builders/scene.ts';
import { sizedVmi } from '../builders/virtual-machine.ts';
import {
  type ManagedDraft,
  managedDrafts,
  managedScene,
  plainDrafts,
  plainSceneOf,
  RELEASES,
  type Release,
} from '../forecast/random-scenes.ts';
import { respelled } from './forecasts/spellings.ts';
import { type FuzzTarget, property, type Saw } from './target.ts';

const EVERY_RELEASE = Object.keys(RELEASES) as Release[];
/** Harvester 1.9 rescues what is over quota and not what is within it by little, so that there less can be more. */
const MONOTONIC = EVERY_RELEASE.filter((release) => release !== 'v1.9.0');

const RANK: Readonly<Record<Verdict, number>> = { unknown: -1, exceeds: 0, waits: 1, fits: 2 };

/** Of drafts as they come, one in thirty fits. */
function roomier(draft: ManagedDraft): ManagedDraft {
  const [ratio] = draft.ratios;
  return {
    ...draft,
    ratios: [ratio, ratio],
    spareBytes: 2 * Math.abs(draft.spareBytes),
    spareMilliCpu: 2 * Math.abs(draft.spareMilliCpu),
  };
}

const anyScene = (releases: readonly Release[]): fc.Arbitrary<Scene> => {
  const printed = <T>(draft: T, scene: Scene): Scene =>
    Object.assign(scene, { [fc.toStringMethod]: () => JSON.stringify(draft) });
  const drafts = managedDrafts(releases);
  return fc.oneof(
    { weight: 2, arbitrary: drafts.map((draft) => printed(draft, managedScene(draft))) },
    { weight: 3, arbitrary: drafts.map(roomier).map((draft) => printed(draft, managedScene(draft))) },
    plainDrafts.map((draft) => printed(draft, plainSceneOf(draft))),
  );
};

function checkNotWorse(after: Forecast, before: Forecast, saw: Saw): void {
  saw(before.verdict);
  if (after.verdict !== before.verdict) saw('turned');
  assert.ok(RANK[after.verdict] >= RANK[before.verdict], `${before.verdict} became ${after.verdict}`);
  const [lucky, luckyBefore] = [after.atBest ?? after.verdict, before.atBest ?? before.verdict];
  assert.ok(RANK[lucky] >= RANK[luckyBefore], `at best ${luckyBefore} became ${lucky}`);
}

/** A forecast with amounts as numbers, in the order of names: what two cluster states that mean the same agree in. */
function meaning({ verdict, atBest, next, quotas, target, remedies, ...others }: Forecast) {
  const lines = quotas.map(({ quota, resource, used, requested, hard, hardAfterScaleUp, shortBy, cause }) =>
    [quota, resource, used.nanos, requested.nanos, hard.nanos, hardAfterScaleUp.nanos, shortBy?.nanos, cause].join(' '),
  );
  return {
    verdicts: [verdict, atBest, next],
    help: [others.needsScaleUp, others.needsCompensation, others.reason],
    lines: lines.sort(),
    target: [...target].map(([key, amount]) => `${key} ${amount.nanos}`).sort(),
    remedies: remedies.map(({ kind }) => kind),
    raises: remedies.flatMap((remedy) => (remedy.kind === 'raise-quota' ? remedy.changes.map(raiseText) : [])).sort(),
  };
}

function raiseText({ quota, resource, to, where }: QuotaChange): string {
  return `${quota} ${resource} ${to.nanos} ${where}`;
}

function forecastOf(objects: readonly Json[], name = 'vm1'): Forecast {
  return forecastMigration(prepare(forecastObjects(objects)), name);
}

function withMoreHard(objects: ForecastObjects, bytes: bigint): ForecastObjects {
  const changes = objects.namespace.quotas.items.flatMap(({ metadata, spec }) =>
    [...(spec?.hard ?? [])].map(([resource, hard]): QuotaChange => {
      const more = resource.endsWith('memory') ? Quantity.of(bytes) : Quantity.ofMilli(bytes / 1_000_000n);
      const isManaged = metadata.name === 'default-z4g94' && resource.startsWith('limits.');
      const where = isManaged ? 'namespace-annotation' : 'resource-quota';
      return { quota: metadata.name, resource, to: hard.add(more), where };
    }),
  );
  return { ...objects, namespace: withQuotaChanges(objects.namespace, changes) };
}

const amount = fc.bigInt({ min: 0n, max: 4_000_000_000n });

/** Everything but the limits again in another namespace, and what is nobody's. */
function bystanders(objects: readonly Json[]): readonly Json[] {
  const elsewhere = objects.flatMap((object) => {
    const { namespace } = objectAt(object, 'metadata');
    return namespace === NAMESPACE ? [merged(object, { metadata: { namespace: 'other', uid: 'other' } })] : [];
  });
  return [...elsewhere, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } }];
}

/** Other members' order never means anything; that of pods' containers and volumes may. */
const shuffles = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });

function shuffled<T>(items: readonly T[], keys: readonly number[]): T[] {
  return items
    .map((item, index) => ({ item, key: keys[index % keys.length] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

export const target: FuzzTarget = {
  properties: [
    property({
      title: 'more of hard never turns an answer for the worse',
      given: fc.record({ scene: anyScene(MONOTONIC), bytes: amount }),
      mustSee: ['exceeds', 'fits', 'turned'],
      holds: ({ scene, bytes }, saw) => {
        const objects = scene.objects();
        const raised = (more: bigint) => forecastMigration(prepare(withMoreHard(objects, more)), 'vm1');
        // Any edit has Harvester add the scale-ups that it has noted, and with them others may come first: so both have one.
        checkNotWorse(raised(bytes), raised(0n), saw);
      },
    }),
    property({
      title: 'more used by others never turns an answer for the better',
      given: fc.record({ scene: anyScene(MONOTONIC), bytes: amount, milli: fc.nat({ max: 3000 }) }),
      mustSee: ['exceeds', 'fits', 'turned'],
      holds: ({ scene, bytes, milli }, saw) => {
        const amounts = { cpu: `${milli}m`, memory: `${bytes}` };
        const fuller = scene.with(otherPod({ limits: amounts, requests: amounts }, 'greedy'));
        checkNotWorse(scene.forecast(), fuller.forecast(), saw);
        saw(scene.forecast().verdict);
      },
    }),
    property({
      title: 'what is in another namespace changes nothing',
      given: anyScene(EVERY_RELEASE),
      mustSee: ['exceeds', 'fits'],
      holds: (scene, saw) => {
        const objects = scene.json();
        const before = forecastOf(objects);
        saw(before.verdict);
        assert.deepEqual(forecastOf([...bystanders(objects), ...objects]), before);
      },
    }),
    property({
      title: 'a VM beside it that no quota counts changes nothing',
      given: fc.record({ scene: anyScene(EVERY_RELEASE), memoryMi: fc.integer({ min: 64, max: 9000 }) }),
      mustSee: ['exceeds', 'fits'],
      holds: ({ scene, memoryMi }, saw) => {
        const stopped = sizedVmi('idle', { cpu: 1, memoryMi });
        const ended = merged(launcher(stopped, scene.find('KubeVirt', 'kubevirt')), { status: { phase: 'Succeeded' } });
        const before = scene.forecast();
        saw(before.verdict);
        const objects = scene.json();
        const vmi = merged(stopped, { status: { phase: 'Succeeded' } });
        assert.deepEqual(meaning(forecastOf([vmi, ended, ...objects])), meaning(before));
      },
    }),
    property({
      title: 'the order of the objects means nothing',
      given: fc.record({ scene: anyScene(EVERY_RELEASE), keys: shuffles }),
      mustSee: ['exceeds', 'fits'],
      holds: ({ scene, keys }, saw) => {
        const objects = scene.json();
        const before = forecastOf(objects);
        saw(before.verdict);
        assert.deepEqual(meaning(forecastOf(shuffled(objects, keys))), meaning(before));
      },
    }),
    property({
      title: 'amounts that are spelled in another way mean the same',
      given: fc.record({ scene: anyScene(EVERY_RELEASE), choices: shuffles }),
      mustSee: ['exceeds', 'fits', 'respelled'],
      holds: ({ scene, choices }, saw) => {
        const objects = scene.json();
        const before = forecastOf(objects);
        saw(before.verdict);
        const others = objects.map((object) => respelled(object, choices));
        if (JSON.stringify(others) !== JSON.stringify(objects)) saw('respelled');
        assert.deepEqual(meaning(forecastOf(others)), meaning(before));
      },
    }),
    property({
      title: 'with a remedy the migration fits, and with 1Mi less of the raised memory it, or the next one, does not',
      given: anyScene(MONOTONIC),
      mustSee: ['raise-quota', 'one less'],
      holds: (scene, saw) => {
        const objects = scene.objects();
        const { remedies } = forecastMigration(prepare(objects), 'vm1');
        for (const remedy of remedies) {
          saw(remedy.kind);
          assert.equal(forecastMigration(prepare(applyRemedy(objects, remedy)), 'vm1').verdict, 'fits', remedy.text);
          if (remedy.kind !== 'raise-quota') continue;
          for (const change of remedy.changes.filter(({ resource }) => resource.endsWith('memory'))) {
            const less = { ...change, to: change.to.subtract(Quantity.of(1024n * 1024n)) };
            const changes = remedy.changes.map((one) => (one === change ? less : one));
            const after = forecastMigration(prepare(applyRemedy(objects, { ...remedy, changes })), 'vm1');
            assert.ok(after.verdict !== 'fits' || after.next === 'exceeds', `${less.to} would do as well`);
            saw('one less');
          }
        }
      },
    }),
  ],
};
