import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { headroom, runProgram, withFolder } from './run-program.ts';

const EXAMPLE = '--snapshot examples/quota-test.yaml';
const QUOTA = 'quota-test/default-z4g94';

describe('an option that is not understood is answered with a sentence and exit code 1', () => {
  test.each([
    [
      'a kubeconfig that is not there',
      'forecast vm1 --kubeconfig nothing.yaml',
      '--kubeconfig nothing.yaml cannot be read: no such file',
    ],
    ['a snapshot that is not there', 'forecast --snapshot nothing.yaml', 'nothing.yaml: no such file'],
    [
      'a name with -A',
      `forecast vm1 -A ${EXAMPLE}`,
      'a VM is named within one namespace: give -n NAMESPACE instead of -A',
    ],
    ['-n with -A', `forecast -n quota-test -A ${EXAMPLE}`, '-n and -A cannot be used together'],
    ['a name with --node', `forecast vm1 --node harv1 ${EXAMPLE}`, 'names of VMs and --node cannot be used together'],
    [
      '-f with -A',
      `forecast -f m.yaml -A ${EXAMPLE}`,
      '-f and -A cannot be used together: the file says which VMs are meant',
    ],
    [
      'two ways of draining',
      `forecast --node harv1 --every-node ${EXAMPLE}`,
      '--node and --every-node cannot be used together',
    ],
    ['--start with --node', `forecast --start --node harv1 ${EXAMPLE}`, '--start and --node cannot be used together'],
    [
      '--start with --together',
      `forecast --start --together ${EXAMPLE}`,
      '--start and --together cannot be used together: each start is forecast by itself',
    ],
    [
      'a namespace that is not there',
      `forecast -n nowhere ${EXAMPLE}`,
      'there is no namespace nowhere; there are harvester-system, quota-test',
    ],
    ['a node that is not there', `forecast --node harv9 ${EXAMPLE}`, 'there is no node harv9; there are harv1'],
    [
      'a ratio with a comma',
      `forecast --ratio 1,5 ${EXAMPLE}`,
      '--ratio: expected a number such as 2.5, or "" for none, got "1,5"',
    ],
    [
      'a quota without a key',
      `forecast --quota ${QUOTA} ${EXAMPLE}`,
      `--quota ${QUOTA}: expected NAMESPACE/NAME:KEY=VALUE, for example team-a/default-x7k2p:limits.memory=8Gi`,
    ],
    [
      'a quota that is not there',
      `forecast --quota quota-test/other:pods=1 ${EXAMPLE}`,
      '--quota quota-test/other:pods=1: namespace quota-test has no ResourceQuota other; it has default-z4g94',
    ],
    [
      'a key that the quota lacks',
      `forecast --quota ${QUOTA}:pods=1 ${EXAMPLE}`,
      `--quota ${QUOTA}:pods=1: quota default-z4g94 has no key pods; it has limits.cpu, limits.memory`,
    ],
    [
      'an amount that is none',
      `forecast --quota ${QUOTA}:limits.memory=1GB ${EXAMPLE}`,
      `--quota ${QUOTA}:limits.memory=1GB: expected a Kubernetes quantity such as 5000Mi, 1500m or 1e3, got "1GB"`,
    ],
    [
      'a negative amount',
      `forecast --quota ${QUOTA}:limits.memory=-1 ${EXAMPLE}`,
      `--quota ${QUOTA}:limits.memory=-1: expected an amount from 0 to below 2^63-1, got -1`,
    ],
    ['an unknown option', `forecast --quotas x ${EXAMPLE}`, "unknown option '--quotas'"],
    ['an unknown format', `forecast -o xml ${EXAMPLE}`, "option '-o, --output <format>' argument 'xml' is invalid."],
    ['an unknown command', 'forecasts', "unknown command 'forecasts'"],
  ])('%s', async (_title, line, sentence) => {
    const { exitCode, stdout, stderr } = await headroom(line);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining(`error: ${sentence}`),
    });
  });
});

