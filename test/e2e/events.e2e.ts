import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster, type Stored } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { setRatio } from './harness/fixtures.ts';
import { untilReckoned } from './harness/forecast.ts';
import { createNamespace, migrationOf, startVm } from './harness/kubevirt.ts';
import { kubectl, outputOf } from './harness/programs.ts';
import { installRelease, type Release } from './harness/release.ts';
import type { Replica } from './harness/replica.ts';
import { rightsGranted, rightsOf, rightText, without } from './harness/rights.ts';
import { removeNamespace } from './harness/situation.ts';

const CLUSTER_ROLE = { kind: 'ClusterRole', name: 'headroom' };
const POLICY = 'headroom.harvesterhci.io/policy';
const RIGHTS = ['create events', 'patch events'];
/** What vm1 needs at an overhead ratio of 4.5. */
const NEEDED = '5682461313';
/** More than the API server has connections to one replica, fewer than Events about one VM are allowed. */
const AT_ONCE = 24;

const cluster = openCluster();
let release: Release;

interface StoredEvent extends Stored {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

/** Headroom's, of a namespace; other components write theirs too. */
async function eventsIn(namespace: string): Promise<readonly StoredEvent[]> {
  const all = (await cluster.list('Event', namespace)) as readonly StoredEvent[];
  return all.filter(({ reportingComponent }) => reportingComponent === 'headroom.harvesterhci.io');
}

async function denied(namespace: string, times = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    expect(await cluster.create(migrationOf('vm1', namespace))).toMatchObject({ kind: 'refused', code: 403 });
  }
}

/** A namespace with vm1 running in it, made of the ratio at hand. */
async function started(namespace: string, memory: string): Promise<Stored> {
  const situation = await createNamespace(cluster, {
    name: namespace,
    limits: { 'limits.cpu': '10', 'limits.memory': memory },
  });
  await situation.quotaStatus({ hard: { 'limits.memory': memory } });
  return startVm(cluster, { namespace, name: 'vm1' });
}

/** The same, with room for the pod that runs, and after a scale-up not quite for another. */
async function startedExceeding(namespace: string): Promise<Stored> {
  const vmi = await started(namespace, '5450Mi');
  await eventually(`a migration in ${namespace} is denied`, async () => {
    expect(await cluster.create(migrationOf('vm1', namespace), { dryRun: true })).toMatchObject({ kind: 'refused' });
  });
  return vmi;
}

/** Ends all replicas, each of which still writes what it has to write: then nothing is under way any more. */
async function stopAll(): Promise<void> {
  await release.unroute();
  for (const replica of [...release.replicas()]) await release.stopReplica(replica);
}

async function restartAll(): Promise<void> {
  const { length: count } = release.replicas();
  await stopAll();
  for (let index = 0; index < count; index += 1) await release.addReplica();
  await release.route();
}

