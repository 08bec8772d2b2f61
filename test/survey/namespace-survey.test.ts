import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openSnapshot } from '../../src/cluster/snapshot.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { runningVms } from '../../src/forecast/vm-names.ts';
import { MOST_ROOMS_OF_NAMESPACE } from '../../src/survey/quota-rooms.ts';
import type { NamespaceSurvey } from '../../src/survey/survey.ts';
import { kubeVirt } from '../builders/cluster.ts';
import { quota } from '../builders/namespace.ts';
import { launcher } from '../builders/pod.ts';
import { emptyScene, plainScene, type Scene, scene } from '../builders/scene.ts';
import { snapshotOf } from '../builders/snapshot.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';
import { headroom, withFolder } from '../commands/run-program.ts';
import { managedDrafts, managedScene, RELEASES, type Release } from '../forecast/random-scenes.ts';
import { loadScenario, scenarioNames } from '../scenarios/load-scenarios.ts';
import { surveyedIn } from './surveyed.ts';

const QUOTA = 'default-z4g94';
const exampleFile = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

async function surveyOfExample(file: string, namespace: string): Promise<NamespaceSurvey> {
  const cluster = await openSnapshot([exampleFile(file)]);
  return surveyedIn({
    cluster: await cluster.clusterObjects(),
    namespace: await cluster.namespaceObjects(namespace),
  });
}

const room = (headroomBytes: bigint, shortfallBytes = 0n) => ({
  quota: QUOTA,
  resource: 'limits.memory',
  headroomBytes,
  shortfallBytes,
});

describe('the room of the examples', () => {
  test.each([
    { file: 'quota-test.yaml', title: '9980344313 after scale-up, less twice 4797464313', found: room(385_415_687n) },
    {
      file: 'quota-test-6000Mi.yaml',
      title: '11913917313 after scale-up, less twice 5682461313',
      found: room(548_994_687n),
    },
    {
      file: 'quota-test-ratio-4.5.yaml',
      title: '10865341313 after scale-up, less 4797464313 and 5682461313',
      found: room(385_415_687n),
    },
  ])('$file: $title', async ({ file, found }) => {
    expect(await surveyOfExample(file, 'quota-test')).toMatchObject({
      namespace: 'quota-test',
      vms: { exceeds: 0, waits: 0, fits: 1, unknown: 0 },
      rooms: [found],
      driftedPods: 0,
    });
  });

  test.each(['quota-test-after-migration.yaml', 'quota-test-stuck.yaml'])(
    '%s: short by the bytes that the README names',
    async (file) => {
      expect(await surveyOfExample(file, 'quota-test')).toMatchObject({
        vms: { exceeds: 1, waits: 0, fits: 0, unknown: 0 },
        rooms: [room(0n, 499_581_313n)],
      });
    },
  );

  test('quota-test-stopped.yaml: no VM runs, so none finds room', async () => {
    expect(await surveyOfExample('quota-test-stopped.yaml', 'quota-test')).toMatchObject({
      vms: { exceeds: 0, waits: 0, fits: 0, unknown: 0 },
      rooms: [],
    });
  });

  test('full-node.yaml: of several VMs the one that finds least room tells how much there is', async () => {
    const { stdout } = await headroom(`forecast -n shop --snapshot ${exampleFile('full-node.yaml')} -o json`);
    const spares = JSON.parse(stdout).forecasts.flatMap(({ quotas }: { quotas: Record<string, string>[] }) =>
      quotas
        .filter(({ resource }) => resource === 'limits.memory')
        .map(({ hardAfterScaleUp, used, requested }) => BigInt(hardAfterScaleUp!) - BigInt(used!) - BigInt(requested!)),
    );
    const least: bigint = spares.reduce((one: bigint, other: bigint) => (other < one ? other : one));
    expect(spares.length).toBeGreaterThan(2);
    expect((await surveyOfExample('full-node.yaml', 'shop')).rooms).toEqual([
      least < 0n ? room(0n, -least) : room(least),
    ]);
  });
});

