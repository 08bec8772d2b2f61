import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ClusterClient, openCluster, type Stored } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { setRatio } from './harness/fixtures.ts';
import { notesOn } from './harness/forecast.ts';
import { createNamespace, launcherPod, migrationOf, startVm } from './harness/kubevirt.ts';
import { installRelease, type Release } from './harness/release.ts';
import type { Replica } from './harness/replica.ts';
import { rightsGranted, rightsOf, rightText, without } from './harness/rights.ts';
import { playStep, removeNamespace } from './harness/situation.ts';

const CLUSTER_ROLE = { kind: 'ClusterRole', name: 'headroom' };
const ROLE = { kind: 'Role', name: 'headroom', namespace: 'headroom-system' };
const SECRET = { kind: 'Secret', name: 'headroom-certificates', namespace: 'headroom-system' };
const RESERVATIONS = { kind: 'ConfigMap', name: 'headroom-reservations', namespace: 'headroom-system' };
const CONFIGURATIONS = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => ({
  kind,
  name: 'headroom',
}));

/** A namespace with a VM that exceeds, and one with a VM that fits. */
const EXCEEDING = 'rbac-exceeding';
const FITTING = 'rbac-fitting';

/** Without any of these nothing is known of a migration. */
const READING = [
  { right: 'get namespaces', words: /namespace/i },
  { right: 'list limitranges', words: /limitranges/i },
  { right: 'list nodes', words: /nodes/i },
  { right: 'list pods', words: /pods/i },
  { right: 'list resourcequotas', words: /resourcequotas/i },
  { right: 'list kubevirts.kubevirt.io', words: /kubevirts/i },
  { right: 'list virtualmachineinstancemigrations.kubevirt.io', words: /instancemigrations/i },
  { right: 'list virtualmachineinstances.kubevirt.io', words: /instances/i },
  { right: 'list settings.harvesterhci.io', words: /settings/i },
  { right: 'get resourcequotas', words: /resourcequotas/i },
  { right: 'get virtualmachineinstances.kubevirt.io', words: /instances/i },
];

/** Without these no certificate is made, kept, or trusted. */
const CERTIFICATES = [
  { right: 'get secrets/headroom-certificates', role: ROLE, secret: 'empty' },
  { right: 'update secrets/headroom-certificates', role: ROLE, secret: 'empty' },
  { right: 'create secrets', role: ROLE, secret: 'deleted' },
  ...['validating', 'mutating'].flatMap((kind) =>
    ['get', 'patch'].map((verb) => ({
      right: `${verb} ${kind}webhookconfigurations.admissionregistration.k8s.io/headroom`,
      role: CLUSTER_ROLE,
      secret: 'empty',
    })),
  ),
] as const;

/** Without this one launcher pods are not described either. */
const DESCRIBING = 'get virtualmachineinstances.kubevirt.io';

/** Without this one reserved room is not given back before its time. */
const GIVING_BACK = 'get virtualmachineinstancemigrations.kubevirt.io';

const PROMISING = [
  'get configmaps/headroom-reservations',
  'update configmaps/headroom-reservations',
  'create configmaps',
] as const;

const cluster = openCluster();
let release: Release;
let own: ClusterClient;
let vmi: Stored;

beforeAll(async () => {
  await setRatio(cluster, '4.5');
  release = await installRelease(cluster, { flags: { drain: '0' } });
  own = openCluster(release.connection);
  await playStep(cluster, 'test2-step5b-migrated', EXCEEDING);
  await createNamespace(cluster, { name: FITTING, limits: { 'limits.cpu': '100', 'limits.memory': '200Gi' } });
  vmi = await startVm(cluster, { namespace: FITTING, name: 'vm1' });
});

afterAll(async () => {
  await setRatio(cluster, '1.5');
  for (const namespace of [EXCEEDING, FITTING]) await removeNamespace(cluster, namespace);
  await own?.close();
  await release?.uninstall();
  await cluster.close();
});

describe('the rights of the chart are those that are needed', () => {
  const needed = [...[...READING, ...CERTIFICATES].map(({ right }) => right), GIVING_BACK, ...PROMISING].sort();

  test('its roles grant what the tests below take away, and nothing else', async () => {
    const granted = [...(await rightsOf(cluster, CLUSTER_ROLE)), ...(await rightsOf(cluster, ROLE))];
    expect(granted.map(rightText).sort()).toEqual(needed);
  });

  test.each([
    { namespace: 'headroom-system', where: 'in its own namespace', isOwn: true },
    { namespace: 'default', where: 'in any other', isOwn: false },
  ])('its ServiceAccount may do no more $where than its roles say', async ({ namespace, isOwn }) => {
    const roles = isOwn ? [CLUSTER_ROLE, ROLE] : [CLUSTER_ROLE];
    const given = (await Promise.all(roles.map((role) => rightsOf(cluster, role)))).flat();
    const rights = (await rightsGranted(own, namespace)).map(rightText);
    // Everybody may ask who he is and what he may do.
    const common = /^create selfsubject\w+\.(authorization|authentication)\.k8s\.io$/;
    expect(rights.filter((right) => !common.test(right)).sort()).toEqual(given.map(rightText).sort());
  });
});

