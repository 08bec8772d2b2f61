import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { tarGz } from '../../scripts/krew-archive.ts';
import { filledManifest, krewFaults } from '../../scripts/krew-rules.ts';

const TEMPLATE = readFileSync('deploy/krew/headroom.yaml', 'utf8');
const FACTS = { version: '1.2.3', uri: 'https://headroom.example/headroom.tar.gz', sha256: 'a'.repeat(64) };
const OF_LINUX = 'values: [linux, darwin]';

function faultsOf(manifest: string, fileName = 'headroom.yaml'): string[] {
  return krewFaults(parse(manifest), fileName);
}

describe('the manifest for krew', () => {
  const filled = filledManifest(TEMPLATE, { ...FACTS, homepage: 'https://headroom.example' });

  test('is one that krew takes once a release has filled it in', () => {
    expect(faultsOf(filled)).toEqual([]);
    expect(filled).not.toMatch(/\{\{|\}\}/);
    expect(parse(filled).spec).toMatchObject({ version: 'v1.2.3', homepage: 'https://headroom.example' });
  });

  test('names no homepage where there is none', () => {
    expect(parse(filledManifest(TEMPLATE, FACTS)).spec).not.toHaveProperty('homepage');
  });

  test('is refused as it is', () => {
    expect(faultsOf(TEMPLATE).length).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ['another file name', filled, 'drain.yaml', 'drain.yaml: expected headroom.yaml'],
    ['a version without v', filled.replace('v1.2.3', '1.2.3'), undefined, 'spec.version: '],
    ['a version of two numbers', filled.replace('v1.2.3', 'v1.2'), undefined, 'spec.version: '],
    ['a checksum in capitals', filled.replace('a'.repeat(64), 'A'.repeat(64)), undefined, 'spec.platforms.0.sha256: '],
    [
      'an address without TLS',
      filled.replace('https://headroom.example/h', 'http://headroom.example/h'),
      undefined,
      'spec.platforms.0.uri: ',
    ],
    ['an archive that krew does not unpack', filled.replace('.tar.gz', '.tar.xz'), undefined, 'spec.platforms.0.uri: '],
    ['a program outside of the archive', filled.replace('bin: ', 'bin: ../'), undefined, 'spec.platforms.0.bin: '],
    [
      'a label that krew does not know',
      filled.replace('key: os', 'key: kernel'),
      undefined,
      'spec.platforms.0.selector',
    ],
    [
      'a system that krew does not know',
      filled.replace(OF_LINUX, 'values: [plan9]'),
      undefined,
      'platforms.0: is for no platform of krew',
    ],
    [
      'a short description of two lines',
      filled.replace('Says if', '"Says\\nif"\n#'),
      undefined,
      'spec.shortDescription: ',
    ],
    [
      'a line that a terminal would wrap',
      filled.replace('which it only reads', 'x '.repeat(50)),
      undefined,
      'spec.description: has a line of more than 80 characters',
    ],
    ['a misspelt field', filled.replace('caveats:', 'caveat:'), undefined, 'spec: '],
  ])('is refused with %s', (_title, manifest, fileName, fault) => {
    expect(faultsOf(manifest, fileName)).toContainEqual(expect.stringContaining(fault));
  });

  test('is refused with two entries for one platform', () => {
    const manifest = parse(filled);
    const [only] = manifest.spec.platforms;
    manifest.spec.platforms.push({ ...only, selector: { matchLabels: { os: 'linux', arch: 'arm64' } } });
    expect(krewFaults(manifest, 'headroom.yaml')).toEqual(['platforms 0 and 1: both are for linux/arm64']);
    manifest.spec.platforms[1].selector = { matchLabels: { os: 'windows' } };
    expect(krewFaults(manifest, 'headroom.yaml')).toEqual([]);
  });
});

describe('an archive', () => {
  const files = [
    { name: 'program', content: Buffer.from('#!/bin/sh\n'), mode: 'program' },
    { name: 'LICENSE', content: Buffer.alloc(1024, 'x'), mode: 'file' },
  ] as const;

  test('is what tar reads, with the rights of its files', () => {
    const { stdout } = spawnSync('tar', ['-tvzf', '-'], { input: tarGz(files), env: { ...process.env, TZ: 'UTC' } });
    const lines = String(stdout).trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^-rwxr-xr-x .* 10 .*1970.* program$/),
      expect.stringMatching(/^-rw-r--r-- .* 1024 .*1970.* LICENSE$/),
    ]);
  });

  test('is the same every time', () => {
    expect(tarGz(files).equals(tarGz(files))).toBe(true);
  });

  test('takes no name that its header has no room for', () => {
    expect(() => tarGz([{ name: 'x'.repeat(101), content: Buffer.alloc(0), mode: 'file' }])).toThrow('100 bytes');
  });
});