async function told(replica: Replica, outcome: string): Promise<number> {
  const [, count = '0'] =
    new RegExp(`^headroom_events_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(await replica.metrics()) ?? [];
  return Number(count);
}

const stored = async (replica: Replica) => (await told(replica, 'written')) + (await told(replica, 'repeated'));

beforeAll(() => setRatio(cluster, '4.5'));
afterAll(async () => {
  await setRatio(cluster, '1.5');
  await cluster.close();
});

describe('as the chart comes', () => {
  const namespace = 'events-off';

  beforeAll(async () => {
    release = await installRelease(cluster, { flags: { drain: '0' } });
  });
  afterAll(async () => {
    await release?.uninstall();
    await removeNamespace(cluster, namespace);
  });

  test('headroom has no right to write Events, and writes none', async () => {
    expect((await rightsOf(cluster, CLUSTER_ROLE)).map(rightText).filter((right) => right.includes('events'))).toEqual(
      [],
    );
    await startedExceeding(namespace);
    await denied(namespace);
    await stopAll();
    expect(await eventsIn(namespace)).toEqual([]);
  });
});

describe('with the value events.enabled', () => {
  const namespaces: string[] = [];
  const exceeding = async (namespace: string): Promise<Stored> => {
    namespaces.push(namespace);
    return startedExceeding(namespace);
  };

  beforeAll(async () => {
    const values = { events: { enabled: true } };
    release = await installRelease(cluster, { values, replicas: 2, flags: { drain: '0' } });
  });
  afterAll(async () => {
    await release?.uninstall();
    for (const namespace of namespaces) await removeNamespace(cluster, namespace);
  });

  test('its ServiceAccount may create and patch Events in any namespace, and no more of them than that', async () => {
    const own = openCluster(release.connection);
    for (const namespace of ['default', 'headroom-system']) {
      const rights = (await rightsGranted(own, namespace)).map(rightText);
      expect(rights.filter((right) => / events/.test(right)).sort()).toEqual(RIGHTS);
    }
    await own.close();
  });

  test('a denied migration is an Event that kubectl finds by the VMI', async () => {
    const namespace = 'events-denied';
    const { metadata } = await exceeding(namespace);
    await denied(namespace);
    await eventually('the Event is there', async () => expect(await eventsIn(namespace)).toHaveLength(1));
    const [event] = await eventsIn(namespace);
    expect(event).toMatchObject({
      involvedObject: {
        apiVersion: 'kubevirt.io/v1',
        kind: 'VirtualMachineInstance',
        namespace,
        name: 'vm1',
        uid: metadata.uid,
      },
      type: 'Warning',
      reason: 'MigrationDenied',
      count: 1,
    });
    expect(event?.message).toMatch(
      /^VM events-denied\/vm1 cannot migrate: .* short of limits\.memory by 27722113 .*; set limitsMemory of namespace events-denied to \d+Mi$/,
    );

    const selector = `--field-selector=involvedObject.uid=${metadata.uid}`;
    const listed = await outputOf(kubectl(['get', 'events', '-n', namespace, selector]));
    expect(listed).toMatch(
      /Warning +MigrationDenied +virtualmachineinstance\/vm1 +VM events-denied\/vm1 cannot migrate: /,
    );
    const described = await outputOf(kubectl(['describe', 'virtualmachineinstance', 'vm1', '-n', namespace]));
    expect(described).toMatch(
      /Warning +MigrationDenied +\S+ +headroom\.harvesterhci\.io +VM events-denied\/vm1 cannot /,
    );
  });

  test('denied again and again, by two replicas, it is one Event with a higher count', async () => {
    const namespace = 'events-repeated';
    await exceeding(namespace);
    const before = await Promise.all(release.replicas().map(stored));
    // All at once, or the API server would ask over one connection, which is one replica's.
    await Promise.all(Array.from({ length: AT_ONCE }, () => denied(namespace)));
    await eventually('every denial is counted', async () => {
      expect(await eventsIn(namespace)).toMatchObject([{ reason: 'MigrationDenied', count: AT_ONCE }]);
    });
    const after = await Promise.all(release.replicas().map(stored));
    for (const [index, count] of after.entries()) expect(count).toBeGreaterThan(before[index] ?? 0);
  });

  test('after a restart it is the same Event still, and a dry run does not raise it', async () => {
    const namespace = 'events-restart';
    await exceeding(namespace);
    await denied(namespace, 2);
    await restartAll();
    for (let time = 0; time < 3; time += 1) {
      const answer = await cluster.create(migrationOf('vm1', namespace), { dryRun: true });
      expect(answer).toMatchObject({ kind: 'refused' });
    }
    await denied(namespace, 2);
    await restartAll();
    expect(await eventsIn(namespace)).toMatchObject([{ count: 4 }]);
  });

  test('admitted although it exceeds, under the policy warn, it has an Event, and under off it has none', async () => {
    const namespace = 'events-policies';
    await exceeding(namespace);
    for (const policy of ['off', 'warn']) {
      await cluster.patch({ kind: 'Namespace', name: namespace }, { metadata: { annotations: { [POLICY]: policy } } });
      await cluster.created(migrationOf('vm1', namespace));
      if (policy === 'off') await withoutMigration(namespace);
    }
    await eventually('the Event is there', async () => {
      expect(await eventsIn(namespace)).toMatchObject([{ reason: 'MigrationExceedsQuota', count: 1 }]);
    });
  });

  test('a migration that fits for the last time has an Event, which says what to do before the next', async () => {
    const namespace = 'events-last';
    namespaces.push(namespace);
    await setRatio(cluster, '1.5');
    await started(namespace, '5000Mi');
    await setRatio(cluster, '4.5');
    await untilReckoned(cluster, { namespace, name: 'vm1' }, NEEDED);
    await cluster.created(migrationOf('vm1', namespace));
    await eventually('the Event is there', async () => {
      expect(await eventsIn(namespace)).toMatchObject([
        {
          reason: 'LastMigrationThatFits',
          message: expect.stringMatching(
            /the migration after this one will not fit .*; set limitsMemory of namespace events-last to /,
          ),
        },
      ]);
    });
  });

  test.each(RIGHTS)(
    'without the right to %s migrations are denied all the same, and it is logged and counted',
    async (right) => {
      const namespace = `events-no-${right.split(' ')[0]}`;
      await exceeding(namespace);
      const before = await failures();
      await without(cluster, CLUSTER_ROLE, right, async () => {
        await eventually('an Event has failed', async () => {
          await denied(namespace);
          expect(await failures()).toBeGreaterThan(before);
        });
      });
      // A line a minute at most: of the first right perhaps, and not of the second.
      await eventually('it is logged', async () => {
        const lines = await Promise.all(release.replicas().map((replica) => replica.lines()));
        expect(JSON.stringify(lines)).toContain('an Event could not be written');
      });
    },
  );

  const failures = async (): Promise<number> => {
    const counts = await Promise.all(release.replicas().map((replica) => told(replica, 'failed')));
    return counts.reduce((sum, count) => sum + count, 0);
  };

  /** A migration that is over is in nobody's way. */
  const withoutMigration = async (namespace: string) => {
    for (const { metadata, status } of await cluster.list('VirtualMachineInstanceMigration', namespace)) {
      const reference = { kind: 'VirtualMachineInstanceMigration', name: metadata.name, namespace };
      if (status?.phase === undefined) await cluster.remove(reference);
    }
  };
});
