import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyRemedy } from '../../src/forecast/apply-remedy.ts';
import {
  type Drain,
  type DrainNeed,
  drainOf,
  drainOrder,
  forecastDrained,
  needOfDrain,
} from '../../src/forecast/drain.ts';
import { drainsInTurn, needsInTurn, stuckNextTime } from '../../src/forecast/drains-in-turn.ts';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import { ofSteps, stepsOf } from '../../src/forecast/quota-raise.ts';
import type { QuotaRaise } from '../../src/forecast/smallest-raise.ts';
import type { Json } from '../builders/json.ts';
import { emptyScene, plainScene, type Scene } from '../builders/scene.ts';
import { migration, sizedVmi, vmi } from '../builders/virtual-machine.ts';

const POD_BYTES = 4797464313;

/** `count` VMs on harv1 in a namespace that is full but for the sidecars of `targets` target pods. */
function crowd(count: number, targets: number, harvester = 'v1.7.0'): Scene {
  const names = Array.from({ length: count }, (_, index) => `vm${index}`);
  const base = {
    'limits.cpu': `${count * 2015 + targets * 15}m`,
    'limits.memory': `${count * POD_BYTES + targets * 60_000_000}`,
  };
  return emptyScene({ harvester, base }).started(...names.map((name) => vmi(name)));
}

function drained(scene: Scene, node = 'harv1'): Drain {
  return drainOf(node, [prepare(scene.objects())]);
}

function forecasts(scene: Scene): readonly Forecast[] {
  const drain = drained(scene);
  return drain.moved.flatMap((part) => forecastDrained(drain, part).forecasts);
}

function answers(scene: Scene): string[] {
  return forecasts(scene).map(({ verdict, atBest }) => (atBest === undefined ? verdict : `${verdict} to ${atBest}`));
}

function need(scene: Scene): DrainNeed | undefined {
  const drain = drained(scene);
  return drain.moved.map((part) => needOfDrain(drain, part))[0];
}

function raises(scene: Scene): readonly QuotaRaise[] | undefined {
  return need(scene)?.raises;
}

function limits(perNode: number, perCluster: number): Json {
  const migrations = { parallelMigrationsPerCluster: perCluster, parallelOutboundMigrationsPerNode: perNode };
  return { spec: { configuration: { migrations } } };
}

