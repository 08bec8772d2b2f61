import { describe, expect, test } from '@jest/globals';
import { isAlike } from '../../src/forecast/alike.ts';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import type { KnownGround } from '../../src/forecast/forecast-set.ts';
import { likenessesAlone, likenessesTogether } from '../../src/forecast/likeness.ts';
import { virtualMachineInstanceShape } from '../../src/objects/virtual-machine-instance.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import type { Json } from '../builders/json.ts';
import { emptyScene, type Scene } from '../builders/scene.ts';
import { migration, sizedVmi, vmi } from '../builders/virtual-machine.ts';

const NAMES = ['vm1', 'vm2'] as const;

/** Two VMs, of which something of the second has changed since both were started. */
function twoVms(changes: Json = {}): Scene {
  return emptyScene().started(vmi('vm1'), vmi('vm2')).changedVmi(changes, 'vm2');
}

function likenesses(at: Scene, names: readonly string[] = NAMES) {
  return likenessesAlone((prepare(at.objects()).ground as KnownGround).namespace, names);
}

function expectAlike(at: Scene, names = NAMES): void {
  const [one, other] = likenesses(at, names);
  expect(one).toBeDefined();
  expect(other).toBe(one);
}

function expectUnlike(at: Scene): void {
  const [one, other] = likenesses(at);
  expect(other).not.toBe(one);
}

