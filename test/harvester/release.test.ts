import { describe, expect, test } from '@jest/globals';
import { harvesterRelease } from '../../src/harvester/release.ts';
import { HARVESTER_RELEASES } from '../../src/harvester/release-table.ts';
import { releaseOf, setting } from './objects.ts';

function read(value: string, fallback = '') {
  return harvesterRelease([setting('server-version', value, fallback)]);
}

describe('the version of Harvester', () => {
  test.each([
    { title: 'a release', text: 'v1.7.0', version: '1.7.0' },
    { title: 'a release written without v', text: '1.6.1', version: '1.6.1' },
    { title: 'a release candidate counts as the release it leads to', text: 'v1.4.0-rc3', version: '1.4.0' },
    {
      title: 'a dated development build counts as the release it leads to',
      text: 'v1.9.0-dev-20260607',
      version: '1.9.0',
    },
    { title: 'a patch that is not listed counts as the one before it', text: 'v1.8.7', version: '1.8.2' },
    { title: 'the first release with scaling', text: 'v1.2.0', version: '1.2.0' },
    { title: 'the oldest release known', text: 'v1.1.0', version: '1.1.0' },
  ])('$title: $text', ({ text, version }) => {
    expect(read(text)).toEqual({ kind: 'known', release: expect.objectContaining({ version }) });
  });

  test.each([
    { title: 'a build of a branch', text: 'v1.9-head', version: '1.9.0' },
    { title: 'a build of a branch counts as its last release', text: 'v1.8-head', version: '1.8.2' },
    { title: 'a build of a branch that names its commit', text: 'v1.7-7f3b2a1-head', version: '1.7.3' },
    { title: 'a build of master follows the newest rules', text: 'master-head', version: '1.9.0' },
    { title: 'a build of master that names its commit', text: 'master-7f3b2a1-head', version: '1.9.0' },
    { title: 'a minor release newer than the table follows the newest rules', text: 'v1.10.0', version: '1.9.0' },
    { title: 'a major release newer than the table follows the newest rules', text: 'v2.0.1-rc1', version: '1.9.0' },
  ])('$title, and that is said: $text', ({ text, version }) => {
    expect(read(text)).toEqual({
      kind: 'known',
      release: expect.objectContaining({ version }),
      note: expect.stringMatching(new RegExp(`^Harvester ${text} is .* rules of ${version}$`)),
    });
  });

  test.each([
    { title: 'older than v1.1', text: 'v1.0.3', reason: 'older than v1.1' },
    { title: 'older still', text: 'v0.3.0', reason: 'older than v1.1' },
    { title: 'no version', text: 'abc', reason: 'expected a version such as v1.7.0, got "abc"' },
    { title: 'a version with something before it', text: 'harvester v1.7.0', reason: 'expected a version' },
    { title: 'a bare commit', text: '7f3b2a1', reason: 'expected a version' },
    { title: 'nothing at all', text: '', reason: 'expected a version such as v1.7.0, got ""' },
  ])('is unknown when it is $title: "$text"', ({ text, reason }) => {
    expect(read(text)).toEqual({ kind: 'unknown', reason: expect.stringContaining(reason) });
  });

  test('is the default of the Setting when its value is empty', () => {
    expect(read('', 'v1.6.0')).toMatchObject({ kind: 'known', release: { version: '1.6.0' } });
  });

  test('is absent without the Setting: plain KubeVirt scales nothing', () => {
    expect(harvesterRelease([setting('overcommit-config', '{}')])).toEqual({ kind: 'absent' });
  });
});

describe('the table of releases', () => {
  test.each([
    { version: '1.1.3', scaling: 'none', vendoredKubeVirt: '0.54.0' },
    { version: '1.2.1', scaling: 'in-place', vendoredKubeVirt: '0.54.0' },
    { version: '1.2.2', scaling: 'in-place', vendoredKubeVirt: '1.1.1' },
    { version: '1.3.0', scaling: 'in-place', vendoredKubeVirt: '1.1.0' },
    { version: '1.3.2', scaling: 'in-place', vendoredKubeVirt: '1.1.1' },
    { version: '1.4.1', scaling: 'in-place', vendoredKubeVirt: '1.3.0' },
    { version: '1.4.2', scaling: 'base-plus-deltas', vendoredKubeVirt: '1.3.1' },
    { version: '1.5.2', scaling: 'base-plus-deltas', vendoredKubeVirt: '1.4.0' },
    { version: '1.6.1', scaling: 'base-plus-deltas', vendoredKubeVirt: '1.5.0' },
    { version: '1.7.3', scaling: 'base-plus-deltas', vendoredKubeVirt: '1.6.0' },
    { version: '1.8.2', scaling: 'base-plus-deltas', vendoredKubeVirt: '1.7.0' },
    { version: '1.9.0', scaling: 'base-plus-deltas-and-compensation', vendoredKubeVirt: '1.8.3' },
  ])('Harvester $version scales by "$scaling" and reckons with KubeVirt $vendoredKubeVirt', ({ version, ...row }) => {
    expect(releaseOf(version)).toMatchObject(row);
  });

  test('only from 1.7.0 on does a denied migration leave the VM free', () => {
    const pinning = HARVESTER_RELEASES.filter((release) => release.deniedMigrationPinsVm);
    expect(pinning.at(-1)?.version).toBe('1.6.1');
    expect(pinning).toHaveLength(19);
  });

  test('only from 1.9.0 on do both controllers heed the skip annotation, and before 1.4.2 none does', () => {
    expect(releaseOf('1.4.1').skipAnnotationHonoured).toBe('nowhere');
    expect(releaseOf('1.4.2').skipAnnotationHonoured).toBe('by-quota-controller');
    expect(releaseOf('1.8.2').skipAnnotationHonoured).toBe('by-quota-controller');
    expect(releaseOf('1.9.0').skipAnnotationHonoured).toBe('by-both-controllers');
  });

  test('scale-ups are stored under the VMI uid since 1.4.2, before under the VM name', () => {
    expect(releaseOf('1.4.1').storesDeltaUnder).toBe('vm-name');
    expect(releaseOf('1.4.2').storesDeltaUnder).toBe('vmi-uid');
  });
});
