import { execFile } from 'node:child_process';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ADMINISTERING,
  IN_SERVICE,
  INSTALLING,
  OTHER_WAYS,
  onlyReads,
  REMOVING,
  type Step,
} from '../docs/cluster-steps.ts';
import { commandsIn, documentNames } from '../docs/documented-commands.ts';
import { waysOf } from '../docs/ways.ts';
import { openCluster, runFolder } from './harness/cluster.ts';
import { programPath } from './harness/control-plane.ts';
import { eventually } from './harness/eventually.ts';
import { setRatio } from './harness/fixtures.ts';
import { migrationOf } from './harness/kubevirt.ts';
import { headroom, kubectl } from './harness/programs.ts';
import { type Release, serveRelease } from './harness/release.ts';
import type { PodTemplate } from './harness/replica.ts';
import { connectionOf } from './harness/service-account.ts';
import { playStep, removeNamespace, type Situation, untilNoNamespaceEnds } from './harness/situation.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const NAMESPACE = 'headroom-system';
const DEPLOYMENT = { kind: 'Deployment', name: 'headroom', namespace: NAMESPACE };
const CONFIGURATION = { kind: 'ValidatingWebhookConfiguration', name: 'headroom' };

const cluster = openCluster();
const folder = `${runFolder()}/documented`;
let release: Release;
let situation: Situation;

interface Typed {
  readonly exitCode: number;
  readonly said: string;
}

/** In bash, in a folder that has the repository's charts, deploy and examples. There is no kubelet to ask for a log. */
function type(command: string): Promise<Typed> {
  const logs = release?.replicas().map(({ child }) => child.logFile) ?? [];
  const ofAllPods = `kubectl -n ${NAMESPACE} logs -l app.kubernetes.io/component=webhook --tail=-1`;
  const line = command.replace(ofAllPods, `cat ${logs.join(' ')}`);
  const env = { HOME: folder, PATH: `${folder}/bin:/usr/bin:/bin`, KUBECONFIG: `${runFolder()}/admin.kubeconfig` };
  return new Promise((resolve) => {
    const options = { cwd: folder, env, timeout: 50_000 };
    execFile('bash', ['-o', 'pipefail', '-c', line], options, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), said: `${stdout}${stderr}` });
    });
  });
}

function testSteps(steps: readonly Step[]): void {
  test.each(steps)('$command', async ({ command, says, exitCode = 0 }) => {
    expect(await type(command)).toEqual({ exitCode, said: expect.stringMatching(says) });
  });
}

async function makeFolder(): Promise<void> {
  await mkdir(`${folder}/bin`, { recursive: true });
  for (const name of ['charts', 'deploy', 'examples']) await symlink(`${PROJECT}${name}`, `${folder}/${name}`);
  for (const name of ['helm', 'kubectl']) await symlink(programPath(name), `${folder}/bin/${name}`);
  const program = `#!/bin/sh\nexec '${process.execPath}' '${runFolder()}/headroom.mjs' "$@"\n`;
  await writeFile(`${folder}/bin/headroom`, program, { mode: 0o755 });
  await copyFile(`${PROJECT}examples/migrate-vm1.yaml`, `${folder}/migration.yaml`);
}

beforeAll(async () => {
  await makeFolder();
  if ((await cluster.find({ kind: 'Namespace', name: NAMESPACE })) !== undefined)
    await removeNamespace(cluster, NAMESPACE);
  await untilNoNamespaceEnds(cluster);
  await setRatio(cluster, '4.5');
  await cluster.created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } });
  situation = await playStep(cluster, 'test2-step5b-migrated', 'quota-test');
  const stuck = migrationOf('vm1', 'quota-test');
  await cluster.created({ ...stuck, metadata: { name: 'vm1-4pjr8', namespace: 'quota-test' } });
});

afterAll(async () => {
  await setRatio(cluster, '1.5');
  await situation?.remove();
  await removeNamespace(cluster, 'team-a');
  await cluster.close();
});

describe('headroom is installed as the documents say', () => {
  testSteps(INSTALLING);
});