describe('two VMs of a namespace are alike', () => {
  test.each([
    { what: 'differ in nothing but their names and uids', changes: {} },
    { what: 'run on different nodes', changes: { status: { nodeName: 'harv2' } } },
    { what: 'differ in a label that no pod is made by', changes: { metadata: { labels: { team: 'a' } } } },
  ])('that $what', ({ changes }) => expectAlike(twoVms(changes)));

  test('whatever their claims are called', () => {
    const claimed = (claimName: string) => ({
      spec: { volumes: [{ name: 'disk', persistentVolumeClaim: { claimName } }] },
    });
    expectAlike(twoVms(claimed('b')).changedVmi(claimed('a')));
  });

  test.each([
    { what: 'memory', changes: { spec: { domain: { memory: { guest: '3Gi' } } } } },
    { what: 'memory since their start', changes: { status: { memory: { guestAtBoot: '2Gi' } } } },
    { what: 'CPUs since their start', changes: { status: { currentCPUTopology: { cores: 1 } } } },
    { what: 'the launcher that they run in', changes: { status: { launcherContainerImageVersion: 'x/y:1.3.1' } } },
    { what: 'a hook', changes: { metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{}]' } } } },
    { what: 'the log verbosity', changes: { metadata: { labels: { logVerbosity: '6' } } } },
    { what: 'a hotplugged volume', changes: { status: { volumeStatus: [{ name: 'data', hotplugVolume: {} }] } } },
    { what: 'having ended', changes: { status: { phase: 'Failed' } } },
  ])('unless they differ in $what', ({ changes }) => expectUnlike(twoVms(changes)));

  test('whatever else of their status differs: a member that a rule comes to read belongs to one of the two', () => {
    const compared = ['memory', 'currentCPUTopology', 'launcherContainerImageVersion', 'volumeStatus', 'phase'];
    const readThroughPods = ['nodeName', 'migrationState'];
    const readByNoForecast = ['activePods', 'conditions'];
    const known = virtualMachineInstanceShape.shape.status.unwrap().unwrap().shape;
    expect(new Set(Object.keys(known))).toEqual(new Set([...compared, ...readThroughPods, ...readByNoForecast]));
  });

  test('unless their running pods differ in more than the node', () => {
    const pod = 'virt-launcher-vm2-src01';
    expectAlike(twoVms().changed('Pod', pod, { spec: { nodeName: 'harv2' } }));
    expectUnlike(twoVms().changed('Pod', pod, { spec: { priorityClassName: 'urgent' } }));
    expectUnlike(twoVms().without('Pod', pod));
  });

  test('unless their names differ in length, which Harvester before 1.4.2 takes notice of', () => {
    const at = emptyScene().started(vmi('vm1'), vmi('vm10'));
    expect(new Set(likenesses(at, ['vm1', 'vm10'])).size).toBe(2);
  });

  test('unless one migrates, or a scale-up is stored under its name or its uid', () => {
    expectUnlike(twoVms().with(migration('vm2')));
    for (const key of ['migrating-vm2', 'migratingUID-uid-of-vmi-vm2', 'migrating-uid-of-vmi-vm2']) {
      expectUnlike(twoVms().stored(key, { 'limits.memory': '1Gi' }));
    }
  });

  test('unless more than 32 other sizes come between them', () => {
    const sizes = (count: number) =>
      Array.from({ length: count }, (_, index) => sizedVmi(`other${index}`, { cpu: 1, memoryMi: 300 + index }));
    const found = (count: number) => {
      const others = sizes(count);
      const at = emptyScene().started(vmi('vm1'), ...others, vmi('vm2'));
      const names = ['vm1', ...others.map((_, index) => `other${index}`), 'vm2'];
      const all = likenesses(at, names);
      return all[0] === all.at(-1);
    };
    expect(found(31)).toBe(true);
    expect(found(32)).toBe(false);
  });
});

describe('VMs that race each other', () => {
  const names = Array.from({ length: 6 }, (_, index) => `vm${index}`);
  const started = emptyScene().started(...names.map((name) => vmi(name)));
  const pending = (count: number): Scene => names.slice(0, count).reduce((at, name) => at.pending(name), started);

  test('are alike only where so many are that no order of the race is looked at', () => {
    expect(likenesses(pending(5), names.slice(0, 5))).toEqual(names.slice(0, 5).map(() => undefined));
    expect(new Set(likenesses(pending(6), names)).size).toBe(1);
    const { namespace } = prepare(started.objects()).ground as KnownGround;
    expect(new Set(likenessesTogether(namespace, names)).size).toBe(1);
    expect(likenessesTogether(namespace, names.slice(1))).toEqual(names.slice(1).map(() => undefined));
  });

  test('are not alike where other scale-ups are stored for them', () => {
    const at = pending(6).stored('migratingUID-uid-of-vmi-vm3', { 'limits.memory': '1Gi' });
    expect(likenesses(at, names)).toEqual(names.map(() => undefined));
  });
});

describe('a rule can tell two values apart', () => {
  const amounts = (...entries: readonly (readonly [string, string])[]) =>
    new Map(entries.map(([name, amount]) => [name, Quantity.parse(amount)]));
  test.each([
    { what: 'other texts', one: 'a', other: 'b' },
    { what: 'a missing member', one: { a: 1 }, other: {} },
    { what: 'a member of another name', one: { a: 1 }, other: { b: 1 } },
    { what: 'a member that is not there', one: { a: undefined, b: 1 }, other: { b: 1, c: 2 } },
    { what: 'a claim and no claim', one: { dataVolume: {} }, other: { containerDisk: {} } },
    { what: 'a longer list', one: [1], other: [1, 2] },
    { what: 'a list and an object', one: [], other: {} },
    { what: 'an amount in another form', one: amounts(['a', '1Ki']), other: amounts(['a', '1024']) },
    { what: 'amounts in another order', one: amounts(['a', '1'], ['b', '1']), other: amounts(['b', '1'], ['a', '1']) },
    { what: 'an amount and something else', one: Quantity.zero, other: { nanos: 0n, format: 'DecimalSI' } },
    { what: 'amounts and something else', one: amounts(), other: {} },
    { what: 'nothing and an object', one: null, other: {} },
    { what: 'a claim that can be hotplugged', one: { dataVolume: { hotpluggable: true } }, other: { dataVolume: {} } },
  ])('by $what', ({ one, other }) => {
    expect([isAlike(one, other), isAlike(other, one)]).toEqual([false, false]);
  });

  test('by nothing else', () => {
    const value = () => ({ a: [amounts(['x', '1Gi']), null, { b: undefined }], c: 'text', dataVolume: { name: {} } });
    expect(isAlike(value(), { ...value(), dataVolume: { name: 'another' } })).toBe(true);
  });

  test('where they nest deeper than any rule looks, for all that is known', () => {
    const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    expect(isAlike(nested(19), nested(19))).toBe(true);
    expect(isAlike(nested(5000), nested(5000))).toBe(false);
  });
});
