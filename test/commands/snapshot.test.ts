import { mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { expectGolden } from './golden.ts';
import { headroom, withFolder } from './run-program.ts';

const EXAMPLE = 'examples/quota-test-ratio-4.5.yaml';
const COUNTS =
  '3 Settings, 1 KubeVirt, 1 Namespace, 1 ResourceQuota, 1 VirtualMachine, 1 VirtualMachineInstance, 2 Pods, 1 VirtualMachineInstanceMigration';

describe('a file to write', () => {
  test('is there for nobody else to read, with an object on each line', () =>
    withFolder({}, async (folder) => {
      const file = join(folder, 'out.jsonl');
      const { exitCode, stdout, stderr } = await headroom(`snapshot --snapshot ${EXAMPLE} -o ${file}`);
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^note: ${file} \\(\\d\\.\\d kB\\): ${COUNTS}\n$`));
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
      expect(lines).toHaveLength(11);
      for (const line of lines) expect(line).toMatch(/^\{"apiVersion":"[^"]+","kind":"[^"]+","metadata":\{/);
    }));

  test('is standard output where it is called -', async () => {
    const { stdout, stderr } = await headroom(`snapshot --snapshot ${EXAMPLE} -o -`);
    expect(stdout.trimEnd().split('\n')).toHaveLength(11);
    expect(stderr).toBe(`note: ${COUNTS}\n`);
  });

  test.each([
    ['out.jsonl.gz', /^\{"apiVersion"/],
    ['out.yaml', /^---\napiVersion: /],
    ['out.yml.gz', /^---\napiVersion: /],
  ])('called %s is written as its name says, and answers as the whole does', (name, start) =>
    withFolder({}, async (folder) => {
      const file = join(folder, name);
      expect((await headroom(`snapshot --snapshot ${EXAMPLE} -o ${file}`)).exitCode).toBe(0);
      const content = await readFile(file);
      expect((name.endsWith('.gz') ? gunzipSync(content) : content).toString()).toMatch(start);
      expect(await headroom(`forecast --snapshot ${file}`)).toEqual(await headroom(`forecast --snapshot ${EXAMPLE}`));
    }),
  );

  test('takes the place of the one that a link leads to', () =>
    withFolder({ 'old.jsonl': 'old' }, async (folder) => {
      await symlink(join(folder, 'old.jsonl'), join(folder, 'link.jsonl'));
      await headroom(`snapshot --snapshot ${EXAMPLE} -o ${join(folder, 'link.jsonl')}`);
      expect(await readFile(join(folder, 'old.jsonl'), 'utf8')).toMatch(/^\{"apiVersion"/);
      expect((await readdir(folder)).toSorted()).toEqual(['link.jsonl', 'old.jsonl']);
    }));

  test('may be a device, which stays one', async () => {
    expect((await headroom(`snapshot --snapshot ${EXAMPLE} -o /dev/null`)).exitCode).toBe(0);
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  test('stays as it was where the reading fails, and nothing is left beside it', () =>
    withFolder({ 'in.yaml': 'kind: [', 'out.jsonl': 'old' }, async (folder) => {
      const { exitCode, stderr } = await headroom(
        `snapshot --snapshot ${join(folder, 'in.yaml')} -o ${join(folder, 'out.jsonl')}`,
      );
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('in.yaml: ') });
      expect(await readFile(join(folder, 'out.jsonl'), 'utf8')).toBe('old');
      expect(await readdir(folder)).toHaveLength(2);
    }));

  test.each([
    ['none/out.jsonl', 'none/out.jsonl: cannot be written: there is no such folder'],
    ['in.yaml/out.jsonl', 'in.yaml/out.jsonl: cannot be written: there is no such folder'],
    ['sub', 'sub: is a directory, expected a file'],
  ])('that cannot be written is told of: %s', (name, words) =>
    withFolder({ 'in.yaml': '' }, async (folder) => {
      await mkdir(join(folder, 'sub'));
      const { exitCode, stderr } = await headroom(`snapshot --snapshot ${EXAMPLE} -o ${join(folder, name)}`);
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `error: ${folder}/${words}\n` });
    }),
  );

  test('is not named by a format of other commands', async () => {
    const { exitCode, stderr } = await headroom(`snapshot --snapshot ${EXAMPLE} -o json`);
    const words = 'error: -o json: expected the name of a file, for example cluster.jsonl\n';
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: words });
  });

  test('must be named', async () => {
    const { exitCode, stderr } = await headroom(`snapshot --snapshot ${EXAMPLE}`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("required option '-o, --output <file>' not specified");
  });
});

test('what is printed as help', async () => {
  expectGolden('help-snapshot.txt', (await headroom('snapshot --help')).stdout);
});

describe('files to take from', () => {
  test('may be compressed', async () => {
    const plain = await headroom(`snapshot --snapshot ${EXAMPLE} -o -`);
    await withFolder({ 'in.yaml.gz': gzipSync(await readFile(EXAMPLE)) }, async (folder) => {
      expect(await headroom(`snapshot --snapshot ${join(folder, 'in.yaml.gz')} -o -`)).toEqual(plain);
    });
  });

  test.each([
    ['ends in the middle of its compressed data', (packed: Buffer) => packed.subarray(0, packed.length / 2)],
    ['its compressed data is damaged', (packed: Buffer) => Buffer.from(packed).fill(7, 100, 200)],
    ['holds binary data, expected YAML, JSON or JSON Lines in UTF-8', (packed: Buffer) => gzipSync(packed)],
  ])('that cannot be unpacked are told of: %s', async (words, spoilt) => {
    const packed = gzipSync(await readFile(EXAMPLE));
    await withFolder({ 'in.gz': spoilt(packed) }, async (folder) => {
      const { exitCode, stderr } = await headroom(`forecast --snapshot ${join(folder, 'in.gz')}`);
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `error: ${folder}/in.gz: ${words}\n` });
    });
  });

  test('may be limited to a namespace that they hold', async () => {
    const all = await headroom(`snapshot --snapshot ${EXAMPLE} -o -`);
    expect(await headroom(`snapshot --snapshot ${EXAMPLE} -n quota-test -o -`)).toEqual(all);
    const none = await headroom(`snapshot --snapshot ${EXAMPLE} -n other -o -`);
    expect(none).toMatchObject({ exitCode: 1, stderr: `error: there is no namespace other in ${EXAMPLE}\n` });
  });

  test('may hold nothing of use', () =>
    withFolder({ 'in.yaml': 'apiVersion: v1\nkind: Secret\n' }, async (folder) => {
      const { stdout, stderr } = await headroom(`snapshot --snapshot ${join(folder, 'in.yaml')} -o -`);
      expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'note: nothing that a forecast reads\n' });
    }));
});
