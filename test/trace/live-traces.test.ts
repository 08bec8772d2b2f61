import { describe, expect, test } from '@jest/globals';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import { LiveCluster } from '../../src/cluster/live-cluster.ts';
import { configMapReservations } from '../../src/cluster/reservation-config-map.ts';
import { sharedLedger } from '../admission/shared-ledger.ts';
import { FakeApiServer, type Intervention, refused } from '../builders/fake-api-server.ts';
import { type Json, objectAt } from '../builders/json.ts';
import { type Scene, scene } from '../builders/scene.ts';
import { vmi } from '../builders/virtual-machine.ts';
import { headroom, withFolder } from '../commands/run-program.ts';
import { migrationReview, tracedApp, traceLinesOf } from './traced.ts';

const EXCEEDING = scene().changedQuota({
  metadata: { annotations: { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' } },
});

function liveOver(api: FakeApiServer) {
  return clusterForecaster(new LiveCluster(api, { recentSeconds: 0, now: () => 0 }));
}

/** The log of one review of vm1's migration on a live cluster of these objects. */
async function logOf(from: Scene, change: (api: FakeApiServer) => void = () => undefined): Promise<string> {
  const api = new FakeApiServer(from.json());
  change(api);
  const { ask, log } = tracedApp(liveOver(api));
  await ask('/validate/migrations', migrationReview('quota-test', 'vm1'));
  return log();
}

/** What becomes of the log's decision as a scenario. */
function asScenario(log: string) {
  return withFolder({ 'a.log': log }, async (folder) => {
    const written = await headroom(`trace ${folder}/a.log --uid asked-vm1 --scenario ${folder}/scenario`);
    const { stdout } = await headroom(`replay -o json ${folder}/scenario`);
    return { ...written, folder, replayed: stdout === '' ? undefined : JSON.parse(stdout).migrations[0] };
  });
}

describe('a decision on a live cluster', () => {
  test("is traced with every object's resource version, as the API server had it", async () => {
    const api = new FakeApiServer(EXCEEDING.json());
    const { ask, log } = tracedApp(liveOver(api));
    await ask('/validate/migrations', migrationReview('quota-test', 'vm1'));
    const facts = traceLinesOf(log()).filter(({ trace }) => trace === 'fact');
    expect(facts.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['KubeVirt', 'Setting', 'Namespace', 'ResourceQuota', 'VirtualMachineInstance', 'Pod']),
    );
    const quota = api.at('/api/v1/namespaces/quota-test/resourcequotas/default-z4g94') ?? {};
    const { resourceVersion: version } = objectAt(quota, 'metadata');
    expect(facts.find(({ kind }) => kind === 'ResourceQuota')).toMatchObject({ resourceVersion: version });
    for (const { resourceVersion } of facts) expect(resourceVersion).toMatch(/^\d+$/);
  });

  test.each([
    ['fits, which stands on few of the objects', scene(), 'fits'],
    ['exceeds, which stands on all of them', EXCEEDING, 'exceeds'],
    ['waits for others', scene().started(vmi('vm2')).running('vm2').ratio('4.5'), undefined],
  ])('that %s is replayed as it was decided', async (_, from, verdict) => {
    const { exitCode, stderr, replayed } = await asScenario(await logOf(from));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    if (verdict !== undefined) expect(replayed.verdict).toBe(verdict);
  });
});

const BAD_MEMORY = { spec: { domain: { resources: { limits: { memory: '1GB' } } } } };
const SETTING: Json = {
  apiVersion: 'harvesterhci.io/v1beta1',
  kind: 'Setting',
  metadata: { name: 'backup-target' },
  value: 'a password',
  default: ['another type'],
};

describe('what was not understood then is not understood in the replay', () => {
  test.each([
    ['the VM', scene().changedVmi(BAD_MEMORY)],
    [
      'another VM, whose migration is under way',
      scene().started(vmi('vm2')).pending('vm2').changedVmi(BAD_MEMORY, 'vm2'),
    ],
    ['a quota', scene().changedQuota({ status: { used: { 'limits.memory': '-1' } } })],
    ['a quota of another type', scene().changedQuota({ spec: 'hard' })],
    ['the namespace', scene().changed('Namespace', 'quota-test', { metadata: { labels: ['a'] } })],
    ["KubeVirt's configuration", scene().changedKubeVirt({ spec: { configuration: { migrations: 'many' } } })],
    ['a Setting that no forecast reads', scene().with(SETTING)],
    [
      'an annotation of the quota',
      scene().changedQuota({ metadata: { annotations: { 'harvesterhci.io/migrating-vm9': '{' } } }),
    ],
  ])('%s', async (_, from) => {
    const log = await logOf(from);
    expect(log).not.toContain('a password');
    const { exitCode, stderr, replayed } = await asScenario(log);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(replayed.verdict).toBe('unknown');
  });
});

describe('a kind that could not be read', () => {
  test('is told, and no scenario claims to replay what followed from it', async () => {
    const log = await logOf(scene(), (api) => {
      api.intervene = ({ path }) =>
        path.endsWith('/limitranges') ? refused(403, 'limitranges is forbidden') : undefined;
    });
    const unread = traceLinesOf(log).filter(({ trace }) => trace === 'unread');
    expect(unread).toMatchObject([
      { kind: 'LimitRange', message: expect.stringContaining('limitranges is forbidden') },
    ]);
    const { exitCode, stderr, stdout, folder } = await asScenario(log);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'note: a scenario cannot say that kind LimitRange of namespace quota-test could not be read',
    );
    expect(stderr).toContain(
      `error: ${folder}/scenario does not replay the decision: verdict was "unknown", replayed it is "fits"`,
    );
    expect(stdout).toMatch(/ objects and a migration; replays as fits\n$/);
  });

  test('leaves no facts at all where nothing could be read, and nothing to replay', async () => {
    const log = await logOf(scene(), (api) => {
      api.intervene = () => refused(403, 'forbidden');
    });
    const { exitCode, stderr } = await asScenario(log);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: there is nothing to replay: no facts were read \(.*forbidden.*\)\n$/);
  });
});