describe('a drain', () => {
  test('moves as many VMs at a time as KubeVirt lets run out of a node: two, or what its CR says', () => {
    expect(drained(crowd(4, 4))).toMatchObject({ limits: { perNode: 2, perCluster: 5 }, turns: { mostRunning: 2 } });
    const changed = crowd(4, 4).changedKubeVirt(limits(3, 10));
    expect(drained(changed).turns).toEqual({ mostRunning: 3 });
    expect(drained(crowd(4, 4).changedKubeVirt(limits(4, 4))).turns).toBeUndefined();
  });

  test('has the places and the eviction strategy of the KubeVirt CR whatever is unknown of the first namespace', () => {
    const scene = crowd(4, 4).changedKubeVirt(limits(3, 10));
    const unknown = prepare(scene.without('Namespace', 'quota-test').objects());
    const drain = drainOf('harv1', [unknown]);
    expect(drain.limits).toEqual({ perNode: 3, perCluster: 10 });
    const moving = scene
      .started(vmi('imported', { spec: { evictionStrategy: undefined } }))
      .changedKubeVirt({ spec: { configuration: { evictionStrategy: 'LiveMigrate' } } });
    const blind = prepare(moving.without('Namespace', 'quota-test').objects());
    expect(drainOf('harv1', [blind]).moved[0]?.names).toContain('imported');
  });

  test('shares the places of the cluster with migrations of VMs on other nodes', () => {
    const elsewhere = vmi('away', { status: { nodeName: 'harv2' } });
    const busy = crowd(2, 9)
      .started(elsewhere)
      .with(migration('away', { status: { phase: 'Running' } }));
    expect(drained(busy).turns).toBeUndefined();
    expect(drained(busy.changedKubeVirt(limits(2, 2))).turns).toEqual({ mostRunning: 2 });
  });

  test('of VMs that all have room for their sidecars lets each through, for some must wait for source pods to end', () => {
    expect(answers(crowd(2, 2))).toEqual(['fits', 'fits']);
    expect(answers(crowd(4, 4))).toEqual(Array(4).fill('waits to fits'));
    expect(answers(crowd(4, 1))).toEqual(Array(4).fill('waits to fits'));
    expect(raises(crowd(4, 1))).toEqual([]);
  });

  test('refuses nothing where the room holds every target pod beside its source', () => {
    const roomy = crowd(4, 0).base({ 'limits.cpu': '40', 'limits.memory': '80Gi' });
    expect(answers(roomy)).toEqual(Array(4).fill('fits'));
  });

  test.each([3, 7])('of %i VMs in a full namespace strands the last one, whichever that is', (count) => {
    const full = crowd(count, 0);
    expect(new Set(answers(full))).toEqual(new Set(['exceeds to fits']));
    expect(raises(full)?.map(({ resource, from, to }) => `${resource} ${from} -> ${to}`)).toEqual([
      `limits.cpu ${count * 2015}m -> ${count * 2015 + 15}m`,
      `limits.memory ${count * POD_BYTES} -> ${ofSteps('limits.memory', stepsOf('limits.memory', bytes(count)))}`,
    ]);
  });

  test('leaves what KubeVirt does not migrate, and says why', () => {
    const conditions = [
      { type: 'LiveMigratable', status: 'False', reason: 'DisksNotLiveMigratable', message: 'no RWX' },
    ];
    const scene = crowd(1, 1).started(
      vmi('pinned', { status: { conditions } }),
      vmi('mortal', { spec: { evictionStrategy: 'None' } }),
    );
    expect(drained(scene).moved.flatMap(({ names }) => names)).toEqual(['vm0']);
    expect(drained(scene).staying).toEqual([
      { namespace: 'quota-test', vmi: 'pinned', reason: 'it is not live-migratable (DisksNotLiveMigratable: no RWX)' },
      { namespace: 'quota-test', vmi: 'mortal', reason: 'its eviction strategy is None, so that a drain stops it' },
    ]);
  });

  test('leaves a VMI without eviction strategy to whoever owns it, and one that is being deleted alone', () => {
    const scene = crowd(1, 1).started(
      vmi('imported', { spec: { evictionStrategy: undefined } }),
      vmi('going', { metadata: { deletionTimestamp: '2026-11-22T00:00:00Z' } }),
    );
    expect(drained(scene).staying.map(({ vmi: name, reason }) => `${name}: ${reason}`)).toEqual([
      'going: it is being deleted',
    ]);
    expect(drained(scene).byHand.map(({ vmi: name }) => name)).toEqual(['imported']);
    // Nobody knows when somebody moves it, so nobody can count on its scale-up.
    expect(drained(scene).turns).toEqual({ mostRunning: 2 });
    const withDefault = scene.changedKubeVirt({ spec: { configuration: { evictionStrategy: 'LiveMigrate' } } });
    expect(drained(withDefault)).toMatchObject({ byHand: [], turns: undefined });
  });

  test('may have to move a VMI that is not understood, for nobody knows where it runs', () => {
    const garbled = crowd(1, 1).with(vmi('garbled', { spec: { domain: { cpu: { cores: 'two' } } } }));
    expect(answers(garbled)).toEqual(['unknown', 'fits']);
  });

  test('is unknown where the KubeVirt CR lets no migration run', () => {
    const [first] = forecasts(crowd(2, 2).changedKubeVirt(limits(0, 5)));
    expect(first).toMatchObject({ verdict: 'unknown', reason: expect.stringContaining('starts no migration') });
  });

  test('takes those first that are certain to get through, and nobody waits behind a stuck one', () => {
    const names = ['vm1', 'vm2', 'vm3', 'vm4', 'vm5'];
    const found = names.map((name, index): Forecast => {
      const [sample] = forecasts(crowd(1, 1)) as [Forecast];
      const { atBest: _, ...certain } = sample;
      const verdict = (['exceeds', 'fits', 'waits', 'exceeds', 'fits'] as const)[index] ?? 'unknown';
      return { ...certain, vmi: name, verdict, ...(index === 0 ? { atBest: 'fits' as const } : {}) };
    });
    const { batches, stuck } = drainOrder({ limits: { perCluster: 5, perNode: 2 } }, found);
    expect(batches.map((batch) => batch.map((one) => one.vmi))).toEqual([
      ['vm2', 'vm3'],
      ['vm5', 'vm1'],
    ]);
    expect(stuck.map((one) => one.vmi)).toEqual(['vm4']);
  });
});

