import { describe, expect, test } from '@jest/globals';
import { kubeVirt } from '../builders/cluster.ts';
import { type Json, merged } from '../builders/json.ts';
import { namespace } from '../builders/namespace.ts';
import { launcher } from '../builders/pod.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';
import { headroom, type ProgramResult, withFolder } from './run-program.ts';

const atRatio = (ratio: string, version?: string): Json =>
  kubeVirt(version, { spec: { configuration: { additionalGuestMemoryOverheadRatio: ratio } } });
const NOW = atRatio('1.5');

const SMALL = sizedVmi('small', { cpu: 1, memoryMi: 1024 });
const LARGE = sizedVmi('large', { cpu: 8, memoryMi: 16384 });
const OLD = sizedVmi('old', { cpu: 2, memoryMi: 4096 }, { status: { launcherContainerImageVersion: 'l:v1.4.0' } });
/** Three VMs, of which only the small one would keep its overhead. */
const VMS: readonly Json[] = [
  SMALL,
  launcher(SMALL, NOW),
  LARGE,
  launcher(LARGE, atRatio('3.0')),
  OLD,
  launcher(OLD, atRatio('1.5', '1.4.0')),
];
const NO_POD = vmi('no-pod');
const BROKEN = merged(vmi('broken'), { spec: { domain: { memory: { guest: '4GB' } } } });

function overhead(args: string, ...more: readonly Json[]): Promise<ProgramResult> {
  const text = [NOW, namespace(), ...VMS, ...more].map((object) => JSON.stringify(object)).join('\n');
  return withFolder({ 's.jsonl': text }, (folder) =>
    headroom(`overhead -A --snapshot ${folder}/s.jsonl ${args}`.trim()),
  );
}

async function namesOf(args: string, ...more: readonly Json[]): Promise<string[]> {
  const { stdout } = await overhead(`-o json ${args}`, ...more);
  return JSON.parse(stdout).overheads.map(({ name }: { name: string }) => name);
}

describe('which VMs are shown', () => {
  test.each([
    ['', ['large', 'old', 'small']],
    ['--changed', ['large', 'old']],
    ['--why ratio', ['large']],
    ['--why version', ['old']],
    ['--why hotplug', []],
    ['--changed --why ratio', ['large']],
    ['--why ratio --ratio 3.0', ['old', 'small']],
  ])('with %p they are %p', async (args, names) => {
    expect(await namesOf(args)).toEqual(names);
  });

  test.each([
    ['name', ['large', 'no-pod', 'old', 'small']],
    ['difference', ['old', 'small', 'large', 'no-pod']],
    ['overhead', ['large', 'no-pod', 'old', 'small']],
    ['limit', ['large', 'no-pod', 'old', 'small']],
    ['workload', ['large', 'no-pod', 'old', 'small']],
    ['overcommit', ['large', 'no-pod', 'old', 'small']],
  ])('sorted by %s they stand from the largest to what is not known', async (key, names) => {
    expect(await namesOf(`--sort ${key}`, NO_POD)).toEqual(names);
  });

  test('a VM that cannot be reckoned comes last', async () => {
    expect(await namesOf('--sort limit', BROKEN)).toEqual(['large', 'old', 'small', 'broken']);
  });

  test('a cause or a key that there is not is refused', async () => {
    expect((await overhead('--why weather')).stderr).toContain('ratio, version, hotplug, devices, unexplained');
    expect((await overhead('--sort colour')).exitCode).toBe(1);
  });
});

describe('what a filter passes over is said on stderr', () => {
  test('and the exit code stays that of something unknown', async () => {
    const { stdout, stderr, exitCode } = await overhead('--why hotplug', BROKEN, NO_POD);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toEqual([
      'note: none of 4 VMs is known to get another overhead for this cause (hotplug)',
      'note: 1 VM could not be reckoned; the whole list says why',
      'note: the overhead that 1 VM has now is not known',
    ]);
    expect(exitCode).toBe(3);
  });

  test('where nothing changes', async () => {
    expect((await overhead('--changed --ratio 1.5 --why devices')).stderr).toContain('for this cause (devices)');
    expect((await overhead('')).stderr).toBe('');
  });
});