/** What the Deployment's controller would write of pods that are ready. */
async function sayThatPodsAreReady(): Promise<void> {
  const { metadata, spec } = await cluster.get(DEPLOYMENT);
  const count = spec?.replicas;
  const status = { replicas: count, updatedReplicas: count, readyReplicas: count, availableReplicas: count };
  await cluster.patch(
    DEPLOYMENT,
    { status: { observedGeneration: metadata.generation, ...status } },
    { subresource: 'status' },
  );
}

/** What a kubelet makes of the pod of `helm test`: its command is run, and its end told. */
async function playTestPod(): Promise<void> {
  const reference = { kind: 'Pod', name: 'headroom-self-test', namespace: NAMESPACE };
  const pod = await eventually('helm has made its pod', () => cluster.get(reference), { withinSeconds: 30 });
  const spec = pod.spec as unknown as PodTemplate & { readonly serviceAccountName: string };
  const account = { name: spec.serviceAccountName, namespace: NAMESPACE };
  const { kubeconfig } = await connectionOf(cluster, account, `${folder}/self-test`);
  const { code } = await headroom(spec.containers[0]?.args ?? [], { kubeconfig });
  await cluster.patch(reference, { status: { phase: code === 0 ? 'Succeeded' : 'Failed' } }, { subresource: 'status' });
}

describe('while headroom answers', () => {
  beforeAll(async () => {
    release = await serveRelease(cluster, { flags: { drain: '0' } });
    await sayThatPodsAreReady();
    await cluster.created(migrationOf('vm1', 'team-a'));
  });
  // Helm would lay the chart's `service` beside the `url` that leads to the replicas here.
  afterAll(() => release.unroute());

  test.each(IN_SERVICE)('$command', async ({ command, says, exitCode = 0 }) => {
    const pod = command.startsWith('helm test') ? playTestPod() : Promise.resolve();
    const attempt = async () => expect(await type(command)).toEqual({ exitCode, said: expect.stringMatching(says) });
    // A log is written a moment after what it tells of.
    await (command.includes(' logs ') ? eventually(command, attempt) : attempt());
    await pod;
  });

  test('a refusal looks as the README shows it', async () => {
    const shown = commandsIn(`${PROJECT}README.md`).find(({ text }) => text === 'kubectl create -f migration.yaml');
    expect(await type('kubectl create -f migration.yaml')).toEqual({ exitCode: 1, said: `${shown?.output?.text}\n` });
  });

  const readings = documentNames()
    .flatMap((name) => commandsIn(name))
    .flatMap(({ text }) => waysOf(text))
    .flatMap((way) => (way.kind === 'cluster' && onlyReads(way.line) ? way.line : []));

  const inSteps = IN_SERVICE.map(({ command }) => command);

  test.each([...new Set(readings)].filter((line) => !inSteps.includes(line)))('%s', async (line) => {
    const { exitCode, said } = await type(line);
    expect({ line, exitCode, said }).toEqual({ line, exitCode: 0, said: expect.not.stringMatching(/^error/im) });
    if (!line.includes(' > ')) expect(said).not.toBe('');
  });
});

describe('headroom is administered as the documents say', () => {
  testSteps(ADMINISTERING);

  test('what was deleted for being out of the way, helm upgrade brings back', async () => {
    expect(await cluster.find(CONFIGURATION)).toBeUndefined();
    const { exitCode } = await type('helm upgrade headroom charts/headroom -n headroom-system');
    expect({ exitCode, replicas: (await cluster.get(DEPLOYMENT)).spec?.replicas }).toEqual({
      exitCode: 0,
      replicas: 2,
    });
    expect(await cluster.find(CONFIGURATION)).toBeDefined();
  });
});

describe('headroom is removed as the documents say', () => {
  beforeAll(async () => {
    for (const replica of [...release.replicas()]) await release.killReplica(replica);
    await release.balancer.close();
  });

  testSteps(REMOVING);

  test('and nothing of it is left', async () => {
    await untilNoNamespaceEnds(cluster);
    expect(await cluster.find(CONFIGURATION)).toBeUndefined();
    expect(await cluster.find({ kind: 'Namespace', name: NAMESPACE })).toBeUndefined();
  });
});

describe('headroom comes by the other ways that the documents name', () => {
  afterAll(async () => {
    await kubectl(['delete', '--wait=false', '--ignore-not-found', '-f', `${PROJECT}deploy/headroom.yaml`]);
    await untilNoNamespaceEnds(cluster);
  });

  testSteps(OTHER_WAYS);
});
