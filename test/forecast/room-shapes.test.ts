import { describe, expect, test } from '@jest/globals';
import { KEPT_METADATA } from '../../src/cluster/kept-metadata.ts';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import type { KnownGround } from '../../src/forecast/forecast-set.ts';
import { roomOf } from '../../src/forecast/room.ts';
import { RoomPods } from '../../src/forecast/room-pods.ts';
import { shapeText, surroundingsText } from '../../src/forecast/room-shapes.ts';
import { quietNamespace } from '../../src/forecast/room-vms.ts';
import { SHAPING_ANNOTATIONS, SHAPING_LABELS } from '../../src/forecast/vm-kinds.ts';
import { virtualMachineInstanceShape } from '../../src/objects/virtual-machine-instance.ts';
import type { Json } from '../builders/json.ts';
import { limitRange } from '../builders/namespace.ts';
import { plainScene, type Scene, scene } from '../builders/scene.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';

function shapeOf(changes: Json): string {
  return shapeText(virtualMachineInstanceShape.parse(vmi('vm1', changes)), undefined);
}

describe('the shape of a VM', () => {
  test.each([
    { what: 'its name', changes: { metadata: { name: 'vm2', uid: 'another' } } },
    { what: 'a label that no pod is made by', changes: { metadata: { labels: { 'harvesterhci.io/vmName': 'vm2' } } } },
    { what: 'its node', changes: { status: { nodeName: 'harv2' } } },
  ])('is the same whatever $what is', ({ changes }) => {
    expect(shapeOf(changes)).toBe(shapeOf({}));
  });

  test('is the same whatever its claims are called', () => {
    const volume = (claimName: string) => ({
      spec: { volumes: [{ name: 'disk', persistentVolumeClaim: { claimName } }] },
    });
    expect(shapeOf(volume('a'))).toBe(shapeOf(volume('b')));
  });

  test.each([
    { what: 'its memory', changes: { spec: { domain: { resources: { limits: { memory: '5Gi' } } } } } },
    { what: 'a hook', changes: { metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{}]' } } } },
    { what: 'the log verbosity', changes: { metadata: { labels: { logVerbosity: '6' } } } },
    { what: 'a hotplugged volume', changes: { status: { volumeStatus: [{ name: 'data', hotplugVolume: {} }] } } },
    {
      what: 'a claim that can be hotplugged',
      changes: { spec: { volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: 'a', hotpluggable: true } }] } },
    },
  ])('differs with $what', ({ changes }) => {
    expect(shapeOf(changes)).not.toBe(shapeOf({}));
  });

  test('knows every label and annotation of VMIs that some rule reads, but for those that no pod is made by', () => {
    const { labels, annotations } = KEPT_METADATA.virtualMachineInstances;
    const read = new Set([...labels, ...annotations]);
    for (const name of ['kubevirt.io/memory-hotplug-overhead-ratio', 'harvesterhci.io/migrationTargetNodeName']) {
      read.delete(name);
    }
    expect(read).toEqual(new Set([...SHAPING_LABELS, ...SHAPING_ANNOTATIONS]));
  });
});

function surroundings(at: Scene): string {
  return surroundingsText(prepare(at.objects()).ground as KnownGround);
}

describe('the surroundings of a VM', () => {
  test('are the same in namespaces with the same quota keys', () => {
    const other = scene({ base: { 'limits.cpu': '30', 'limits.memory': '50Gi' } });
    expect(surroundings(other)).toBe(surroundings(scene()));
    expect(surroundings(scene().changed('Namespace', 'quota-test', { metadata: { labels: { team: 'a' } } }))).toBe(
      surroundings(scene()),
    );
  });

  test('differ with quota keys, LimitRanges, and labels that KubeVirt looks at', () => {
    const labelled = (at: Scene, label: string) =>
      at.changed('Namespace', 'quota-test', { metadata: { labels: { [label]: '3' } } });
    const selecting = scene().changedKubeVirt({
      spec: { configuration: { autoCPULimitNamespaceLabelSelector: { matchLabels: { team: '3' } } } },
    });
    const all = [
      scene(),
      plainScene({ pods: '3' }),
      scene().with(limitRange({ type: 'Container', default: { memory: '1Gi' } })),
      labelled(scene(), 'alpha.kubevirt.io/auto-memory-limits-ratio'),
      selecting,
      labelled(selecting, 'team'),
    ].map(surroundings);
    expect(new Set(all).size).toBe(all.length);
  });
});

test('a pod is rendered once for all VMs of a shape, at each ratio, and gives way to newer ones in the end', () => {
  const at = plainScene({ 'limits.memory': '1Ti' }).started(vmi('vm2'), sizedVmi('vm3', { cpu: 1, memoryMi: 300 }));
  const prepared = prepare(at.objects());
  const ground = prepared.ground as KnownGround;
  let rendered = 0;
  const targetPods: KnownGround['targetPods'] = (...asked) => {
    rendered += 1;
    return ground.targetPods(...asked);
  };
  const pods = new RoomPods();
  const quiet = quietNamespace(prepared, pods);
  if (quiet.kind === 'unknown') throw new Error(quiet.reason);
  const room = (ratio: string) => {
    const configuration = { ...ground.cluster.configuration, additionalGuestMemoryOverheadRatio: ratio };
    return roomOf(quiet.quiet.vms, { ...ground, targetPods, cluster: { ...ground.cluster, configuration } }, pods);
  };
  const first = room('1');
  expect(rendered).toBe(2);
  expect(room('1')).toEqual(first);
  expect(rendered).toBe(2);
  for (let index = 0; index < 2000; index += 1) room(`1.${index}1`);
  room('1');
  expect(rendered).toBe(2 + 4000 + 2);
});
