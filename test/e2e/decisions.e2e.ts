import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { objectAt } from '../builders/json.ts';
import { openCluster, type Written } from './harness/cluster.ts';
import { setRatio } from './harness/fixtures.ts';
import { forecastOn, notesOn, predictedStatus, untilReckoned } from './harness/forecast.ts';
import { scaleDown, scaleUp } from './harness/harvester.ts';
import { launcherPod, migrationOf, setPhase } from './harness/kubevirt.ts';
import { headroom, kubectl } from './harness/programs.ts';
import { installRelease, type Release, reviewCounts } from './harness/release.ts';
import { observedPod, playStep, type Situation } from './harness/situation.ts';

const POLICY = 'headroom.harvesterhci.io/policy';

/** `limits.memory` of the target pod of vm1, by overhead ratio. */
const NEEDED = { '1.5': '4797464313', '4.5': '5682461313' } as const;

const cluster = openCluster();
let release: Release;

const vmiOf = (namespace: string) => cluster.get({ kind: 'VirtualMachineInstance', name: 'vm1', namespace });
const setPolicy = (namespace: string, policy: string | null) =>
  cluster.patch({ kind: 'Namespace', name: namespace }, { metadata: { annotations: { [POLICY]: policy } } });

beforeAll(async () => {
  release = await installRelease(cluster, { flags: { drain: '0' } });
});

afterAll(async () => {
  await setRatio(cluster, '1.5');
  await release?.uninstall();
  await cluster.close();
});

describe('what headroom writes, and on what', () => {
  const namespace = 'written';
  let situation: Situation;

  beforeAll(async () => {
    await setRatio(cluster, '1.5');
    situation = await playStep(cluster, 'test1-step1-vm-running', namespace);
  });
  afterAll(() => situation.remove());

  test("a launcher pod carries its overhead, of which the guest's memory is what is left", async () => {
    const [pod] = await cluster.list('Pod', namespace);
    expect(notesOn(pod!)).toEqual({
      'memory-overhead': String(4737464313 - 4 * 2 ** 30),
      'overhead-ratio': '1.5',
      'workload-memory': String(4 * 2 ** 30),
      'kubevirt-version': expect.stringMatching(/^v?1\.6\./),
    });
  });

  test('no other pod is sent to headroom', async () => {
    const before = await reviewCounts(release);
    const spec = { containers: [{ name: 'web', image: 'web', resources: { limits: { cpu: '10m', memory: '10Mi' } } }] };
    await cluster.created({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace }, spec });
    expect((await reviewCounts(release)).get('/mutate/pods')).toBe(before.get('/mutate/pods'));
    await cluster.remove({ kind: 'Pod', name: 'web', namespace });
  });

  test('a migration asked for by an older version of the API is judged too', async () => {
    const migration = { ...migrationOf('vm1', namespace), apiVersion: 'kubevirt.io/v1alpha3' };
    const args = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
    const { stdout } = await kubectl(args, { input: JSON.stringify(migration) });
    expect(forecastOn(JSON.parse(stdout)).verdict).toBe('fits');
  });

  test('migrations of the system namespaces are not sent', async () => {
    const before = await reviewCounts(release);
    admitted(await cluster.create(migrationOf('vm1', 'harvester-system'), { dryRun: true }));
    expect(await reviewCounts(release)).toEqual(before);
  });

  test('a VM that does not exist is unknown, and the migration is left to KubeVirt', async () => {
    const answer = await cluster.create(migrationOf('nobody', namespace), { dryRun: true });
    expect(notesOn(admitted(answer)).verdict).toBe('unknown');
    expect(answer.warnings).toHaveLength(1);
  });

  test('an annotation that somebody else wrote does not stay', async () => {
    const forged = { metadata: { annotations: { 'headroom.harvesterhci.io/verdict': 'exceeds' } } };
    const answer = await cluster.create(migrationOf('vm1', namespace, forged), { dryRun: true });
    expect(notesOn(admitted(answer)).verdict).toBe('fits');
  });

  test('what KubeVirt would make of the VMI is what virt-controller made of it', async () => {
    const vmi = await vmiOf(namespace);
    const ours = await cluster.create(await launcherPod(cluster, vmi), { dryRun: true });
    expect(ours).toMatchObject({ kind: 'refused' });
    if (ours.kind === 'refused') expect(ours.message).toContain('limits.memory=4797464313, used');
  });
});

