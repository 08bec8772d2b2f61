import { describe, expect, test } from '@jest/globals';
import { kubeVirtRelease, vendoredRelease } from '../../src/kubevirt/release.ts';
import { RELEASES } from '../../src/kubevirt/release-table.ts';

describe('the version of a running KubeVirt', () => {
  test.each([
    ['the first release known', '1.1.0', '1.1.0'],
    ['a leading v', 'v1.6.0', '1.6.0'],
    ["SUSE's packaging suffix", '1.6.3-150700.3.13.1', '1.6.3'],
    ['SUSE at an older patch', '1.5.2-150700.3.5.2', '1.5.2'],
    ['a patch without changes of its own', '1.7.4', '1.7.0'],
    ['a patch between two rows', 'v1.6.1', '1.6.0'],
    ['the patch that takes a change back', '1.6.3', '1.6.3'],
    ['the last patch of a minor', '1.6.6', '1.6.4'],
    ['a release candidate', 'v1.9.0-rc.2', '1.9.0'],
    ['a beta', 'v1.5.0-beta.0', '1.5.0'],
    ['build metadata', '1.8.2+abc', '1.8.0'],
    ['a later patch of the newest minor', '1.9.7', '1.9.0'],
  ])('%s finds its row', (_, version, row) => {
    expect(kubeVirtRelease(version)).toMatchObject({ kind: 'known', release: { version: row } });
    expect(kubeVirtRelease(version)).not.toHaveProperty('note');
  });

  test.each([['1.10.0'], ['v2.0.1']])('%s is newer than the table: the newest rules, and a note', (version) => {
    const found = kubeVirtRelease(version);
    expect(found).toMatchObject({ kind: 'known', release: { version: '1.9.0' } });
    expect(found).toHaveProperty('note', `KubeVirt ${version} is newer than the rules known; those of 1.9.0 are used`);
  });

  test.each([['1.0.1'], ['0.59.2'], ['0.54.0']])('%s is older than the table and unknown', (version) => {
    expect(kubeVirtRelease(version)).toEqual({
      kind: 'unknown',
      reason: `KubeVirt ${version} is none whose rules are known; they begin at 1.1.0`,
    });
  });

  test.each([[''], ['1.6'], ['latest'], ['sha256:1.6.3'], ['1.6.x'], ['1.6.3rc1'], ['99999999999999999999.1.1']])(
    'what is no version is unknown: %p',
    (version) => {
      expect(kubeVirtRelease(version)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('got') });
    },
  );

  test('each minor begins with its .0 release, so that no patch falls through', () => {
    const minors = new Set(RELEASES.map(({ version }) => version.split('.').slice(0, 2).join('.')));
    expect([...minors]).toEqual(['1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9']);
    for (const minor of minors) expect(RELEASES.map(({ version }) => version)).toContain(`${minor}.0`);
  });

  test('a patch release has a row of its own only where it differs from the one before', () => {
    for (const [index, row] of RELEASES.entries()) {
      if (row.version.endsWith('.0')) continue;
      const { overhead, pod } = RELEASES[index - 1] ?? {};
      expect({ overhead: row.overhead, pod: row.pod }).not.toEqual({ overhead, pod });
    }
  });
});

describe('the KubeVirt inside Harvester', () => {
  test('0.54 is known by its formula', () => {
    expect(vendoredRelease('0.54.0')).toMatchObject({ kind: 'known', release: { version: '0.54.0' } });
  });

  test('later ones are found as running ones are', () => {
    expect(vendoredRelease('1.3.1')).toEqual(kubeVirtRelease('1.3.1'));
  });

  test('what lies between 0.54 and 1.1 was never inside a Harvester', () => {
    expect(vendoredRelease('0.58.0').kind).toBe('unknown');
  });
});
