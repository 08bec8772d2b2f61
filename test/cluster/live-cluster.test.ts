import { describe, expect, test } from '@jest/globals';
import type { ApiCall } from '../../src/cluster/api.ts';
import { UnreadableCluster } from '../../src/cluster/cluster-error.ts';
import { LiveCluster } from '../../src/cluster/live-cluster.ts';
import type { Extent } from '../../src/forecast/cluster-objects.ts';
import { FakeApiServer, refused } from '../builders/fake-api-server.ts';
import { merged } from '../builders/json.ts';
import { attachmentOf } from '../builders/pod.ts';
import { type Scene, scene } from '../builders/scene.ts';
import { migration, sizedVmi } from '../builders/virtual-machine.ts';
import { liveOver } from './live-and-snapshot.ts';

const CORE = 'GET /api/v1/namespaces/quota-test';
const KUBEVIRT = 'GET /apis/kubevirt.io/v1/namespaces/quota-test';
const HOTPLUGGED = { status: { volumeStatus: [{ name: 'data', hotplugVolume: { attachPodName: 'hp-volume-1' } }] } };

const RUNNING = [
  CORE,
  `${CORE}/limitranges`,
  `${CORE}/pods`,
  `${CORE}/resourcequotas`,
  `${KUBEVIRT}/virtualmachineinstancemigrations`,
  `${KUBEVIRT}/virtualmachineinstances`,
];
/** Of one VM among which nothing is under way. */
const NARROW = [
  CORE,
  `${CORE}/limitranges cached`,
  `${CORE}/pods kubevirt.io=virt-launcher,kubevirt.io/created-by in (uid-of-vmi-vm1) cached`,
  `${CORE}/resourcequotas cached`,
  `${CORE}/resourcequotas/default-z4g94`,
  `${KUBEVIRT}/virtualmachineinstancemigrations as a table cached`,
  `${KUBEVIRT}/virtualmachineinstances/vm1`,
];
/** As many as make reading one by its name worth while. */
const history = Array.from({ length: 12 }, (_, index) =>
  migration('vm1', { metadata: { name: `vm1-${index}` }, status: { phase: 'Succeeded' } }),
);

const small = { cpu: 1, memoryMi: 1024 };
const two = scene().started(sizedVmi('vm2', small));
const ofVm1: Extent = { kind: 'migrations', vmis: ['vm1'] };

function read(from: Scene | FakeApiServer, extent?: Extent) {
  const api = from instanceof FakeApiServer ? from : new FakeApiServer(from.json());
  return { api, objects: liveOver(api).namespaceObjects('quota-test', extent) };
}

async function callsFor(from: Scene, extent?: Extent): Promise<readonly string[]> {
  const { api, objects } = read(from, extent);
  await objects;
  return [...api.asked()].sort();
}

function namesOf(kind: {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}): readonly string[] {
  return kind.items.map(({ metadata }) => metadata.name).sort();
}

