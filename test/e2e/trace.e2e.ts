import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCluster, runFolder } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { setRatio } from './harness/fixtures.ts';
import { migrationOf } from './harness/kubevirt.ts';
import { headroom } from './harness/programs.ts';
import { installRelease, type Release } from './harness/release.ts';
import { playStep, type Situation } from './harness/situation.ts';

const NAMESPACE = 'traced';
const cluster = openCluster();
let release: Release;
let situation: Situation;

interface Listed {
  readonly uid: string;
  readonly request: { readonly path: string; readonly namespace: string };
  readonly verdict: { readonly verdict: string; readonly denied: boolean };
  readonly incomplete: readonly string[];
}

interface Fact {
  readonly trace: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly resourceVersion?: string;
}

function logFile(): string {
  return release.replicas()[0]?.child.logFile ?? '';
}

/** The decisions about the namespace that the log holds, as soon as it holds whole one of each webhook. */
function decisions(): Promise<readonly Listed[]> {
  return eventually('both webhooks have logged their decisions', async () => {
    const listed: readonly Listed[] = JSON.parse((await headroom(['trace', logFile(), '-o', 'json'])).stdout);
    const own = listed.filter(({ request, incomplete }) => request.namespace === NAMESPACE && incomplete.length === 0);
    expect(own.map(({ request }) => request.path).sort()).toEqual(['/mutate/migrations', '/validate/migrations']);
    return own;
  });
}

beforeAll(async () => {
  await setRatio(cluster, '4.5');
  situation = await playStep(cluster, 'test2-step5b-migrated', NAMESPACE);
  release = await installRelease(cluster, { values: { logLevel: 'debug' }, flags: { drain: '0' } });
});

afterAll(async () => {
  await setRatio(cluster, '1.5');
  await release?.uninstall();
  await situation?.remove();
  await cluster.close();
});

test('each decision about a denied migration is traced with the versions that the API server has, and replays', async () => {
  expect(await cluster.create(migrationOf('vm1', NAMESPACE))).toMatchObject({ kind: 'refused', code: 403 });
  for (const { uid, request, verdict } of await decisions()) {
    expect(verdict).toMatchObject({ verdict: 'exceeds', denied: request.path === '/validate/migrations' });
    const [shown] = JSON.parse((await headroom(['trace', logFile(), '--uid', uid, '-o', 'json'])).stdout);
    const facts = (shown.evidence as readonly Fact[]).filter(({ trace }) => trace === 'fact');
    const kinds = new Set(facts.map(({ kind }) => kind));
    for (const kind of ['KubeVirt', 'Setting', 'Namespace', 'ResourceQuota', 'VirtualMachineInstance', 'Pod']) {
      expect(kinds).toContain(kind);
    }
    for (const { kind, namespace, name, resourceVersion } of facts) {
      const { metadata } = await cluster.get({ kind, name, ...(namespace !== undefined && { namespace }) });
      expect({ kind, name, resourceVersion }).toEqual({ kind, name, resourceVersion: metadata.resourceVersion });
    }
    const folder = `${runFolder()}/traced-${uid}`;
    expect(await headroom(['trace', logFile(), '--uid', uid, '--scenario', folder])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ replays as it was decided: exceeds\n$/),
    });
    const { stdout } = await headroom(['replay', '-o', 'json', folder]);
    expect(JSON.parse(stdout)).toMatchObject({ migrations: [{ vmi: 'vm1', verdict: 'exceeds' }] });
    expect(await readFile(`${folder}/before.yaml`, 'utf8')).toContain('kind: ResourceQuota');
    await rm(folder, { recursive: true });
  }
});
