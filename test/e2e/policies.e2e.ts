import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster, type Written } from './harness/cluster.ts';
import { KUBEVIRT_CONTROLLER, setRatio } from './harness/fixtures.ts';
import { notesOn } from './harness/forecast.ts';
import { migrationOf } from './harness/kubevirt.ts';
import { installRelease, type Release } from './harness/release.ts';
import { playStep, type Situation } from './harness/situation.ts';

const NAMESPACE = 'policies';
const POLICY = 'headroom.harvesterhci.io/policy';
const EVACUATION = { metadata: { annotations: { 'kubevirt.io/evacuationMigration': 'harv1' } } };
const WORKLOAD_UPDATE = { metadata: { annotations: { 'kubevirt.io/workloadUpdateMigration': '' } } };

const cluster = openCluster();
let release: Release;
let situation: Situation;

const setPolicy = (policy: string | null) =>
  cluster.patch({ kind: 'Namespace', name: NAMESPACE }, { metadata: { annotations: { [POLICY]: policy } } });

/** Migrations of a VM that exceeds; each on dry run, so that none is in the way of the next. */
const askAsUser = (changes = {}) => cluster.create(migrationOf('vm1', NAMESPACE, changes), { dryRun: true });
const askAsKubeVirt = (changes = {}) =>
  cluster.create(migrationOf('vm1', NAMESPACE, changes), { dryRun: true, as: KUBEVIRT_CONTROLLER });

beforeAll(async () => {
  await setRatio(cluster, '4.5');
  release = await installRelease(cluster, { flags: { drain: '0' } });
  situation = await playStep(cluster, 'test2-step5b-migrated', NAMESPACE);
});

afterAll(async () => {
  await setRatio(cluster, '1.5');
  await situation?.remove();
  await release?.uninstall();
  await cluster.close();
});

describe('as the chart comes', () => {
  test("a user's migration that exceeds is denied", async () => {
    expect(await askAsUser()).toMatchObject({ kind: 'refused', code: 403, reason: 'Forbidden' });
  });

  test.each([
    { title: 'an evacuation', changes: EVACUATION, named: 'evacuation' },
    { title: "an update of KubeVirt's launchers", changes: WORKLOAD_UPDATE, named: 'workload-update' },
    { title: 'whatever else KubeVirt asks for', changes: {}, named: 'platform' },
  ])('$title that exceeds is admitted with a warning', async ({ changes, named }) => {
    expectWarned(await askAsKubeVirt(changes), `class ${named} is warn`);
  });

  test("the annotation of an evacuation in a user's migration changes nothing", async () => {
    expect(await askAsUser(EVACUATION)).toMatchObject({ kind: 'refused', code: 403 });
  });
});

describe("the namespace's own policy", () => {
  afterAll(() => setPolicy(null));

  test('warn admits what exceeds, with the verdict and the reason in warnings', async () => {
    await setPolicy('warn');
    expectWarned(await askAsUser(), 'class user is warn');
  });

  test('off admits without a word or an annotation', async () => {
    await setPolicy('off');
    const answer = await askAsUser();
    expect(answer).toMatchObject({ kind: 'done', warnings: [] });
    if (answer.kind === 'done') expect(notesOn(answer.object)).toEqual({});
  });

  test("deny denies users, and doesn't stop the draining of a node", async () => {
    await setPolicy('deny');
    expect(await askAsUser()).toMatchObject({ kind: 'refused', code: 403 });
    expectWarned(await askAsKubeVirt(EVACUATION), 'class evacuation is warn');
  });

  test('a value that is no policy is named, and counts as none', async () => {
    await setPolicy('warn');
    const warned = await askAsUser();
    await setPolicy('block');
    expect(warned.kind).toBe('done');
    expect(await askAsUser()).toMatchObject({ kind: 'refused', code: 403 });
    expect((await askAsKubeVirt(EVACUATION)).warnings.join('\n')).toContain('is "block", not deny, warn or off');
  });
});

describe('other values of the chart, rolled out', () => {
  test('users are warned, evacuations denied', async () => {
    await release.upgrade({ policies: { user: 'warn', evacuation: 'deny' } });
    await release.rollOut();
    expectWarned(await askAsUser(), 'class user is warn');
    expect(await askAsKubeVirt(EVACUATION)).toMatchObject({ kind: 'refused', code: 403 });
  });

  test('off for users leaves their migrations alone', async () => {
    await release.upgrade({ policies: { user: 'off' } });
    await release.rollOut();
    expect(await askAsUser()).toMatchObject({ kind: 'done', warnings: [] });
  });
});

function expectWarned(answer: Written, why: string): void {
  if (answer.kind === 'refused') throw new Error(answer.message);
  expect(notesOn(answer.object).verdict).toBe('exceeds');
  expect(answer.warnings).toEqual([
    expect.stringContaining('quota default-z4g94 is short of limits.memory'),
    expect.stringContaining(why),
  ]);
}
