import { describe, expect, test } from '@jest/globals';
import { namespaceEditRefusal, quotaEditPlace } from '../../src/harvester/quota-edit.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { quotaWith, releaseOf } from './objects.ts';

describe('a limit is changed for good', () => {
  const scaled = { kind: 'scaled', base: Quantity.of(3n) } as const;

  test.each([
    { version: '1.4.1', place: 'resource-quota' },
    { version: '1.4.2', place: 'namespace-annotation' },
    { version: '1.9.0', place: 'namespace-annotation' },
  ])('under Harvester $version in the $place, where Harvester scales it', ({ version, place }) => {
    expect(quotaEditPlace(releaseOf(version), scaled)).toBe(place);
  });

  test('in the ResourceQuota where Harvester does not touch the key', () => {
    const base = { kind: 'fixed', why: 'other-key', hard: Quantity.of(3n) } as const;
    expect(quotaEditPlace(releaseOf('1.9.0'), base)).toBe('resource-quota');
  });

  test('in the ResourceQuota on plain KubeVirt', () => {
    const base = { kind: 'fixed', why: 'no-harvester-scaling', hard: undefined } as const;
    expect(quotaEditPlace(undefined, base)).toBe('resource-quota');
  });
});

describe("Harvester's refusal to change a namespace's limits", () => {
  const migrating = quotaWith({ annotations: { 'harvesterhci.io/migratingUID-1': 'not even JSON' } });

  test.each([
    { version: '1.4.1', words: "namespace quota-test has migrating VMs, so you can't change resource quotas" },
    { version: '1.4.2', words: "namespace quota-test has migrating VMs, can't change resource quotas" },
    { version: '1.1.3', words: undefined },
  ])('during a migration under Harvester $version: $words', ({ version, words }) => {
    expect(namespaceEditRefusal(releaseOf(version), 'quota-test', migrating)).toBe(words);
  });

  test('does not come while nothing migrates, not even with a compensation left behind', () => {
    const quota = quotaWith({ annotations: { 'harvesterhci.io/migratingCompensation': '{}' } });
    expect(namespaceEditRefusal(releaseOf('1.9.0'), 'quota-test', quota)).toBeUndefined();
  });
});