describe('a quota key', () => {
  const rooms = (one: Scene) => surveyedIn(one.objects()).rooms;

  test('is told of for memory alone, by each name that Kubernetes has for it', () => {
    const keys = { 'limits.memory': '20Gi', 'requests.memory': '20Gi', memory: '20Gi', 'limits.cpu': '9', pods: '9' };
    expect(
      rooms(plainScene(keys))
        .map(({ resource }) => resource)
        .sort(),
    ).toEqual(['limits.memory', 'memory', 'requests.memory']);
  });

  test('that the pod does not count against is left out', () => {
    const scoped = quota('others', { 'limits.memory': '1Gi' }, { spec: { scopes: ['BestEffort'] } });
    expect(rooms(plainScene({ pods: '9' }).with(scoped))).toEqual([]);
  });

  test('that a container must state and does not has neither room nor an amount that would help', () => {
    const hooked = scene().changedVmi({ metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{}]' } } });
    expect(surveyedIn(hooked.objects()).vms).toMatchObject({ exceeds: 1 });
    expect(rooms(hooked)).toEqual([room(0n)]);
  });

  test('is one of the twenty tightest, where somebody has made more quotas', () => {
    const quotas = Array.from({ length: 30 }, (_, index) =>
      quota(`quota-${index}`, { 'limits.memory': `${40 - index}Gi` }),
    );
    const kept = rooms(plainScene({ pods: '9' }).with(...quotas)).map(({ quota: name }) => name);
    expect(kept).toHaveLength(MOST_ROOMS_OF_NAMESPACE);
    expect(kept[0]).toBe('quota-29');
    expect(kept).not.toContain('quota-9');
  });

  test('never rounds room up, nor what is missing down', () => {
    const halfBytes = (milliBytes: bigint) => plainScene({ 'limits.memory': `${milliBytes}m` });
    const used = 2n * 4_797_464_313n;
    const ofHalf = (one: Scene) => rooms(one)[0]!;
    const { headroomBytes } = ofHalf(halfBytes(40_000_000_000_500n));
    expect(headroomBytes).toBe(ofHalf(halfBytes(40_000_000_000_000n)).headroomBytes);
    const { shortfallBytes } = ofHalf(halfBytes(used * 500n + 500n));
    expect(shortfallBytes).toBe(ofHalf(halfBytes(used * 500n)).shortfallBytes);
  });
});

describe('what cannot be forecast', () => {
  test('is counted as unknown, and has no room', () => {
    const without = scene().without('KubeVirt', 'kubevirt');
    expect(surveyedIn(without.objects())).toMatchObject({
      vms: { exceeds: 0, waits: 0, fits: 0, unknown: 1 },
      rooms: [],
      driftedPods: 0,
    });
  });
});

describe('drift', () => {
  const strange = (changes: Record<string, unknown> = {}) => {
    const pod = launcher(vmi(), kubeVirt());
    const resources = { limits: { memory: '4797464314', cpu: '2' }, requests: { memory: '3340109498', cpu: '130m' } };
    return scene().with({
      ...pod,
      spec: { containers: [{ name: 'compute', resources }], nodeName: 'harv1' },
      ...changes,
    });
  };
  const drifted = (one: Scene) => surveyedIn(one.objects()).driftedPods;

  test('is counted by pods whose overhead no KubeVirt gives', () => {
    expect(drifted(strange())).toBe(1);
    expect(drifted(scene())).toBe(0);
  });

  test('is not believed of a pod that KubeVirt does not name among those of the VM', () => {
    const uid = String((strange().find('Pod', 'virt-launcher-vm1-src01').metadata as { uid: string }).uid);
    expect(drifted(strange().changedVmi({ status: { activePods: { [uid]: 'harv1' } } }))).toBe(1);
    expect(drifted(strange().changedVmi({ status: { activePods: { other: 'harv1' } } }))).toBe(0);
  });
});

describe('the verdicts of a survey are those of the forecasts', () => {
  const forecastCounts = (one: Scene): NamespaceSurvey['vms'] => {
    const prepared = prepare(one.objects());
    const counts = { exceeds: 0, waits: 0, fits: 0, unknown: 0 };
    for (const name of runningVms(one.objects().namespace)) counts[forecastMigration(prepared, name).verdict] += 1;
    return counts;
  };

  test('in random namespaces that Harvester manages', () => {
    fc.assert(
      fc.property(managedDrafts(Object.keys(RELEASES) as Release[]), (draft) => {
        const drawn = managedScene(draft);
        expect(surveyedIn(drawn.objects()).vms).toEqual(forecastCounts(drawn));
      }),
      { numRuns: 60 },
    );
  });

  test('with VMs that are alike and VMs that are not', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      sizedVmi(`vm${index}`, { cpu: 1, memoryMi: index % 3 === 0 ? 512 : 4096 }),
    );
    const crowd = emptyScene({ base: { 'limits.memory': '40Gi' } }).started(...many);
    const { vms, steps } = surveyedIn(crowd.objects());
    expect(vms).toEqual(forecastCounts(crowd));
    expect(steps).toBe(24);
  });

  test.each(scenarioNames)('as `headroom forecast` prints them, in scenario %s', async (name) => {
    const { before } = loadScenario(name);
    const cluster = snapshotOf(before);
    const objects = await cluster.clusterObjects();
    await withFolder({ 'before.yaml': before }, async (folder) => {
      const { stdout } = await headroom(`forecast -A --snapshot ${folder}/before.yaml -o json`);
      const printed = new Map<string, Record<string, number>>();
      for (const { namespace, verdict } of JSON.parse(stdout).forecasts) {
        const counts = printed.get(namespace) ?? { exceeds: 0, waits: 0, fits: 0, unknown: 0 };
        counts[verdict] = (counts[verdict] ?? 0) + 1;
        printed.set(namespace, counts);
      }
      expect(printed.size).toBeGreaterThan(0);
      for (const [namespace, counts] of printed) {
        const found = surveyedIn({ cluster: objects, namespace: await cluster.namespaceObjects(namespace) });
        expect(found.vms).toEqual(counts);
      }
    });
  });
});