function bytes(count: number): Parameters<typeof stepsOf>[1] {
  return ofSteps('count', BigInt(count * POD_BYTES + 60_000_000));
}

const sizes = fc.array(
  fc.record({ cpu: fc.integer({ min: 1, max: 4 }), memoryMi: fc.integer({ min: 256, max: 4096 }) }),
  { minLength: 1, maxLength: 6 },
);

/** VMs that were started at one ratio and are to be moved at another, in a namespace with little or nothing to spare. */
const drains = fc.record({
  sizes,
  harvester: fc.constantFrom('v1.3.2', 'v1.7.0', 'v1.9.0'),
  ratio: fc.constantFrom('1.5', '2.5', '4.5'),
  spareMi: fc.integer({ min: -500, max: 500 }),
  spareMilliCpu: fc.integer({ min: -20, max: 40 }),
});

function drainScene(draft: typeof drains extends fc.Arbitrary<infer Draft> ? Draft : never): Scene {
  const vmis = draft.sizes.map((size, index) => sizedVmi(`vm${index}`, size));
  const started = emptyScene({ harvester: draft.harvester }).started(...vmis);
  const used = started.objects().namespace.quotas.items[0]?.status?.used;
  const memory = stepsOf('count', used?.get('limits.memory') ?? ofSteps('count', 0n));
  const cpu = stepsOf('limits.cpu', used?.get('limits.cpu') ?? ofSteps('count', 0n));
  const base = {
    'limits.cpu': `${cpu + BigInt(draft.spareMilliCpu)}m`,
    'limits.memory': `${memory + BigInt(draft.spareMi) * 1_048_576n}`,
  };
  return started.base(base).ratio(draft.ratio);
}

function stuckAfter(scene: Scene, changes: readonly QuotaRaise[]): number {
  const objects = applyRemedy(scene.objects(), { kind: 'raise-quota', changes });
  const drain = drainOf('harv1', [prepare(objects)]);
  const verdicts = drain.moved.flatMap((part) => forecastDrained(drain, part).forecasts.map(({ verdict }) => verdict));
  return verdicts.filter((verdict) => verdict === 'exceeds').length;
}

