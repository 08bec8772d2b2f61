import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { vectorShape } from '../../src/commands/vector-shape.ts';
import { podDifferences } from '../../src/forecast/pod-differences.ts';
import { withApiDefaults } from '../../src/kubernetes/pod-defaults.ts';
import { renderLauncherPod } from '../../src/kubevirt/launcher-pod.ts';
import { kubeVirtRelease } from '../../src/kubevirt/release.ts';
import { type PodSpec, podShape } from '../../src/objects/kubernetes.ts';
import { Quantity } from '../../src/quantity/quantity.ts';

const FOLDER = new URL('../vectors/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.startsWith('kubevirt-v') && name.endsWith('.jsonl.gz'));

interface Made {
  readonly name: string;
  readonly rendered: PodSpec;
  /** By KubeVirt's own code, with the quotas and network attachments that the other was rendered without. */
  readonly pod: PodSpec;
}

const readFiles = new Map<string, readonly Made[]>();

function madeBy(file: string): readonly Made[] {
  const before = readFiles.get(file) ?? readMade(file);
  readFiles.set(file, before);
  return before;
}

/** The pods of a version that an API server would decode: a negative amount it refuses. */
function readMade(file: string): Made[] {
  const lines = gunzipSync(readFileSync(new URL(file, FOLDER)))
    .toString('utf8')
    .split('\n');
  return lines
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { output } = JSON.parse(line);
      const pods = { source: output.pod, target: output.targetSame === true ? output.pod : output.targetPod };
      return (['source', 'target'] as const).flatMap((role) => {
        const read = podShape.safeParse({ metadata: { name: 'pod' }, spec: pods[role] });
        return read.success ? [made(line, role, read.data.spec)] : [];
      });
    });
}

function made(line: string, role: 'source' | 'target', spec: PodSpec): Made {
  const { input, kubevirt, name } = vectorShape.parse(JSON.parse(line));
  const found = kubeVirtRelease(kubevirt);
  if (found.kind === 'unknown') throw new Error(found.reason);
  const namespace = input.vmi.metadata.namespace || 'default';
  const rendered = renderLauncherPod({
    vmi: { ...input.vmi, metadata: { ...input.vmi.metadata, namespace } },
    configuration: input.config,
    release: found.release,
    clusterArchitecture: input.arch || 'amd64',
    role,
    namespaceLabels: input.namespaceLabels,
    quotas: [],
  });
  if (rendered.kind === 'refused') throw new Error(`${name}: ${rendered.reason}`);
  return { name: `${name}, ${role}`, rendered: withApiDefaults(rendered.spec), pod: withApiDefaults(spec) };
}

describe("pods of KubeVirt's own code", () => {
  test.each(files)('%s: none differs, whatever quotas and network attachments add', (file) => {
    const all = madeBy(file);
    const differing = all.filter(({ rendered, pod }) => podDifferences(rendered, pod).length > 0);
    expect(differing.map(({ name }) => name)).toEqual([]);
    expect(all.length).toBeGreaterThan(100);
  });

  test('any amount of them that is another by the least is found, and nothing else', () => {
    const all = files.flatMap((file) => madeBy(file).slice(0, 20));
    const situations = fc.record({
      at: fc.nat(),
      amount: fc.nat(),
      change: fc.constantFrom('1', '-1', '1m'),
    });
    fc.assert(
      fc.property(situations, ({ at, amount, change }) => {
        const { rendered, pod } = all[at % all.length] as Made;
        const slots = (rendered.containers ?? []).flatMap(({ name, resources }) =>
          (['limits', 'requests'] as const).flatMap((side) =>
            [...resources[side].keys()].map((key) => ({ name, side, key })),
          ),
        );
        const slot = slots[amount % slots.length];
        if (slot === undefined) return;
        const changed = withAmount(pod, slot, Quantity.parse(change));
        expect(podDifferences(rendered, changed)).toMatchObject([
          { container: slot.name, amount: `${slot.side}.${slot.key}` },
        ]);
      }),
    );
  });
});

test('a pod without containers lacks all of them', () => {
  const none: PodSpec = { overhead: new Map() };
  const resources = { limits: new Map(), requests: new Map() };
  const one: PodSpec = {
    ...none,
    containers: [{ name: 'one', resources }],
    initContainers: [{ name: 'two', resources }],
  };
  expect(podDifferences(none, none)).toEqual([]);
  expect(podDifferences(one, none)).toMatchObject([{ container: 'one' }, { container: 'two' }]);
  expect(podDifferences(none, one)).toMatchObject([{ actual: 'container' }, { actual: 'container' }]);
});

interface Slot {
  readonly name: string;
  readonly side: 'limits' | 'requests';
  readonly key: string;
}

function withAmount(pod: PodSpec, { name, side, key }: Slot, change: Quantity): PodSpec {
  const containers = (pod.containers ?? []).map((container) => {
    if (container.name !== name) return container;
    const amounts = container.resources[side];
    const amount = (amounts.get(key) ?? Quantity.zero).add(change);
    return { ...container, resources: { ...container.resources, [side]: new Map(amounts).set(key, amount) } };
  });
  return { ...pod, containers };
}
