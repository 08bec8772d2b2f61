import { describe, expect, test } from '@jest/globals';
import {
  hasStoredScaleUp,
  skipsScaling,
  storedScaleUps,
  storedScaleUpsOf,
  totalScaleUp,
} from '../../src/harvester/quota-annotations.ts';
import { printed, quotaWith, vmiWith } from './objects.ts';

const UID = '94ec5ca6-6f24-402c-8b48-2690976e2f0c';

function read(annotations: Record<string, string>) {
  const stored = storedScaleUps(quotaWith({ annotations }));
  if (stored.kind !== 'read') throw new Error(`${stored.key}: ${stored.message}`);
  return stored;
}

describe('the scale-ups stored on a quota', () => {
  test('Harvester before 1.4.2 stores one under the name of the VM', () => {
    const { scaleUps } = read({ 'harvesterhci.io/migrating-vm1': '{"limits.cpu":"2","limits.memory":"4531245057"}' });
    expect(scaleUps).toHaveLength(1);
    expect(scaleUps[0]).toMatchObject({ key: 'harvesterhci.io/migrating-vm1', vm: { name: 'vm1' } });
    expect(printed(scaleUps[0]?.delta ?? new Map())).toEqual({ 'limits.cpu': '2', 'limits.memory': '4531245057' });
  });

  test('Harvester from 1.4.2 on stores one under the uid of the VMI', () => {
    const { scaleUps } = read({
      [`harvesterhci.io/migratingUID-${UID}`]: '{"limits.cpu":"1","limits.memory":"1456469952"}',
    });
    expect(scaleUps.map(({ vm }) => vm)).toEqual([{ uid: UID }]);
    expect(totalScaleUp(scaleUps, 'limits.memory').toString()).toBe('1456469952');
  });

  test('any suffix of a quantity may stand there, an empty list too, and other keys are of no account', () => {
    const { scaleUps } = read({
      'harvesterhci.io/migrating-a': '{"limits.memory":"1267028Ki","requests.storage":"1Gi"}',
      'harvesterhci.io/migrating-b': '{}',
      'harvesterhci.io/migrating-c': '{"limits.memory":"180M"}',
      'harvesterhci.io/migrating-d': 'null',
      'harvesterhci.io/migrating-e': '{"limits.cpu":2}',
    });
    expect(scaleUps).toHaveLength(5);
    expect(totalScaleUp(scaleUps, 'limits.memory').value()).toBe(1267028n * 1024n + 180_000_000n);
    expect(totalScaleUp(scaleUps, 'limits.cpu').value()).toBe(2n);
  });

  test('two hundred of them add up', () => {
    const annotations = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`harvesterhci.io/migratingUID-${index}`, '{"limits.cpu":"500m"}']),
    );
    expect(totalScaleUp(read(annotations).scaleUps, 'limits.cpu').toString()).toBe('100');
  });

  test('a VM counts twice under its name and its uid, once where both are the same text', () => {
    const one = '{"limits.cpu":"1"}';
    const both = read({ 'harvesterhci.io/migrating-vm1': one, [`harvesterhci.io/migratingUID-${UID}`]: one });
    expect(totalScaleUp(both.scaleUps, 'limits.cpu').toString()).toBe('2');
    const same = read({ 'harvesterhci.io/migrating-vm1': one, 'harvesterhci.io/migratingUID-vm1': one });
    expect(totalScaleUp(same.scaleUps, 'limits.cpu').toString()).toBe('1');
  });

  test('the compensation and the resync flag belong to no VM', () => {
    const quota = quotaWith({
      annotations: {
        'harvesterhci.io/migratingCompensation': '{"limits.memory":"573799041"}',
        'harvesterhci.io/migratingScalingResyncNeeded': 'true',
      },
    });
    const stored = storedScaleUps(quota);
    expect(stored).toMatchObject({ kind: 'read', scaleUps: [], resyncNeeded: true });
    expect(stored.kind === 'read' && stored.compensation.toString()).toBe('573799041');
    expect(hasStoredScaleUp(quota)).toBe(false);
  });

  test.each([
    { title: 'no annotation', annotations: {} },
    { title: 'an empty compensation', annotations: { 'harvesterhci.io/migratingCompensation': '' } },
    {
      title: 'a compensation of cpu alone',
      annotations: { 'harvesterhci.io/migratingCompensation': '{"limits.cpu":"1"}' },
    },
    { title: 'the flag left behind', annotations: { 'harvesterhci.io/migratingScalingResyncNeeded': 'false' } },
  ])('with $title the compensation is zero and nothing waits for a resync', ({ annotations }) => {
    const stored = read(annotations);
    expect(stored.compensation.isZero()).toBe(true);
    expect(stored.resyncNeeded).toBe(false);
  });

  test.each([
    { key: 'harvesterhci.io/migratingUID-1', text: '{"limits.cpu":', message: 'expected JSON' },
    { key: 'harvesterhci.io/migrating-vm1', text: '', message: 'expected JSON' },
    {
      key: 'harvesterhci.io/migrating-vm1',
      text: '{"limits.cpu":"1GB"}',
      message: 'limits.cpu: expected a Kubernetes quantity',
    },
    { key: 'harvesterhci.io/migrating-vm1', text: '{"other":"x"}', message: 'other: expected a Kubernetes quantity' },
    { key: 'harvesterhci.io/migrating-vm1', text: '[1]', message: 'expected record' },
    { key: 'harvesterhci.io/migratingCompensation', text: '"1"', message: 'expected record' },
  ])('garbage is told with its key: $key = $text', ({ key, text, message }) => {
    expect(storedScaleUps(quotaWith({ annotations: { [key]: text } }))).toEqual({
      kind: 'garbled',
      key,
      message: expect.stringContaining(message),
    });
  });

  test("a VM's own is found under either key", () => {
    const vmi = vmiWith({ cpu: '1' });
    const byName = read({ 'harvesterhci.io/migrating-vm1': '{}', 'harvesterhci.io/migrating-vm2': '{}' });
    const byUid = read({ [`harvesterhci.io/migratingUID-${UID}`]: '{}' });
    expect(storedScaleUpsOf(byName, vmi).map(({ key }) => key)).toEqual(['harvesterhci.io/migrating-vm1']);
    expect(storedScaleUpsOf(byUid, vmi).map(({ key }) => key)).toEqual([`harvesterhci.io/migratingUID-${UID}`]);
    expect(storedScaleUpsOf(read({ 'harvesterhci.io/migratingUID-other': '{}' }), vmi)).toEqual([]);
  });
});

describe('the skip annotation', () => {
  test.each([
    { value: 'true', skips: true },
    { value: 'True', skips: false },
    { value: '', skips: false },
  ])('of "$value" switches scaling off: $skips', ({ value, skips }) => {
    const annotations = { 'harvesterhci.io/skipResourceQuotaAutoScaling': value };
    expect(skipsScaling(quotaWith({ annotations }))).toBe(skips);
  });
});