describe('the smallest quota changes of a drain', () => {
  test('let all of it through, and one step less of any does not', () => {
    fc.assert(
      fc.property(drains, (draft) => {
        const scene = drainScene(draft);
        const changes = raises(scene) ?? [];
        expect({ stuck: stuckAfter(scene, changes) }).toEqual({ stuck: 0 });
        for (const [index, change] of changes.entries()) {
          const less = ofSteps(change.resource, stepsOf(change.resource, change.to) - 1n);
          expect(stuckAfter(scene, changes.with(index, { ...change, to: less }))).toBeGreaterThan(0);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('are none where no limit helps', () => {
    const refused = crowd(2, 2).with({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'small', namespace: 'quota-test' },
      spec: { limits: [{ type: 'Container', max: { memory: '1Gi' } }] },
    });
    expect(answers(refused)).toEqual(['exceeds', 'exceeds']);
    expect(need(refused)).toEqual({ raises: [], helpless: ['vm0', 'vm1'] });
  });

  test('are for those whom limits help: a container without limits is not among them', () => {
    const annotations = { 'hooks.kubevirt.io/hookSidecars': '[{}]' };
    const mixed = crowd(2, 0)
      .base({ 'limits.cpu': '40', 'limits.memory': '80Gi' })
      .started(vmi('hooked', { metadata: { annotations } }));
    expect(need(mixed)?.helpless).toEqual(['hooked']);
    const kinds = forecasts(mixed)
      .find((one) => one.vmi === 'hooked')
      ?.remedies.map(({ kind }) => kind);
    expect(kinds).toContain('set-container-limits');
  });

  test('are not given where what they lead to is unknown', () => {
    const upgrading = crowd(2, 0)
      .ratio('4.5')
      .changedKubeVirt({
        status: { observedKubeVirtVersion: 'v1.5.2', targetKubeVirtVersion: 'v1.6.0' },
      });
    const raised = raises(upgrading);
    const objects = applyRemedy(upgrading.objects(), { kind: 'raise-quota', changes: raised ?? [] });
    const drain = drainOf('harv1', [prepare(objects)]);
    const verdicts = drain.moved.flatMap((part) =>
      forecastDrained(drain, part).forecasts.map(({ verdict }) => verdict),
    );
    expect(raised === undefined || verdicts.every((verdict) => verdict === 'waits' || verdict === 'fits')).toBe(true);
  });

  test('count objects one by one', () => {
    const names = ['vm2', 'vm3'];
    const full = plainScene({ pods: '3' }).started(...names.map((name) => vmi(name)));
    expect(raises(full)?.map(({ resource, to }) => `${resource}=${to}`)).toEqual(['pods=4']);
  });
});

describe('every node in turn', () => {
  const onNodes = (ratio: string): Scene => {
    const names = ['vm1', 'vm2', 'vm3'];
    const vmis = names.map((name, index) => vmi(name, { status: { nodeName: `harv${index + 1}` } }));
    // Room for one more sidecar: enough as long as no VM grows.
    const base = { 'limits.cpu': '6060m', 'limits.memory': `${3 * POD_BYTES + 60_000_000}` };
    return emptyScene({ base })
      .started(...vmis)
      .ratio(ratio);
  };
  const nodes = ['harv1', 'harv2', 'harv3'];

  function verdictsInTurn(scene: Scene): string[] {
    return [...drainsInTurn(nodes, [prepare(scene.objects())])].map(({ drain, forecasts: found }) => {
      return `${drain.node} ${found.map(({ vmi: name, verdict }) => `${name} ${verdict}`).join()}`;
    });
  }

  test('is drained as well as the first where pods stay as large as they are', () => {
    expect(verdictsInTurn(onNodes('1.5'))).toEqual(['harv1 vm1 fits', 'harv2 vm2 fits', 'harv3 vm3 fits']);
  });

  test('leaves later nodes without the room that earlier VMs have grown into', () => {
    expect(verdictsInTurn(onNodes('4.5'))).toEqual(['harv1 vm1 fits', 'harv2 vm2 exceeds', 'harv3 vm3 exceeds']);
  });

  test('counts on nobody who may or may not have moved before', () => {
    // Two VMs on the first node of which one gets through; where it has, the third is short.
    const vmis = ['vm1', 'vm2', 'vm3'].map((name, index) =>
      vmi(name, { status: { nodeName: index < 2 ? 'harv1' : 'harv2' } }),
    );
    const base = { 'limits.cpu': '6090m', 'limits.memory': `${3 * POD_BYTES + 60_000_000}` };
    const scene = emptyScene({ base })
      .started(...vmis)
      .ratio('4.5');
    expect(verdictsInTurn(scene).slice(0, 2)).toEqual(['harv1 vm1 exceeds,vm2 exceeds', 'harv2 vm3 exceeds']);
    const [, second] = [...drainsInTurn(['harv1', 'harv2'], [prepare(scene.objects())])];
    expect(second?.forecasts[0]?.atBest).toBe('fits');
  });

  test('gets through with the limits that are found for all of them', () => {
    const scene = onNodes('4.5');
    const [found] = needsInTurn(nodes, [prepare(scene.objects())]);
    const changed = applyRemedy(scene.objects(), { kind: 'raise-quota', changes: found?.raises ?? [] });
    const verdicts = [...drainsInTurn(nodes, [prepare(changed)])].flatMap((one) => one.forecasts);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['fits', 'fits', 'fits']);
    expect(found?.raises?.map(({ resource }) => resource)).toEqual(['limits.memory']);
  });

  test('ends where VMs that have grown cannot move a second time', () => {
    const turns = drainsInTurn(['harv1', 'harv2'], [prepare(onNodes('4.5').objects())]);
    let turn = turns.next();
    while (turn.done !== true) turn = turns.next();
    expect(stuckNextTime(turn.value).map(({ vmi: name }) => name)).toEqual(['vm1', 'vm2', 'vm3']);
  });
});