describe('what is read of a namespace', () => {
  test('is, for starts, all of it', async () => {
    const all = [...RUNNING, `${KUBEVIRT}/virtualmachines`];
    expect(await callsFor(two)).toEqual(all);
    expect(await callsFor(two, { kind: 'whole' })).toEqual(all);
  });

  test('is, for a denial, all but the VirtualMachines', async () => {
    expect(await callsFor(two, { kind: 'running' })).toEqual(RUNNING);
  });

  test('is, for a launcher pod, its VMI and the namespace', async () => {
    expect(await callsFor(two, { kind: 'launcher', vmi: 'vm1' })).toEqual([
      CORE,
      `${KUBEVIRT}/virtualmachineinstances/vm1`,
    ]);
  });

  test('is, for a migration, its VMI with its pods, and the quotas from etcd', async () => {
    expect(await callsFor(two, ofVm1)).toEqual(NARROW);
  });

  test('are also the VMI and the pods of another migration that is under way', async () => {
    const { api, objects } = read(two.running('vm2'), ofVm1);
    const { virtualMachineInstances, pods } = await objects;
    expect(namesOf(virtualMachineInstances)).toEqual(['vm1', 'vm2']);
    expect(namesOf(pods)).toEqual(['virt-launcher-vm1-src01', 'virt-launcher-vm2-src01', 'virt-launcher-vm2-tgt01']);
    const asked = api.asked();
    expect(asked).toContain(`${KUBEVIRT}/virtualmachineinstances/vm2`);
    expect(asked).not.toContain(`${CORE}/pods`);
  });

  test('is not the VMI of a migration that is over', async () => {
    expect(await callsFor(two.lingering('vm2'), ofVm1)).toEqual(NARROW);
  });

  test('are, of many migrations, those under way, and of the others that there have been some', async () => {
    const { api, objects } = read(two.with(...history, migration('vm2')), ofVm1);
    const { migrations } = await objects;
    expect(migrations.items.map(({ metadata, status }) => [metadata.name, status?.phase])).toEqual([
      ['vm1-11', 'Succeeded'],
      ['vm2-z9lkd', 'Pending'],
    ]);
    const asked = api.asked();
    expect(asked).toContain(`${KUBEVIRT}/virtualmachineinstancemigrations/vm2-z9lkd`);
    expect(asked).not.toContain(`${KUBEVIRT}/virtualmachineinstancemigrations cached`);
  });

  test('are all migrations as they are where their time is asked for', async () => {
    const api = new FakeApiServer(two.with(...history).json());
    const { migrations } = await liveOver(api).namespaceObjects('quota-test', ofVm1, { ended: 'dated' });
    expect(migrations.items.map(({ metadata }) => metadata.creationTimestamp)).toEqual(
      history.map(() => '2026-11-22T02:43:10Z'),
    );
    expect(api.asked().filter((each) => each.includes('as a table'))).toEqual([]);
  });

  test('are all migrations as they are where the API server prints something else of them', async () => {
    const api = new FakeApiServer(two.with(...history).json());
    api.printed = () => ({ columnDefinitions: [{ name: 'Name' }, { name: 'Age' }], rows: [] });
    expect(namesOf((await read(api, ofVm1).objects).migrations)).toHaveLength(12);
    expect(api.asked()).toContain(`${KUBEVIRT}/virtualmachineinstancemigrations cached`);
  });

  test('are told in words where the migrations cannot be read at all', async () => {
    const api = new FakeApiServer(two.json());
    api.intervene = ({ path }) => (path.endsWith('migrations') ? refused(403, 'forbidden') : undefined);
    expect((await read(api, ofVm1).objects).migrations.unreadable).toBe(
      'kind VirtualMachineInstanceMigration of namespace quota-test could not be read: 403 forbidden',
    );
  });

  test('are attachment pods where a VM has hotplugged volumes, each once', async () => {
    const hotplugged = two.changedVmi(HOTPLUGGED).changedVmi(HOTPLUGGED, 'vm2').pending('vm2');
    const kubeVirt = hotplugged.find('KubeVirt', 'kubevirt');
    const attachments = ['vm1', 'vm2'].map((name) =>
      attachmentOf(hotplugged.find('Pod', `virt-launcher-${name}-src01`), kubeVirt),
    );
    const { api, objects } = read(hotplugged.with(...attachments), ofVm1);
    expect(namesOf((await objects).pods)).toEqual([
      'hp-volume-of-virt-launcher-vm1-src01',
      'hp-volume-of-virt-launcher-vm2-src01',
      'virt-launcher-vm1-src01',
      'virt-launcher-vm2-src01',
    ]);
    const selectors = api.asked().filter((each) => each.includes('hotplug-disk'));
    expect(selectors).toEqual([`${CORE}/pods kubevirt.io=hotplug-disk cached`]);
  });

  test('is all that runs where a quota has the scale-up of a VM that is not among those asked about', async () => {
    const leaked = two.stored('migratingUID-of-nobody', { 'limits.memory': '1Gi' });
    const { api, objects } = read(leaked, ofVm1);
    expect(namesOf((await objects).virtualMachineInstances)).toEqual(['vm1', 'vm2']);
    const kinds = ['virtualmachineinstances', 'virtualmachineinstancemigrations'].map(
      (plural) => `${KUBEVIRT}/${plural}`,
    );
    const lists = [`${CORE}/pods`, `${CORE}/limitranges`, `${CORE}/resourcequotas`, ...kinds];
    const asked = api.asked();
    expect(asked).toEqual(expect.arrayContaining(lists.map((list) => `${list} cached`)));
    expect(asked.at(-1)).toBe(`${CORE}/resourcequotas/default-z4g94`);
  });

  test('is all that runs where more VMs migrate than are worth asking for one by one', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `busy${index}`);
    const crowded = two.with(...names.map((name) => migration(name)));
    const { api, objects } = read(crowded, ofVm1);
    expect(namesOf((await objects).virtualMachineInstances)).toEqual(['vm1', 'vm2']);
    expect(api.asked().filter((each) => each.includes('busy'))).toEqual([]);
  });

  test('is nothing of a VMI that is not there', async () => {
    const { objects } = read(two, { kind: 'migrations', vmis: ['vm9'] });
    const { virtualMachineInstances, pods } = await objects;
    expect(virtualMachineInstances).toEqual({ items: [], problems: [] });
    expect(pods).toEqual({ items: [], problems: [] });
  });
});