describe('which VMs are meant', () => {
  const second = readFileSync('examples/quota-test-6000Mi.yaml', 'utf8').replaceAll('quota-test', 'team-b');

  function namesIn(stdout: string): string[] {
    const { forecasts } = JSON.parse(stdout);
    return forecasts.map(({ namespace, vmi }: { namespace: string; vmi: string }) => `${namespace}/${vmi}`);
  }

  test('where several namespaces hold VMs, one must be named', () =>
    withFolder({ 'b.yaml': second }, async (folder) => {
      const files = `${EXAMPLE} --snapshot ${folder}/b.yaml`;
      const without = await headroom(`forecast ${files}`);
      expect(without.stderr).toContain('several namespaces hold VMs (quota-test, team-b)');
      expect(namesIn((await headroom(`forecast -n team-b -o json ${files}`)).stdout)).toEqual(['team-b/vm1']);
      const all = await headroom(`forecast -A -o json ${files}`);
      expect(namesIn(all.stdout)).toEqual(['quota-test/vm1', 'team-b/vm1']);
    }));

  test('a node is drained of the VMs of every namespace, or of the one that is named', () =>
    withFolder({ 'b.yaml': second }, async (folder) => {
      const files = `${EXAMPLE} --snapshot ${folder}/b.yaml -o json`;
      const nodeOf = /nodeName: (\S+)/.exec(second)?.[1] ?? '';
      expect(namesIn((await headroom(`forecast --node ${nodeOf} ${files}`)).stdout)).toContain('team-b/vm1');
      const one = await headroom(`forecast --node ${nodeOf} -n team-b ${files}`);
      expect(namesIn(one.stdout)).toEqual(['team-b/vm1']);
      expect(one.stderr).toBe('');
    }));

  test('a VM that is named twice is forecast once', async () => {
    expect(namesIn((await headroom(`forecast vm1 vm1 -o json ${EXAMPLE}`)).stdout)).toEqual(['quota-test/vm1']);
  });

  test('no VM at all is no error', async () => {
    const result = await headroom(`forecast -n harvester-system -o json ${EXAMPLE}`);
    expect(result).toEqual({ exitCode: 0, stdout: '{"forecasts":[]}\n', stderr: 'note: no running VM was found\n' });
  });

  test('no VM at all is an empty list in YAML', async () => {
    expect((await headroom(`forecast -n harvester-system -o yaml ${EXAMPLE}`)).stdout).toBe('forecasts: []\n');
  });

  test('a running VM whose start is asked about is pointed out', async () => {
    const { stderr } = await headroom(`forecast vm1 --start ${EXAMPLE}`);
    expect(stderr).toBe('note: VM quota-test/vm1 is running: what its pod uses now counts against its start\n');
  });

  test('a snapshot can come from several files', async () => {
    const { stdout } = await headroom(
      'forecast -o json --snapshot examples/quota-test.yaml --snapshot examples/quota-test-after-migration.yaml',
    );
    expect(JSON.parse(stdout).forecasts[0]).toMatchObject({ verdict: 'exceeds' });
  });
});

