import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, merged } from '../builders/json.ts';
import { sizedVmi } from '../builders/virtual-machine.ts';
import { openCluster, runFolder } from './harness/cluster.ts';
import { setRatio } from './harness/fixtures.ts';
import { createNamespace, migrationOf, setPhase, startVms } from './harness/kubevirt.ts';
import { headroom, kubectl, type Run } from './harness/programs.ts';
import { connectionOf } from './harness/service-account.ts';
import { playStep, removeNamespace, untilNoNamespaceEnds } from './harness/situation.ts';

const SECRET = 'marker-of-what-must-not-be-saved';
const OBSERVED = 'saved-observed';
const ROOMY = 'saved-roomy';
const CROWDED = 'saved-crowded';
/** More than a page of a list. */
const CROWD = 505;

const cluster = openCluster();
const folder = runFolder();
const file = `${folder}/cluster.jsonl`;
const place = (name: string) => ({ name, namespace: ROOMY });

const secretVolumes = [
  { name: 'cloud', cloudInitNoCloud: { userData: SECRET, networkData: SECRET } },
  { name: 'sys', sysprep: { secret: { name: SECRET } } },
];

/** Secrets where people keep them. */
const holders: readonly Json[] = [
  { apiVersion: 'v1', kind: 'Secret', metadata: place('password'), stringData: { password: SECRET } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: place('settings'), data: { setting: SECRET } },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: place('web'),
    spec: {
      containers: [
        {
          name: 'web',
          image: 'web',
          env: [{ name: 'PASSWORD', value: SECRET }],
          args: [SECRET],
          resources: { limits: { cpu: '10m', memory: '10Mi' } },
        },
      ],
    },
  },
  {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { ...place('stopped'), annotations: { 'kubectl.kubernetes.io/last-applied-configuration': SECRET } },
    spec: {
      runStrategy: 'Halted',
      template: {
        spec: {
          accessCredentials: [{ sshPublicKey: { source: { secret: { secretName: SECRET } } } }],
          domain: {
            cpu: { cores: 1 },
            memory: { guest: '1Gi' },
            devices: {},
            resources: { limits: { cpu: '1', memory: '1Gi' } },
          },
          livenessProbe: { exec: { command: [SECRET] } },
          volumes: secretVolumes,
        },
      },
    },
  },
  {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'Setting',
    metadata: { name: 'backup-target' },
    value: JSON.stringify({ secretAccessKey: SECRET }),
  },
];

beforeAll(async () => {
  await untilNoNamespaceEnds(cluster);
  await setRatio(cluster, '4.5');
  await playStep(cluster, 'test2-step5b-migrated', OBSERVED);
  await createNamespace(cluster, { name: ROOMY, limits: { 'limits.cpu': '20', 'limits.memory': '40Gi' } });
  for (const object of holders) await cluster.created(object);
  await startVms(cluster, [
    { namespace: ROOMY, name: 'vm1' },
    { namespace: ROOMY, name: 'vm2', node: 'harv2', memoryMi: 1024 },
  ]);
  const spec = { volumes: secretVolumes, readinessProbe: { exec: { command: [SECRET] } } };
  await cluster.patch({ kind: 'VirtualMachineInstance', ...place('vm1') }, { spec });
  const migration = await cluster.created(migrationOf('vm2', ROOMY));
  await setPhase(cluster, migration, 'Pending');
  await createNamespace(cluster, { name: CROWDED, limits: { 'limits.cpu': '1', 'limits.memory': '1Gi' } });
  const vmis = Array.from({ length: CROWD }, (_, index) => sizedVmi(`vm${index}`, { cpu: 1, memoryMi: 64 }));
  const changes = { metadata: { namespace: CROWDED, uid: undefined }, status: { nodeName: 'harv3' } };
  await Promise.all(vmis.map((vmi) => cluster.created(merged(vmi, changes))));
});

afterAll(async () => {
  await setRatio(cluster, '1.5');
  await cluster.remove({ kind: 'Setting', name: 'backup-target' });
  for (const namespace of [OBSERVED, ROOMY, CROWDED]) await removeNamespace(cluster, namespace);
  await cluster.close();
});

function said({ code, stdout, stderr }: Run): object {
  return { code, stdout, stderr };
}