describe('the quotas', () => {
  /** A pod is charged before it is stored: whoever sees a pod must see what it is charged. */
  const QUOTA = `${CORE}/resourcequotas/default-z4g94`;

  test('are read after all pods', async () => {
    const { api, objects } = read(two, { kind: 'running' });
    await objects;
    const asked = api.asked();
    expect(asked.indexOf(`${CORE}/resourcequotas`)).toBeGreaterThan(asked.indexOf(`${CORE}/pods`));
  });

  test('are read after the pods of migrations under way', async () => {
    const { api, objects } = read(two.running('vm2'), ofVm1);
    await objects;
    const asked = api.asked();
    expect(asked.filter((each) => each.includes('/pods'))).toHaveLength(2);
    expect(asked.at(-1)).toBe(QUOTA);
  });

  test('that are gone since they were listed are none', async () => {
    const api = new FakeApiServer(two.json());
    api.intervene = ({ path }) => (`GET ${path}` === QUOTA ? refused(404) : undefined);
    expect((await read(api, ofVm1).objects).quotas).toEqual({ items: [], problems: [] });
  });
});

describe('calls that do not need each other', () => {
  /** Holds all calls until `count` of them wait together; with fewer at once the reading would never end. */
  function together(api: FakeApiServer, count: number): void {
    const gate = Promise.withResolvers<void>();
    let waiting = 0;
    api.pause = () => {
      waiting += 1;
      if (waiting === count) gate.resolve();
      return gate.promise;
    };
  }

  test.each([
    ['whole', 6],
    ['running', 5],
  ] as const)('are made at once: %s, %i of them', async (kind, count) => {
    const api = new FakeApiServer(two.json());
    together(api, count);
    const { quotas } = await liveOver(api).namespaceObjects('quota-test', { kind });
    expect(namesOf(quotas)).toEqual(['default-z4g94']);
  });

  test('are made at once for the facts of the cluster', async () => {
    const api = new FakeApiServer(two.json());
    together(api, 3);
    expect(namesOf((await liveOver(api).clusterObjects()).kubeVirts)).toEqual(['kubevirt']);
  });

  test('are made at once for a migration, in two rounds', async () => {
    const api = new FakeApiServer(two.json());
    together(api, 5);
    const { pods } = await liveOver(api).namespaceObjects('quota-test', ofVm1);
    expect(namesOf(pods)).toEqual(['virt-launcher-vm1-src01']);
  });
});