describe('a file of migrations', () => {
  function migration(vmi: string, metadata = '{}'): string {
    return `apiVersion: kubevirt.io/v1\nkind: VirtualMachineInstanceMigration\nmetadata: ${metadata}\nspec: {vmiName: ${vmi}}\n`;
  }

  test('needs no names for its migrations, and is forecast as one set', () =>
    withFolder(
      { 'm.yaml': [migration('vm1'), migration('vm2', '{generateName: vm2-}')].join('---\n') },
      async (folder) => {
        const { stdout, exitCode } = await headroom(`forecast -f ${folder}/m.yaml -o json ${EXAMPLE}`);
        const verdicts = JSON.parse(stdout).forecasts.map(({ vmi, verdict }: Record<string, string>) => [vmi, verdict]);
        expect(verdicts).toEqual([
          ['vm1', 'fits'],
          ['vm2', 'unknown'],
        ]);
        expect(exitCode).toBe(3);
      },
    ));

  test('asks for a VM twice in vain', () =>
    withFolder({ 'm.yaml': [migration('vm1'), migration('vm1')].join('---\n') }, async (folder) => {
      const { stderr, exitCode } = await headroom(`forecast -f ${folder}/m.yaml ${EXAMPLE}`);
      expect(stderr).toContain('VM quota-test/vm1 is asked for twice: KubeVirt refuses the second migration of a VM');
      expect(exitCode).toBe(0);
    }));

  test('must be of the namespace that is given', () =>
    withFolder({ 'm.yaml': migration('vm1', '{namespace: quota-test}') }, async (folder) => {
      const { stderr } = await headroom(`forecast -f ${folder}/m.yaml -n other ${EXAMPLE}`);
      expect(stderr).toContain('has a migration of namespace quota-test, but -n says other');
    }));

  test('must hold a migration', async () => {
    const { stderr } = await headroom(`forecast -f examples/quota-test.yaml ${EXAMPLE}`);
    expect(stderr).toBe('error: examples/quota-test.yaml: expected a VirtualMachineInstanceMigration in it\n');
  });
});

describe('a what-if', () => {
  test('of a ratio that Harvester refuses is reckoned with a warning', async () => {
    const { stderr, exitCode } = await headroom(`forecast --ratio 11 ${EXAMPLE}`);
    expect(stderr).toContain('Harvester would refuse this ratio (expected 0 or a ratio from 1.0 to 10.0, got "11")');
    expect(exitCode).toBe(2);
  });

  test('of no ratio at all is given as an empty text', async () => {
    const { stdout, stderr } = await runProgram(['forecast', '--ratio', '', '-o', 'json', ...EXAMPLE.split(' ')]);
    expect(JSON.parse(stdout).whatIf.ratio).toBe('');
    expect(stderr).toBe('');
  });

  test('of a quota elsewhere changes nothing, and says so', () =>
    withFolder(
      { 'b.yaml': readFileSync('examples/quota-test.yaml', 'utf8').replaceAll('quota-test', 'team-b') },
      async (folder) => {
        const { stderr } = await headroom(
          `forecast -n team-b --quota ${QUOTA}:limits.memory=1Gi ${EXAMPLE} --snapshot ${folder}/b.yaml`,
        );
        expect(stderr).toBe('note: --quota quota-test/default-z4g94 changes nothing of what is asked\n');
      },
    ));

  test('of a default quota changes what Harvester takes for its base', async () => {
    const { stdout } = await headroom(`forecast --quota ${QUOTA}:limits.memory=4600Mi -o json ${EXAMPLE}`);
    const { forecasts, whatIf } = JSON.parse(stdout);
    const line = forecasts[0].quotas.find(({ resource }: Record<string, string>) => resource === 'limits.memory');
    expect(line.hardAfterScaleUp).toBe(`${4600n * 1_048_576n + 4_737_464_313n}`);
    expect(whatIf.quotas).toEqual([
      { namespace: 'quota-test', quota: 'default-z4g94', resource: 'limits.memory', from: '5000Mi', to: '4600Mi' },
    ]);
  });

  test('counts the verdicts before and after', async () => {
    const { stdout } = await headroom(`forecast --quota ${QUOTA}:limits.memory=1Gi -o json ${EXAMPLE}`);
    expect(JSON.parse(stdout).whatIf.verdicts).toEqual({
      before: { fits: 1, waits: 0, exceeds: 0, unknown: 0 },
      after: { fits: 0, waits: 0, exceeds: 1, unknown: 0 },
    });
  });

  test('of a start counts too', async () => {
    const { stdout } = await headroom(
      'forecast --start --quota quota-test/default-z4g94:limits.memory=6000Mi -o json --snapshot examples/quota-test-stopped.yaml',
    );
    const { before, after } = JSON.parse(stdout).whatIf.verdicts;
    expect([before.exceeds, after.fits]).toEqual([1, 1]);
  });
});
