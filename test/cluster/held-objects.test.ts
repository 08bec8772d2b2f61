import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KubernetesObject } from '../../src/cluster/kubernetes-objects.ts';
import { OBJECT_KINDS } from '../../src/cluster/object-kinds.ts';
import { SnapshotCluster } from '../../src/cluster/snapshot.ts';
import { textsFor } from './hostile-json.ts';
import { everythingIn, openText, pod } from './open-text.ts';

/** Objects of few names, so that many take another's place; what else is in them is often not what their shape says. */
const objects = fc.constantFrom(...Object.values(OBJECT_KINDS)).chain(({ group, kind, shape }) => {
  const metadata = fc.record({
    name: fc.constantFrom('a', 'b', 'ü', ''),
    namespace: fc.constantFrom('team', 'other', '', undefined),
    labels: fc.constantFrom({ a: 'b' }, { a: 1 }, undefined),
  });
  return fc.tuple(metadata, textsFor(shape)).map(
    ([own, text]): KubernetesObject => ({
      ...JSON.parse(text),
      apiVersion: group === '' ? 'v1' : `${group}/v1`,
      kind,
      metadata: own,
    }),
  );
});

/** On a line, as most programs write it, or so that it has to be read whole. */
const forms = {
  compact: ({ apiVersion, kind, ...rest }: KubernetesObject) => JSON.stringify({ apiVersion, kind, ...rest }),
  spaced: (object: KubernetesObject) => JSON.stringify(object, null, 1).replaceAll('\n', ' '),
  list: (object: KubernetesObject) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [object] }),
};
const form = fc.oneof(
  { weight: 4, arbitrary: fc.constant('compact' as const) },
  fc.constantFrom(...(Object.keys(forms) as (keyof typeof forms)[])),
);

function clusterOf(all: readonly KubernetesObject[]): SnapshotCluster {
  const cluster = new SnapshotCluster();
  for (const object of all) cluster.put(object);
  return cluster;
}

describe('objects held as text', () => {
  test('are the objects and the problems that checking each at once gives, in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(objects, form), { minLength: 1, maxLength: 12 }), async (drawn) => {
        const held = await openText(drawn.map(([object, how]) => forms[how](object)).join('\n'));
        const expected = await everythingIn(clusterOf(drawn.map(([object]) => JSON.parse(JSON.stringify(object)))));
        expect(await everythingIn(held)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('are the same whenever they are asked for, however many were asked for in between', async () => {
    const namespaces = Array.from({ length: 6 }, (_, index) => `team-${index}`);
    const all = namespaces.flatMap((name) => Array.from({ length: 90 }, (_, index) => pod(`pod-${index}`, name)));
    const held = await openText(all.map((object) => JSON.stringify(object)).join('\n'));
    const expected = clusterOf(all as unknown as KubernetesObject[]);
    for (const name of [...namespaces, ...namespaces.toReversed(), 'team-0', 'elsewhere', 'team-0']) {
      expect(await held.namespaceObjects(name)).toEqual(await expected.namespaceObjects(name));
    }
  });

  test('are the very same objects while they are asked for again and again', async () => {
    const held = await openText(
      [pod('a', 'team'), pod('b', 'other')].map((object) => JSON.stringify(object)).join('\n'),
    );
    const [team, other] = [await held.namespaceObjects('team'), await held.namespaceObjects('other')];
    expect(await held.namespaceObjects('team')).toBe(team);
    expect(await held.namespaceObjects('other')).toBe(other);
    expect(await held.clusterObjects()).toBe(await held.clusterObjects());
  });

  test('of a namespace too large to be kept are the very same objects until another is asked for', async () => {
    const lines = Array.from({ length: 400 }, (_, index) => JSON.stringify(pod(`pod-${index}`, 'team')));
    const held = await openText(lines.join('\n'));
    expect(await held.namespaceObjects('team')).toBe(await held.namespaceObjects('team'));
  });

  test('give way to an object of the same name that is put after they were asked for', async () => {
    const held = await openText(JSON.stringify(pod('a', 'team')));
    const before = await held.namespaceObjects('team');
    held.put({ ...pod('a', 'team'), status: { phase: 'Failed' } } as unknown as KubernetesObject);
    const after = await held.namespaceObjects('team');
    expect([before, after].map(({ pods }) => pods.items.map(({ status }) => status?.phase))).toEqual([
      ['Running'],
      ['Failed'],
    ]);
  });
});
