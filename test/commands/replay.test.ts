import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { headroom, withFolder } from './run-program.ts';

/** The VM of the quota notes on KubeVirt 1.6.0 at ratio 1.5; 442497017 is the published figure. */
function vectorLine(output?: Record<string, unknown>): string {
  const resources = { limits: { cpu: '2', memory: '4Gi' }, requests: { cpu: '125m', memory: '2730Mi' } };
  const vmi = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata: { name: 'vm1', namespace: 'default' },
    spec: { domain: { cpu: { cores: 2 }, devices: {}, memory: { guest: '4Gi' }, resources } },
  };
  const input = { vmi, config: { additionalGuestMemoryOverheadRatio: '1.5' }, arch: 'amd64' };
  return JSON.stringify({ name: 'notes', kubevirt: 'v1.6.0', input, ...(output && { output }) });
}

async function computedVector(): Promise<{ overheadBytes: string; pod: unknown }> {
  return withFolder({ 'v.jsonl': `${vectorLine()}\n` }, async (folder) => {
    return JSON.parse((await headroom(`replay -o json ${folder}/v.jsonl`)).stdout);
  });
}

describe('replaying vectors', () => {
  test('prints what was computed, whether or not there is anything to compare with', async () => {
    expect(await computedVector()).toMatchObject({ name: 'notes', overheadBytes: '442497017' });
  });

  test('names the file as it was given', () =>
    withFolder({ 'v.jsonl': vectorLine() }, async (folder) => {
      const { stdout, exitCode } = await headroom(`replay -o json ${folder}/v.jsonl`);
      expect(JSON.parse(stdout).file).toBe(`${folder}/v.jsonl`);
      expect(exitCode).toBe(0);
    }));

  test('passes where KubeVirt gave the same, and fails where it gave another', async () => {
    const { overheadBytes, pod } = await computedVector();
    const right = vectorLine({ overheadBytes, pod });
    const wrong = vectorLine({ overheadBytes: '442497018', pod });
    await withFolder({ 'v.jsonl': `${right}\n\n${wrong}\n` }, async (folder) => {
      const { stdout, exitCode } = await headroom(`replay ${folder}/v.jsonl`);
      const lines = stdout.trimEnd().split('\n');
      expect(lines).toHaveLength(2);
      expect(lines[0]).toMatch(/v\.jsonl:3 notes: .*442497018.*442497017|v\.jsonl:3 notes: .*442497017.*442497018/);
      expect(lines[1]).toBe('1 passed, 1 failed');
      expect(exitCode).toBe(1);
    });
  });

  test('reads compressed files', async () => {
    const { overheadBytes, pod } = await computedVector();
    await withFolder({ 'v.jsonl.gz': gzipSync(vectorLine({ overheadBytes, pod })) }, async (folder) => {
      expect(await headroom(`replay ${folder}/v.jsonl.gz`)).toEqual({
        exitCode: 0,
        stdout: '1 passed, 0 failed\n',
        stderr: '',
      });
    });
  });

  test('fails on a line that is no vector', () =>
    withFolder({ 'v.jsonl': '{"name":\n' }, async (folder) => {
      const { stdout, exitCode } = await headroom(`replay ${folder}/v.jsonl`);
      expect(stdout).toMatch(/v\.jsonl:1: expected a line of JSON.*\n0 passed, 1 failed\n$/);
      expect(exitCode).toBe(1);
    }));

  test('says which file cannot be unpacked', () =>
    withFolder({ 'v.jsonl.gz': 'plain' }, async (folder) => {
      const { stderr, exitCode } = await headroom(`replay ${folder}/v.jsonl.gz`);
      expect(stderr).toMatch(/^error: .*v\.jsonl\.gz: cannot be read: /);
      expect(exitCode).toBe(1);
    }));
});

