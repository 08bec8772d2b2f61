import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import { openCluster, runFolder, type Stored } from './harness/cluster.ts';
import { headroom, helm, kubectl, outputOf } from './harness/programs.ts';
import { installRelease, type Release } from './harness/release.ts';
import type { PodTemplate } from './harness/replica.ts';
import { connectionOf } from './harness/service-account.ts';

const cluster = openCluster();
let release: Release;
let hooks: readonly Stored[];
let args: readonly string[];
let kubeconfig: string;

/** `helm test` runs a pod, for which there is no kubelet here: what it would run is run with what it would be given. */
beforeAll(async () => {
  release = await installRelease(cluster, { flags: { drain: '0' } });
  const { name, namespace } = release;
  const rendered = await outputOf(helm(['get', 'hooks', name, '--namespace', namespace]));
  hooks = parseAllDocuments(rendered).flatMap((document) => (document.contents === null ? [] : [document.toJS()]));
  const pod = hooks.find(({ kind }) => kind === 'Pod');
  const others = hooks.filter((one) => one !== pod);
  await outputOf(kubectl(['apply', '--filename', '-'], { input: others.map((one) => stringify(one)).join('---\n') }));
  const spec = pod?.spec as unknown as PodTemplate['containers'][number] & PodTemplate & { serviceAccountName: string };
  args = spec.containers[0]?.args ?? [];
  const account = { name: spec.serviceAccountName, namespace };
  ({ kubeconfig } = await connectionOf(cluster, account, `${runFolder()}/self-test`));
});

afterAll(async () => {
  const input = hooks.map((one) => stringify(one)).join('---\n');
  await kubectl(['delete', '--ignore-not-found', '--filename', '-'], { input });
  await release.uninstall();
  await cluster.close();
});

describe('helm test', () => {
  test('says that headroom is asked, by a migration that is never stored', async () => {
    const { code, stdout } = await headroom(args, { kubeconfig });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'headroom answered: verdict unknown\n' });
    expect(await cluster.list('VirtualMachineInstanceMigration', 'default')).toEqual([]);
  });

  test('says that headroom is not asked while no replica runs', async () => {
    for (const replica of [...release.replicas()]) await release.stopReplica(replica);
    const { code, stderr } = await headroom(args, { kubeconfig });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^error: headroom was not asked: the API server admits migrations in namespace default without it/,
      ),
    });
    await release.addReplica();
  });
});
