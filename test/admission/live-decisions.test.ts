import { describe, expect, test } from '@jest/globals';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import type { MigrationRequest } from '../../src/admission/forecaster.ts';
import type { Api } from '../../src/cluster/api.ts';
import { LiveCluster } from '../../src/cluster/live-cluster.ts';
import { configMapReservations } from '../../src/cluster/reservation-config-map.ts';
import type { Cluster, Extent, ReadOptions } from '../../src/forecast/cluster-objects.ts';
import type { Reservation } from '../../src/forecast/reservations.ts';
import { node } from '../builders/cluster.ts';
import { FakeApiServer, type Intervention, refused, UNANSWERED } from '../builders/fake-api-server.ts';
import { plainScene, type Scene, scene } from '../builders/scene.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';
import { sharedLedger } from './shared-ledger.ts';

const asked: MigrationRequest = { namespace: 'quota-test', vmi: 'vm1', isDryRun: false, stage: 'promise' };
const FITTING = scene();
const EXCEEDING = scene().changedQuota({
  metadata: { annotations: { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' } },
});
/** vm1 fits now, and the one after it would not. */
const FITS_ONCE = scene().ratio('4.5');

function liveOver(api: Api) {
  return clusterForecaster(new LiveCluster(api, { recentSeconds: 5, now: () => 0 }));
}

interface Read {
  readonly what: Extent['kind'] | 'cluster';
  readonly age: ReadOptions['age'];
}

/** Tells one thing where few or recent facts are asked for, and another where all of them are, afresh. */
function twoFaced(hasty: Scene, whole: Scene): { readonly cluster: Cluster; readonly reads: Read[] } {
  const reads: Read[] = [];
  const cluster: Cluster = {
    clusterObjects: async ({ age } = {}) => {
      reads.push({ what: 'cluster', age });
      return (age === 'recent' ? hasty : whole).objects().cluster;
    },
    namespaceObjects: async (_, extent = { kind: 'whole' }, { age } = {}) => {
      reads.push({ what: extent.kind, age });
      return (extent.kind === 'migrations' ? hasty : whole).objects().namespace;
    },
    namespaceNames: async () => ['quota-test'],
  };
  return { cluster, reads };
}

async function verdict(cluster: Cluster): Promise<string> {
  return (await clusterForecaster(cluster).forecastMigration(asked)).forecast.verdict;
}

const HASTY = [
  { what: 'cluster', age: 'recent' },
  { what: 'migrations', age: 'recent' },
];
const AFRESH = [
  { what: 'cluster', age: undefined },
  { what: 'running', age: undefined },
];

describe('a denial', () => {
  test('is never given on few or recent facts: what all of them say now counts', async () => {
    const { cluster, reads } = twoFaced(EXCEEDING, FITTING);
    expect(await verdict(cluster)).toBe('fits');
    expect(reads).toEqual([...HASTY, ...AFRESH]);
  });

  test('is given where all facts, read afresh, say so', async () => {
    const { cluster, reads } = twoFaced(EXCEEDING, EXCEEDING);
    expect(await verdict(cluster)).toBe('exceeds');
    expect(reads).toEqual([...HASTY, ...AFRESH]);
  });
});

describe('a plain fit', () => {
  test('is believed of few and recent facts', async () => {
    const { cluster, reads } = twoFaced(FITTING, EXCEEDING);
    expect(await verdict(cluster)).toBe('fits');
    expect(reads).toEqual(HASTY);
  });

  test('is not one whose next migration exceeds: all facts are read for that', async () => {
    const { cluster, reads } = twoFaced(FITS_ONCE, FITTING);
    expect(await verdict(cluster)).toBe('fits');
    expect(reads).toEqual([...HASTY, ...AFRESH]);
  });
});

test('a namespace whose policy is off is not read twice', async () => {
  const annotations = { 'headroom.harvesterhci.io/policy': 'off' };
  const { cluster, reads } = twoFaced(
    EXCEEDING.changed('Namespace', 'quota-test', { metadata: { annotations } }),
    FITTING,
  );
  expect((await clusterForecaster(cluster).forecastMigration(asked)).forecast).toMatchObject({
    verdict: 'unknown',
    reason: 'the policy of the namespace is off',
  });
  expect(reads).toEqual(HASTY);
});

test('a scale-up of a VM that is not asked about has the whole namespace read, and the answer is its', async () => {
  const wide = { 'limits.cpu': '9', 'limits.memory': '20Gi' };
  const others = scene({ base: wide }).started(sizedVmi('vm2', { cpu: 1, memoryMi: 1024 }));
  const api = new FakeApiServer(others.stored('migratingUID-of-nobody', { 'limits.memory': '1Gi' }).json());
  const { forecast } = await liveOver(api).forecastMigration(asked);
  expect(forecast.verdict).toBe('fits');
  expect(api.asked()).toContain('GET /apis/kubevirt.io/v1/namespaces/quota-test/virtualmachineinstances cached');
});

describe('a cluster that cannot be read', () => {
  const KINDS = {
    KubeVirt: 'kubevirts',
    Setting: 'settings',
    Node: 'nodes',
    ResourceQuota: 'resourcequotas',
    LimitRange: 'limitranges',
    Pod: 'pods',
    VirtualMachineInstance: 'virtualmachineinstances',
    VirtualMachineInstanceMigration: 'virtualmachineinstancemigrations',
  };
  const failures = { 403: refused(403), 429: refused(429), 503: refused(503), unanswered: UNANSWERED };
  const rows = Object.entries(KINDS).flatMap(([kind, plural]) =>
    Object.entries(failures).map(([failure, answer]) => ({ kind, plural, failure, answer })),
  );

  async function forecastWith(intervene: Intervention, from: Scene) {
    const api = new FakeApiServer(from.with(node('harv1')).json());
    api.intervene = intervene;
    return (await liveOver(api).forecastMigration(asked)).forecast;
  }

  test.each(rows)('makes the answer unknown: kind $kind, $failure', async ({ kind, plural, answer }) => {
    for (const from of [FITTING, EXCEEDING, plainScene({ 'limits.memory': '20Gi' })]) {
      const intervene: Intervention = ({ path }) => (path.split('/').includes(plural) ? answer : undefined);
      const { verdict, reason } = await forecastWith(intervene, from);
      expect(verdict).toBe('unknown');
      expect(reason).toMatch(new RegExp(`${kind} .*could not be read: `));
    }
  });

  test.each(Object.entries(failures))('makes the answer unknown: nothing at all, %s', async (_, answer) => {
    const { verdict, reason } = await forecastWith(() => answer, FITTING);
    expect(verdict).toBe('unknown');
    expect(reason).toMatch(/could not be read/);
  });

  test.each([
    ['namespace', '/api/v1/namespaces/quota-test', 'Namespace quota-test was not found'],
    ['KubeVirt', '/apis/kubevirt.io/v1/kubevirts', 'there is no KubeVirt object in the cluster'],
  ])('is said not to have what is not there: %s', async (_, missing, reason) => {
    const forecast = await forecastWith(({ path }) => (path === missing ? refused(404) : undefined), FITTING);
    expect(forecast).toMatchObject({ verdict: 'unknown', reason });
  });

  test('answers all the same where Harvester or LimitRanges are not there', async () => {
    const missing = /settings|limitranges/;
    const { verdict } = await forecastWith(
      ({ path }) => (missing.test(path) ? refused(404) : undefined),
      plainScene({ 'limits.memory': '20Gi' }),
    );
    expect(verdict).toBe('fits');
  });

  test('is said to have an object that is not understood', async () => {
    const garbled = FITTING.changed('ResourceQuota', 'default-z4g94', { status: { used: { 'limits.memory': '1GB' } } });
    const forecast = await forecastWith(() => undefined, garbled);
    expect(forecast.verdict).toBe('unknown');
    expect(forecast.reason).toContain('ResourceQuota quota-test/default-z4g94: status.used.limits.memory');
    const odd = FITTING.with(vmi('vm1', { spec: { domain: 'none' } }));
    expect((await forecastWith(() => undefined, odd)).reason).toContain('VirtualMachineInstance vm1: spec.domain');
  });
});

describe('a decision that is given its time', () => {
  /** Answers nobody, until they give up. */
  function silentApi(): { readonly api: Api; readonly calls: string[] } {
    const calls: string[] = [];
    const call: Api['call'] = ({ path }, signal) => {
      calls.push(path);
      return new Promise((resolve) => {
        const giveUp = () => resolve({ kind: 'unanswered', message: 'no answer in time' });
        if (signal.aborted) giveUp();
        else signal.addEventListener('abort', giveUp);
      });
    };
    return { api: { call, server: '', namespace: undefined, close: async () => {} }, calls };
  }

  test('ends with what could not be read when the API server says nothing', async () => {
    const cluster = new LiveCluster(silentApi().api, { recentSeconds: 5, now: () => 0 });
    const forecaster = clusterForecaster(cluster, { readMilliseconds: 1 });
    const answers = await Promise.all([asked, asked].map((one) => forecaster.forecastMigration(one)));
    for (const { forecast } of answers) {
      expect(forecast.verdict).toBe('unknown');
      expect(forecast.reason).toMatch(/could not be read: no answer in time$/);
    }
  });
});

describe('the validating webhook', () => {
  const PATIENT = { readMilliseconds: 30_000 };
  const confirming: MigrationRequest = { ...asked, stage: 'confirm' };

  function forecasterOver(from: Scene) {
    const api = new FakeApiServer(from.json());
    return { api, forecaster: clusterForecaster(new LiveCluster(api, { recentSeconds: 5, now: () => 0 }), PATIENT) };
  }

  test('is told what the mutating one was told a moment ago, and nothing is read for that', async () => {
    const { api, forecaster } = forecasterOver(FITTING);
    const promised = await forecaster.forecastMigration(asked);
    api.asked();
    expect(await forecaster.forecastMigration(confirming)).toBe(promised);
    expect(api.asked()).toEqual([]);
    expect((await forecaster.forecastMigration(confirming)).forecast.verdict).toBe('fits');
    expect(api.asked()).not.toEqual([]);
  });

  test.each([
    ['exceeds', EXCEEDING, 'exceeds'],
    ['waits', scene().lingering(), 'waits'],
    ['fits only once', FITS_ONCE, 'fits'],
  ])('looks again at what %s', async (_, from, expected) => {
    const { api, forecaster } = forecasterOver(from);
    expect((await forecaster.forecastMigration(asked)).forecast.verdict).toBe(expected);
    api.asked();
    expect((await forecaster.forecastMigration(confirming)).forecast.verdict).toBe(expected);
    expect(api.asked()).not.toEqual([]);
  });

  test('is not told of a dry run what was told of a migration', async () => {
    const { api, forecaster } = forecasterOver(FITTING);
    await forecaster.forecastMigration(asked);
    api.asked();
    await forecaster.forecastMigration({ ...confirming, isDryRun: true });
    expect(api.asked()).not.toEqual([]);
  });
});

describe('replicas that share reservations', () => {
  const NAME = { namespace: 'headroom-system', name: 'promises' };

  function replicas(from: Scene) {
    const api = new FakeApiServer(from.json());
    const followed: string[] = [];
    const followUp = { follow: ({ vmi: of }: Reservation, name: string) => followed.push(`${of} by ${name}`) };
    const replica = () =>
      clusterForecaster(new LiveCluster(api, { recentSeconds: 5, now: () => 0 }), {
        readMilliseconds: 30_000,
        ledger: sharedLedger(configMapReservations(api, NAME)),
        followUp,
      });
    return { api, followed, replica };
  }

  const written = (api: FakeApiServer): readonly string[] => api.asked().filter((each) => !each.startsWith('GET'));

  test('write one for a migration, which the validating webhook of another replica finds', async () => {
    const { api, followed, replica } = replicas(FITTING);
    const named = { ...asked, migrationName: 'vm1-z9lkd' };
    expect((await replica().forecastMigration(named)).forecast.verdict).toBe('fits');
    expect(written(api)).toEqual(['POST /api/v1/namespaces/headroom-system/configmaps']);
    expect(followed).toEqual([]);
    expect((await replica().forecastMigration({ ...named, stage: 'confirm' })).forecast.verdict).toBe('fits');
    expect(written(api)).toEqual([]);
    expect(followed).toEqual(['vm1 by vm1-z9lkd']);
  });

  test('write none on a dry run', async () => {
    const { api, followed, replica } = replicas(FITTING);
    for (const stage of ['promise', 'confirm'] as const) {
      const dryRun: MigrationRequest = { ...asked, isDryRun: true, stage, migrationName: 'vm1-z9lkd' };
      expect((await replica().forecastMigration(dryRun)).forecast.verdict).toBe('fits');
    }
    expect(written(api)).toEqual([]);
    expect(followed).toEqual([]);
  });

  test('ask the same of one replica one after the other, so that none of them conflicts', async () => {
    const { api, replica } = replicas(plainScene({ pods: '4' }).started(sizedVmi('vm2', { cpu: 1, memoryMi: 1024 })));
    const one = replica();
    const answers = await Promise.all(['vm1', 'vm2'].map((name) => one.forecastMigration({ ...asked, vmi: name })));
    expect(answers.map(({ forecast }) => forecast.verdict)).toEqual(['fits', 'fits']);
    expect(written(api)).toEqual([
      'POST /api/v1/namespaces/headroom-system/configmaps',
      'PUT /api/v1/namespaces/headroom-system/configmaps/promises',
    ]);
  });
});
