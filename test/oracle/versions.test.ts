import { describe, expect, test } from '@jest/globals';
import { askedVersion, missingRow, newestOf, pinnedVersion, servedAfter } from '../../scripts/oracle/versions.ts';

describe('the KubeVirt that is asked', () => {
  test('is the one that oracle/go.mod pins, unless another is named', () => {
    expect(askedVersion(undefined)).toBe(pinnedVersion());
    expect(pinnedVersion()).toMatch(/^v1\.\d+\.\d+$/);
    expect(askedVersion('v1.6.0')).toBe('v1.6.0');
  });

  test.each(['1.6.0', 'latest', 'v1.9.0-rc.2', ''])('is never %j, which is no release', (text) => {
    expect(() => askedVersion(text)).toThrow('--version: expected newest or a release such as v1.8.2');
  });

  test.each<[string, string[], string]>([
    ['numbers are compared as numbers', ['v1.9.0', 'v1.10.1', 'v1.2.0', 'v1.10.0'], 'v1.10.1'],
    ['a release candidate is no release', ['v1.8.2', 'v1.9.0-rc.2', 'v1.9.0-alpha.0'], 'v1.8.2'],
  ])('of the newest, %s', (_, versions, newest) => {
    expect(newestOf(versions)).toBe(newest);
  });

  test('there is no newest of none', () => {
    expect(() => newestOf(['v1.9.0-rc.1'])).toThrow('serves no release');
  });
});

describe('the row of a release', () => {
  test.each(['v1.1.1', 'v1.8.2', 'v1.9.0', 'v1.6.9'])(
    '%s has one, or shares that of the patch before it',
    (version) => {
      expect(missingRow(version)).toBeUndefined();
    },
  );

  test('a newer minor version has none, and is told where one is added', () => {
    expect(missingRow('v1.99.0')).toMatch(
      /^src\/kubevirt\/release-table\.ts has no row for 1\.99\.0: .* docs\/new-version\.md says how to add it\.$/,
    );
  });
});

describe('where the module proxy gives no list', () => {
  const servedOf = (known: string, ...versions: readonly string[]) =>
    servedAfter(known, (version) => versions.includes(version));

  test.each([
    ['the newest known release is found by its name', ['v1.9.0'], 'v1.9.0'],
    ['a later patch of it is found', ['v1.9.0', 'v1.9.1', 'v1.9.2'], 'v1.9.2'],
    ['later minors are found before their patches', ['v1.9.0', 'v1.10.0', 'v1.11.0', 'v1.11.1'], 'v1.11.1'],
  ])('%s', (_title, versions, newest) => {
    expect(newestOf(servedOf('v1.9.0', ...versions))).toBe(newest);
  });

  test('nothing that is served is no release', () => {
    expect(servedOf('v1.9.0')).toEqual([]);
  });
});