describe('a forecast that says fits comes true', () => {
  test.each([
    {
      situation: 'at ratio 1.5 within 5000Mi',
      before: 'test1-step1-vm-running',
      during: 'test1-step2-migrating',
      ratio: '1.5' as const,
      memory: { used: '9594928626', hard: '9980344313' },
      next: undefined,
    },
    {
      situation: 'with the ratio raised to 4.5 since the VM was started, but not the one after it',
      before: 'test2-step4-ratio-changed',
      during: 'test2-step5a-migrating',
      ratio: '4.5' as const,
      memory: { used: '10479925626', hard: '10865341313' },
      next: 'exceeds',
    },
    {
      situation: 'at ratio 4.5 within 6000Mi',
      before: 'test4-step2-running',
      during: 'test4-step3a-migration1-migrating',
      ratio: '4.5' as const,
      memory: { used: '11364922626', hard: '11913917313' },
      next: undefined,
    },
  ])('$situation: the quota admits the target pod, by the figures forecast', async (row) => {
    await setRatio(cluster, row.ratio);
    const namespace = row.before;
    const situation = await playStep(cluster, row.before, namespace);
    const vmi = await vmiOf(namespace);
    await untilReckoned(cluster, { namespace, name: 'vm1' }, NEEDED[row.ratio]);

    const answer = await cluster.create(migrationOf('vm1', namespace));
    const migration = admitted(answer);
    const forecast = forecastOn(migration);
    expect(forecast).toMatchObject({ verdict: 'fits', needsScaleUp: true });
    expect(forecast.next).toBe(row.next);
    expect(answer.warnings.join()).toMatch(row.next === undefined ? /^$/ : /the migration after this one will not fit/);
    expect(notesOn(migration).verdict).toBe('fits');
    const predicted = predictedStatus(forecast);
    expect(predicted).toEqual({
      used: { 'limits.cpu': '4030m', 'limits.memory': row.memory.used },
      hard: { 'limits.cpu': '5', 'limits.memory': row.memory.hard },
    });

    await setPhase(cluster, migration, 'Pending');
    const pod = observedPod(row.during, { namespace, vmi, migrationUid: migration.metadata.uid });
    expect(await cluster.create(pod)).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/exceeded quota/),
    });
    await scaleUp(cluster, namespace, 'vm1');
    await situation.quotaStatus({ hard: predicted.hard });
    admitted(await cluster.create(pod));
    expect(await situation.quotaStatus()).toEqual(predicted);

    await setPhase(cluster, migration, 'Succeeded');
    await scaleDown(cluster, namespace, vmi.metadata.uid);
    await situation.remove();
  });
});