describe('sums', () => {
  test('stand under a list, where they cannot be taken for a namespace', async () => {
    const { stdout } = await overhead('');
    const last = stdout.trim().split('\n').at(-1);
    expect(last?.split(/ {3,}/).slice(0, 2)).toEqual(['(total)', '3']);
  });

  test('take the place of the VMs in a table, and are added to them in JSON', async () => {
    const other = merged(vmi('other'), { metadata: { namespace: 'team-a' } });
    const table = await overhead('--total', other, namespace({ metadata: { name: 'team-a' } }));
    expect(table.stdout.split('\n').map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      ['NAMESPACE', 'VMS'],
      ['quota-test', '3'],
      ['team-a', '1'],
      ['(total)', '4'],
      [''],
    ]);
    const { totals, overheads } = JSON.parse((await overhead('--total -o json')).stdout);
    expect(overheads).toHaveLength(3);
    expect(totals[0]).toMatchObject({ namespace: 'quota-test', vms: 3, workloadBytes: `${21504n * 1048576n}` });
    expect(totals.at(-1)).toEqual({ ...totals[0], namespace: undefined });
    expect((await overhead('--total -o yaml')).stdout).toContain('totals:');
  });

  test('are of what is known', async () => {
    const { stdout, stderr, exitCode } = await overhead('--total -o json', BROKEN, NO_POD);
    const { totals, overheads } = JSON.parse(stdout);
    const known = overheads.filter(({ nowBytes }: { nowBytes?: string }) => nowBytes !== undefined);
    const sum = known.reduce((total: bigint, { nowBytes }: { nowBytes: string }) => total + BigInt(nowBytes), 0n);
    expect([totals[0].vms, totals[0].nowBytes]).toEqual([5, `${sum}`]);
    expect(stderr).toContain('1 VM could not be reckoned');
    expect(exitCode).toBe(3);
  });

  test('of nothing but what is unknown are nothing', async () => {
    const { stdout } = await headroom(
      'overhead nobody no-one --total -n quota-test --snapshot examples/quota-test.yaml',
    );
    expect(stdout).toContain('(total)        2   0.0Mi');
  });
});

describe('a hostile text of the cluster controls nothing', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
  const CONTROLLING = /[\u0000-\u0009\u000b-\u001f\u202e]|^forged/m;
  const HOSTILE = '1.4.0-\u001b[2J\u202e\nforged line';
  const hostile = merged(OLD, {
    metadata: { name: 'evil\u001b[31m' },
    status: { launcherContainerImageVersion: `registry/launcher:${HOSTILE}` },
  });
  const pod = launcher(merged(OLD, { metadata: { name: 'evil' } }), atRatio('1.5', '1.4.0'), {
    metadata: { annotations: { 'headroom.harvesterhci.io/overhead-ratio': '\u001b[2J' } },
  });
  const linked = merged(hostile, { metadata: { uid: 'uid-of-vmi-evil' } });

  test.each(['--changed', '--changed -o wide'])('in a list (%s)', async (args) => {
    const { stdout } = await overhead(args, linked, pod);
    expect(stdout).toContain('KubeVirt 1.4.0-');
    expect(stdout).not.toMatch(CONTROLLING);
  });

  test('in the view of one VM', async () => {
    const text = [NOW, namespace(), linked, pod].map((object) => JSON.stringify(object)).join('\n');
    await withFolder({ 's.jsonl': text }, async (folder) => {
      const { stdout } = await headroom(`overhead -A --snapshot ${folder}/s.jsonl`);
      expect(stdout).toContain('Why the overhead changes: KubeVirt 1.4.0-');
      expect(stdout).not.toMatch(CONTROLLING);
    });
  });
});
