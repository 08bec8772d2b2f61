import { expect, test } from '@jest/globals';
import { HARVESTER_RELEASES } from '../../src/harvester/release-table.ts';
import { RELEASES } from '../../src/kubevirt/release-table.ts';
import { headroom } from './run-program.ts';

const newest = { newestKubeVirt: RELEASES.at(-1)?.version, newestHarvester: HARVESTER_RELEASES.at(-1)?.version };

test('the version names the newest releases whose rules are known', async () => {
  const { stdout, exitCode } = await headroom('version');
  expect(stdout).toBe(
    `headroom 1.2.3\nrules up to KubeVirt ${newest.newestKubeVirt} and Harvester ${newest.newestHarvester}\nNode.js ${process.versions.node}\n`,
  );
  expect(exitCode).toBe(0);
});

test('a program reads the version as JSON', async () => {
  const versions = { headroom: '1.2.3', ...newest, node: process.versions.node };
  expect(JSON.parse((await headroom('version -o json')).stdout)).toEqual(versions);
  expect(JSON.parse((await headroom('-o json version')).stdout)).toEqual(versions);
});

test('the version is printed as YAML too', async () => {
  expect((await headroom('version -o yaml')).stdout).toMatch(/^headroom: 1\.2\.3\n/);
});

test('the version alone is an option', async () => {
  expect(await headroom('--version')).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
});