describe('without the right to read, a verdict is unknown, and what could not be read is named', () => {
  const ask = () => cluster.create(migrationOf('vm1', EXCEEDING), { dryRun: true });
  const untilDenied = () =>
    eventually('the migration is denied', async () => {
      expect(await ask()).toMatchObject({ kind: 'refused', code: 403 });
    });

  test.each(READING)('$right', async ({ right, words }) => {
    await untilDenied();
    await without(cluster, CLUSTER_ROLE, right, () =>
      eventually('the verdict is unknown', async () => {
        const answer = await ask();
        if (answer.kind === 'refused') throw new Error(answer.message);
        expect(notesOn(answer.object).verdict).toBe('unknown');
        expect(answer.warnings.join('\n')).toMatch(words);
      }),
    );
    await untilDenied();
  });
});

describe('without the right to read the VMI of a launcher pod, its overhead is unknown', () => {
  const describe = async () => cluster.create(await launcherPod(cluster, vmi), { dryRun: true });

  test(DESCRIBING, async () => {
    expect(await describe()).toMatchObject({ kind: 'done', warnings: [] });
    await without(cluster, CLUSTER_ROLE, DESCRIBING, () =>
      eventually('the overhead is unknown', async () => {
        expect((await describe()).warnings.join('\n')).toMatch(/overhead unknown: .*VirtualMachineInstance/);
      }),
    );
    await eventually('it is known again', async () => expect((await describe()).warnings).toEqual([]));
  });
});

describe('without the right to keep reservations, no room is promised', () => {
  /** A real one: on dry run nothing would be reserved. Gone again, it is not in the way of the next. */
  const verdict = async () => {
    const { metadata, ...migration } = await cluster.created(migrationOf('vm1', FITTING));
    await cluster.remove({ kind: 'VirtualMachineInstanceMigration', name: metadata.name, namespace: FITTING });
    return notesOn({ ...migration, metadata }).verdict;
  };
  const untilFits = () => eventually('the migration fits', async () => expect(await verdict()).toBe('fits'));

  test.each(PROMISING)('%s', async (right) => {
    await untilFits();
    await without(cluster, ROLE, right, () =>
      eventually('the verdict is unknown', async () => {
        if (right === 'create configmaps') await cluster.remove(RESERVATIONS);
        expect(await verdict()).toBe('unknown');
      }),
    );
    await untilFits();
  });
});

describe('without the right to read a migration by its name, its room stays reserved', () => {
  const reservedVms = async (): Promise<string> => (await cluster.get(RESERVATIONS)).data?.reservations ?? '';
  const migrateAndAbort = async () => {
    const { metadata } = await cluster.created(migrationOf('vm1', FITTING));
    return () => cluster.remove({ kind: 'VirtualMachineInstanceMigration', name: metadata.name, namespace: FITTING });
  };

  test(GIVING_BACK, async () => {
    const abort = await migrateAndAbort();
    await eventually('the room is given back', async () => expect(await reservedVms()).not.toContain('vm1'));
    await abort();
    await without(cluster, CLUSTER_ROLE, GIVING_BACK, async () => {
      await eventually('headroom says that it cannot look', async () => {
        const abortAgain = await migrateAndAbort();
        await abortAgain();
        const lines = await Promise.all(release.replicas().map((replica) => replica.lines()));
        expect(JSON.stringify(lines)).toContain('cannot tell whether the migration is stored');
      });
      expect(await reservedVms()).toContain('vm1');
    });
  });
});

describe('without the right to keep certificates, none is made or trusted, and with it all heals', () => {
  let replica: Replica;

  beforeAll(async () => {
    await release.unroute();
    for (const running of [...release.replicas()]) await release.stopReplica(running);
  });

  test.each(CERTIFICATES)('$right', async ({ right, role, secret }) => {
    if (secret === 'deleted') await cluster.remove(SECRET);
    else await cluster.patch(SECRET, { data: null });
    await forgetAuthorities();
    await without(cluster, role, right, async () => {
      await eventually('the right is gone', async () => {
        expect((await rightsGranted(own, 'headroom-system')).map(rightText)).not.toContain(right);
      });
      replica = await release.startReplica();
      await eventually('headroom says what it may not', async () => {
        const warnings = (await replica.lines()).filter(({ level }) => level === 'warn');
        expect(JSON.stringify(warnings)).toMatch(/403|Forbidden/);
      });
      expect(await isComplete()).toBe(false);
    });
    await eventually('the certificates are made and trusted', async () => expect(await isComplete()).toBe(true));
    await replica.untilReady();
    await release.stopReplica(replica);
  });

  /** Whether the Secret is filled and every webhook has an authority. */
  const isComplete = async () => {
    const found = await cluster.find(SECRET);
    const bundles = (await Promise.all(CONFIGURATIONS.map((one) => cluster.get(one)))).flatMap(webhooksOf);
    return found?.data !== undefined && bundles.every(({ clientConfig }) => Boolean(clientConfig.caBundle));
  };
  const forgetAuthorities = async () => {
    for (const reference of CONFIGURATIONS) {
      const webhooks = webhooksOf(await cluster.get(reference));
      const patch = webhooks.flatMap(({ clientConfig }, index) =>
        clientConfig.caBundle ? [{ op: 'remove', path: `/webhooks/${index}/clientConfig/caBundle` }] : [],
      );
      if (patch.length > 0) await cluster.patch(reference, patch, { type: 'json' });
    }
  };
});

function webhooksOf(configuration: Stored) {
  return configuration.webhooks as readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}