describe('replaying scenarios', () => {
  const vmim = 'apiVersion: kubevirt.io/v1\nkind: VirtualMachineInstanceMigration\n';
  const vmims = `${vmim}metadata: {name: m1, namespace: quota-test}\nspec: {vmiName: vm1}\n`;

  function scenario<T>(outcome: object | undefined, use: (folder: string) => Promise<T>): Promise<T> {
    return withFolder({}, async (folder) => {
      const own = `${folder}/011`;
      await mkdir(own);
      await writeFile(`${own}/before.yaml`, readFileSync('examples/quota-test.yaml'));
      await writeFile(`${own}/vmims.yaml`, vmims);
      if (outcome !== undefined) await writeFile(`${own}/outcome.json`, JSON.stringify(outcome));
      return use(own);
    });
  }

  function outcome(result: 'admitted' | 'quota-rejected') {
    return { migrations: { m1: { vmi: 'vm1', whileHeld: { result }, settled: { result } } } };
  }

  test('passes where the control plane did as forecast', () =>
    scenario(outcome('admitted'), async (folder) => {
      expect(await headroom(`replay ${folder}`)).toEqual({ exitCode: 0, stdout: '1 passed, 0 failed\n', stderr: '' });
    }));

  test('fails where it did otherwise', () =>
    scenario(outcome('quota-rejected'), async (folder) => {
      const { stdout, exitCode } = await headroom(`replay ${folder}`);
      expect(stdout).toMatch(/011: m1: forecast fits, it was exceeds\n0 passed, 1 failed\n$/);
      expect(exitCode).toBe(1);
    }));

  test('prints what was computed without an outcome', () =>
    scenario(undefined, async (folder) => {
      const { stdout, exitCode } = await headroom(`replay -o json ${folder}`);
      expect(JSON.parse(stdout)).toMatchObject({
        scenario: '011',
        migrations: [{ vmi: 'vm1', verdict: 'fits', short: [] }],
      });
      expect(exitCode).toBe(0);
    }));

  test('prints the same as YAML', () =>
    scenario(undefined, async (folder) => {
      expect((await headroom(`replay -o yaml ${folder}`)).stdout).toMatch(/^---\nscenario: "011"\nmigrations:\n/);
    }));

  test('goes on after one that cannot be read', () =>
    scenario(outcome('admitted'), async (folder) => {
      await writeFile(`${folder}/outcome.json`, '{');
      const { stdout, exitCode } = await headroom(`replay ${folder} ${folder}`);
      expect(stdout).toMatch(/011: .*JSON.*\n.*011: .*JSON.*\n0 passed, 2 failed\n$/);
      expect(exitCode).toBe(1);
      const computed = await headroom(`replay -o json ${folder}`);
      expect(JSON.parse(computed.stdout)).toMatchObject({ scenario: '011', migrations: [] });
    }));

  test.each([
    [
      'a folder that is no scenario',
      'examples',
      "examples: expected a scenario's folder, with before.yaml and vmims.yaml",
    ],
    ['a file that is not there', 'nothing.jsonl', 'nothing.jsonl: no such file'],
    ['a file of another kind', 'package.json', 'package.json: expected a *.jsonl or *.jsonl.gz file of vectors'],
  ])('%s is an error', async (_title, file, sentence) => {
    const { stderr, exitCode } = await headroom(`replay ${file}`);
    expect(stderr).toContain(`error: ${sentence}`);
    expect(exitCode).toBe(1);
  });
});

test('how many forecasts of sets were certain is counted', () =>
  withFolder({}, async (folder) => {
    await writeFile(`${folder}/before.yaml`, readFileSync('examples/quota-test.yaml'));
    const set = ['vm1', 'vm2'].map((vmi) => {
      return `apiVersion: kubevirt.io/v1\nkind: VirtualMachineInstanceMigration\nmetadata: {name: ${vmi}, namespace: quota-test}\nspec: {vmiName: ${vmi}}\n`;
    });
    await writeFile(`${folder}/vmims.yaml`, set.join('---\n'));
    const { stdout } = await headroom(`replay ${folder}`);
    expect(stdout).toMatch(/certain: 0 of 1 set forecasts\n0 passed, 1 failed\n$/);
  }));