describe('facts of the whole cluster', () => {
  const CLUSTER = [
    'GET /apis/kubevirt.io/v1/kubevirts',
    'GET /apis/harvesterhci.io/v1beta1/settings',
    'GET /api/v1/nodes',
  ];

  function clocked(api: FakeApiServer) {
    const clock = { milliseconds: 0 };
    return { clock, live: new LiveCluster(api, { recentSeconds: 5, now: () => clock.milliseconds }) };
  }

  test('are used again where recent ones will do, for the seconds given', async () => {
    const api = new FakeApiServer(two.json());
    const { clock, live } = clocked(api);
    const first = await live.clusterObjects({ age: 'recent' });
    expect(api.asked()).toEqual(CLUSTER.map((each) => `${each} cached`));
    clock.milliseconds = 4999;
    expect(await live.clusterObjects({ age: 'recent' })).toBe(first);
    expect(api.asked()).toEqual([]);
    clock.milliseconds = 5000;
    expect(await live.clusterObjects({ age: 'recent' })).not.toBe(first);
    expect(api.asked()).toHaveLength(3);
  });

  test('are read afresh where recent ones will not do, and these are then the recent ones', async () => {
    const api = new FakeApiServer(two.json());
    const { live } = clocked(api);
    await live.clusterObjects({ age: 'recent' });
    api.asked();
    api.put(merged(two.find('KubeVirt', 'kubevirt'), { status: { phase: 'Deploying' } }));
    const fresh = await live.clusterObjects();
    expect(fresh.kubeVirts.items[0]?.status?.phase).toBe('Deploying');
    expect(api.asked()).toEqual(CLUSTER);
    expect(await live.clusterObjects({ age: 'recent' })).toBe(fresh);
  });

  test('are as old as the moment when their reading began', async () => {
    const api = new FakeApiServer(two.json());
    const { clock, live } = clocked(api);
    api.pause = async () => {
      clock.milliseconds = 4000;
    };
    const first = await live.clusterObjects();
    clock.milliseconds = 5000;
    expect(await live.clusterObjects({ age: 'recent' })).not.toBe(first);
  });

  test('that could not all be read are not kept', async () => {
    const api = new FakeApiServer(two.json());
    const { live } = clocked(api);
    api.intervene = ({ path }) => (path.endsWith('/settings') ? refused(503) : undefined);
    expect((await live.clusterObjects()).settings.unreadable).toBe('kind Setting could not be read: 503 code 503');
    api.intervene = undefined;
    expect((await live.clusterObjects({ age: 'recent' })).settings.unreadable).toBeUndefined();
  });

  test('stay those that were read before when a later reading fails', async () => {
    const api = new FakeApiServer(two.json());
    const { live } = clocked(api);
    const first = await live.clusterObjects();
    api.intervene = () => refused(503);
    expect((await live.clusterObjects()).nodes.unreadable).toBeDefined();
    expect(await live.clusterObjects({ age: 'recent' })).toBe(first);
  });

  test('are no Settings where there is no Harvester', async () => {
    const api = new FakeApiServer(two.json());
    api.intervene = ({ path }) => (path.includes('harvesterhci.io') ? refused(404) : undefined);
    expect((await liveOver(api).clusterObjects()).settings).toEqual({ items: [], problems: [] });
  });
});

describe('the namespaces', () => {
  test('are named in order', async () => {
    const named = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const api = new FakeApiServer(['b', 'a', 'c'].map(named));
    expect(await liveOver(api).namespaceNames()).toEqual(['a', 'b', 'c']);
  });

  test('that cannot be read leave nothing to be said at all', async () => {
    const api = new FakeApiServer();
    api.intervene = ({ path }: ApiCall) => (path === '/api/v1/namespaces' ? refused(403, 'forbidden') : undefined);
    const failed = liveOver(api).namespaceNames();
    await expect(failed).rejects.toThrow(UnreadableCluster);
    await expect(failed).rejects.toThrow('kind Namespace could not be read: 403 forbidden');
  });
});