describe('a cluster saved', () => {
  test('is a file for its owner alone, and it is told what is in it', async () => {
    const { code, stdout, stderr } = await headroom(['snapshot', '-o', file]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^note: .*cluster\.jsonl \([\d.]+ kB\): 1 KubeVirt, 3 Settings, 3 Nodes, /);
    expect(stderr).toContain(`${CROWD + 3} VirtualMachineInstances`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('holds no secret of any kind', () => {
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(OBSERVED);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('managedFields');
    const kinds = new Set(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).kind),
    );
    expect([...kinds].filter((kind) => kind === 'Secret' || kind === 'ConfigMap')).toEqual([]);
  });

  test.each([
    'forecast -A -o json',
    'forecast -A -o wide',
    'forecast -A --ratio 2.5 -o json',
    'forecast -A --start -o json',
    'forecast --node harv1 -o json',
    'overhead -A -o json',
    'doctor -o json',
  ])('answers as the cluster does: %s', async (line) => {
    const live = await headroom(line.split(' '));
    expect(live.stdout).toContain('saved-');
    expect(said(await headroom([...line.split(' '), '--snapshot', file]))).toEqual(said(live));
  });

  test('may be compressed, and of one namespace alone', async () => {
    const packed = `${folder}/observed.jsonl.gz`;
    expect(await headroom(['snapshot', '-n', OBSERVED, '-o', packed])).toMatchObject({ code: 0 });
    expect(gunzipSync(readFileSync(packed)).toString()).not.toContain(ROOMY);
    const question = ['forecast', 'vm1', '-n', OBSERVED, '-o', 'json'];
    const live = await headroom(question);
    expect(live.code).toBe(2);
    expect(said(await headroom([...question, '--snapshot', packed]))).toEqual(said(live));
  });

  test('of a namespace that is not there is none', async () => {
    const { code, stderr } = await headroom(['snapshot', '-n', 'nowhere', '-o', `${folder}/nowhere.jsonl`]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^error: there is no namespace nowhere on/),
    });
    expect(readdirSync(folder).filter((name) => name.startsWith('nowhere'))).toEqual([]);
  });
});

describe('somebody with few rights', () => {
  const account = { name: 'reader', namespace: ROOMY };
  const apiGroup = 'rbac.authorization.k8s.io';
  let kubeconfig: string;

  beforeAll(async () => {
    await cluster.created({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
    await cluster.created({
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'reader' },
      rules: [
        {
          apiGroups: [''],
          resources: ['namespaces', 'nodes', 'limitranges', 'resourcequotas'],
          verbs: ['get', 'list'],
        },
        { apiGroups: ['kubevirt.io', 'harvesterhci.io'], resources: ['*'], verbs: ['get', 'list'] },
      ],
    });
    await cluster.created({
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    });
    ({ kubeconfig } = await connectionOf(cluster, account, `${folder}/reader`));
  });
  afterAll(async () => {
    await cluster.remove({ kind: 'ClusterRoleBinding', name: 'reader' });
    await cluster.remove({ kind: 'ClusterRole', name: 'reader' });
  });

  test('is told which right is missing and how to check it, and no file is made', async () => {
    const { code, stdout, stderr } = await headroom(['snapshot', '-o', `${folder}/few.jsonl`], { kubeconfig });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const { server } = cluster.connection;
    expect(stderr).toBe(
      `error: the API server ${server} (context e2e of ${kubeconfig}, user e2e) does not permit: list pods in all namespaces\nerror: to check: kubectl auth can-i list pods -A\n`,
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('few'))).toEqual([]);
    expect((await kubectl(['auth', 'can-i', 'list', 'pods', '-A'], { kubeconfig })).stdout).toBe('no\n');
    expect((await kubectl(['auth', 'can-i', 'list', 'nodes'], { kubeconfig })).stdout).toBe('yes\n');
  });

  test('is told the same in a forecast, which is then unknown', async () => {
    const { code, stdout } = await headroom(['forecast', 'vm1', '-n', ROOMY, '-o', 'json'], { kubeconfig });
    expect(code).toBe(3);
    expect(JSON.parse(stdout).forecasts[0].reason).toMatch(
      /^kind Pod of namespace saved-roomy could not be read: 403 pods is forbidden: User "system:serviceaccount:saved-roomy:reader" cannot list resource "pods" .* \(kubectl auth can-i list pods -n saved-roomy\)$/,
    );
  });
});

describe('a kubeconfig that leads nowhere', () => {
  test.each([
    [
      'another context',
      ['--context', 'prod'],
      /^error: --context prod: kubeconfig .*admin\.kubeconfig has context e2e\n$/,
    ],
    ['no such file', ['--kubeconfig', '/none'], /^error: --kubeconfig \/none cannot be read: no such file\n$/],
  ])('is told of: %s', async (_, args, words) => {
    const { code, stderr } = await headroom(['forecast', '-A', ...args]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(words) });
  });

  test('is told of where the API server does not accept the token', async () => {
    const { server } = cluster.connection;
    const given = JSON.parse(readFileSync(`${folder}/admin.kubeconfig`, 'utf8'));
    const kubeconfig = `${folder}/stranger.kubeconfig`;
    writeFileSync(kubeconfig, JSON.stringify({ ...given, users: [{ name: 'e2e', user: { token: 'none' } }] }));
    const { code, stderr } = await headroom(['forecast', '-A'], { kubeconfig });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `error: the API server ${server} (context e2e of ${kubeconfig}, user e2e) does not accept these credentials, which may be missing, expired or revoked: 401 Unauthorized\n`,
    });
  });
});