describe('room that was promised to somebody else', () => {
  const RESERVATIONS = { namespace: 'headroom-system', name: 'promises' };

  interface Surroundings {
    readonly memory: string;
    readonly readMilliseconds?: number;
    readonly intervene?: Intervention;
  }

  /** vm2 is promised room, and before the API server has stored its migration vm1 asks. */
  async function logAfterPromise({ memory, readMilliseconds = 30_000, intervene }: Surroundings): Promise<string> {
    const both = scene({ base: { 'limits.cpu': '9', 'limits.memory': memory } }).started(vmi('vm2'));
    const api = new FakeApiServer(both.json());
    api.intervene = intervene;
    const forecaster = clusterForecaster(new LiveCluster(api, { recentSeconds: 0, now: () => 0 }), {
      readMilliseconds,
      ledger: sharedLedger(configMapReservations(api, RESERVATIONS)),
    });
    const { ask, log } = tracedApp(forecaster);
    await ask('/mutate/migrations', migrationReview('quota-test', 'vm2'));
    await ask('/mutate/migrations', migrationReview('quota-test', 'vm1'));
    return log();
  }

  const PROMISED = { kind: 'VirtualMachineInstanceMigration', name: 'being-created-for-vm2', uid: 'asked-vm1' };

  test.each([
    ['room for both', 'fits', { memory: '9300Mi' }],
    ['room for one after the other', 'waits', { memory: '9220Mi', readMilliseconds: 300 }],
  ])(
    'is among the facts, as a migration that is not stored yet, where there is %s',
    async (_, verdict, surroundings) => {
      const log = await logAfterPromise(surroundings);
      expect(traceLinesOf(log).filter(({ promised }) => promised === true)).toMatchObject([PROMISED]);
      const { exitCode, stderr, replayed } = await asScenario(log);
      expect({ exitCode, stderr, verdict: replayed.verdict }).toEqual({ exitCode: 0, stderr: '', verdict });
      await withFolder({ 'a.log': log }, async (folder) => {
        const { stdout } = await headroom(`trace ${folder}/a.log --uid asked-vm1`);
        expect(stdout).toMatch(/^VirtualMachineInstanceMigration +quota-test +being-created-for-vm2 +promised$/m);
      });
    },
  );

  test('leaves a decision open where it cannot be promised, which no scenario claims to replay', async () => {
    const intervene: Intervention = ({ path }) => (path.includes('/configmaps') ? refused(403, 'no') : undefined);
    const { exitCode, stderr } = await asScenario(await logAfterPromise({ memory: '9300Mi', intervene }));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('does not replay the decision: verdict was "unknown", replayed it is "fits"');
    expect(stderr).toContain('reason was "it fits, but the room cannot be reserved for it: ');
  });
});