describe('a forecast that says exceeds comes true: the second migration at ratio 4.5 within 5000Mi', () => {
  const namespace = 'second-migration';
  const words =
    'exceeded quota: default-z4g94, requested: limits.memory=5682461313, used: limits.memory=5682461313, limited: limits.memory=10865341313';
  let situation: Situation;

  beforeAll(async () => {
    await setRatio(cluster, '4.5');
    situation = await playStep(cluster, 'test2-step5b-migrated', namespace);
  });
  afterAll(() => situation.remove());

  test('it is denied as the quota would deny it, with every figure', async () => {
    const answer = await cluster.create(migrationOf('vm1', namespace));
    expect(answer).toMatchObject({ kind: 'refused', code: 403, reason: 'Forbidden' });
    if (answer.kind === 'done') return;
    expect(answer.message).toContain(words);
    expect(objectAt(answer.details).causes).toEqual([
      {
        reason: 'overhead-grew',
        message: expect.stringContaining('short by 499581313'),
        field: `${namespace}/default-z4g94:limits.memory`,
      },
    ]);
    expect(await cluster.list('VirtualMachineInstanceMigration', namespace)).toHaveLength(2);
  });

  test('kubectl prints the denial, the VM, the shortfall and the remedy first', async () => {
    const input = JSON.stringify(migrationOf('vm1', namespace));
    const { code, stdout, stderr } = await kubectl(['create', '-f', '-'], { input });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const [first = ''] = stderr.split('\n', 1);
    expect(first).toMatch(
      /^Error from server \(Forbidden\): error when creating "STDIN": admission webhook "validate-migrations\.headroom\.harvesterhci\.io" denied the request: /,
    );
    expect(first).toContain('second-migration/vm1');
    expect(first).toContain('5477Mi');
    expect(stderr).toContain(words);
  });

  test.each(['warn', 'off'])(
    'admitted under the policy %s, its target pod is refused in the words foretold',
    async (policy) => {
      await setPolicy(namespace, policy);
      const answer = await cluster.create(migrationOf('vm1', namespace));
      const migration = admitted(answer);
      expect(notesOn(migration).verdict).toBe(policy === 'warn' ? 'exceeds' : undefined);
      expect(answer.warnings).toHaveLength(policy === 'warn' ? 2 : 0);
      const vmi = await vmiOf(namespace);
      await setPhase(cluster, migration, 'Pending');
      await scaleUp(cluster, namespace, 'vm1');
      await situation.quotaStatus({ hard: { 'limits.memory': '10865341313' } });
      const pod = observedPod('test2-step5a-migrating', { namespace, vmi, migrationUid: migration.metadata.uid });
      const refused = await cluster.create(pod);
      expect(refused).toMatchObject({ kind: 'refused', code: 403 });
      if (refused.kind === 'refused') expect(refused.message).toMatch(new RegExp(`${words}$`));
      await cluster.remove({ kind: 'VirtualMachineInstanceMigration', name: migration.metadata.name, namespace });
      await scaleDown(cluster, namespace, vmi.metadata.uid);
      await situation.quotaStatus({ hard: { 'limits.memory': '5000Mi' } });
      await setPolicy(namespace, null);
    },
  );
});

test('the start of the stopped VM, forecast from the cluster on the command line, is refused by the same figures', async () => {
  const namespace = 'stopped';
  await setRatio(cluster, '4.5');
  const situation = await playStep(cluster, 'test3-step1-stopped', namespace);
  const { code, stdout } = await headroom(['forecast', 'vm1', '--start', '-n', namespace, '-o', 'json']);
  expect(code).toBe(2);
  const [forecast] = JSON.parse(stdout).forecasts;
  expect(forecast.quotas).toContainEqual(
    expect.objectContaining({ resource: 'limits.memory', used: '0', requested: '5682461313', hard: '5000Mi' }),
  );
  const [vm] = await cluster.list('VirtualMachine', namespace);
  const pod = observedPod('test4-step2-running', { namespace, vmi: vm! });
  expect(await cluster.create(pod)).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining(
      'exceeded quota: default-z4g94, requested: limits.memory=5682461313, used: limits.memory=0, limited: limits.memory=5000Mi',
    ),
  });
  await situation.remove();
});

describe('a dry run', () => {
  const namespace = 'dry-run';
  const reservations = { kind: 'ConfigMap', name: 'headroom-reservations', namespace: 'headroom-system' };
  let situation: Situation;

  beforeAll(async () => {
    await setRatio(cluster, '4.5');
    situation = await playStep(cluster, 'test2-step4-ratio-changed', namespace);
    await untilReckoned(cluster, { namespace, name: 'vm1' }, NEEDED['4.5']);
  });
  afterAll(() => situation.remove());

  test('says the same as the real thing and writes nothing, where the real thing promises room', async () => {
    const before = (await cluster.get(reservations)).metadata.resourceVersion;
    const args = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
    const { stdout, stderr } = await kubectl(args, { input: JSON.stringify(migrationOf('vm1', namespace)) });
    const dry = forecastOn(JSON.parse(stdout));
    expect(stderr).toContain('Warning: ');
    expect((await cluster.get(reservations)).metadata.resourceVersion).toBe(before);
    const migration = admitted(await cluster.create(migrationOf('vm1', namespace)));
    expect(forecastOn(migration)).toEqual(dry);
    expect((await cluster.get(reservations)).metadata.resourceVersion).not.toBe(before);
  });
});

function admitted(answer: Written) {
  if (answer.kind === 'refused') throw new Error(answer.message);
  return answer.object;
}
