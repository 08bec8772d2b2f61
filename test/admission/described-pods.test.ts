import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DescribedPods, describePod } from '../../src/admission/described-pods.ts';
import type { PodDescription } from '../../src/admission/forecaster.ts';
import { openSnapshot } from '../../src/cluster/snapshot.ts';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import { type Pod, podShape } from '../../src/objects/kubernetes.ts';

const NAMESPACE = 'quota-test';
const MIGRATION_LABEL = 'kubevirt.io/migrationJobUID';

async function preparedExample() {
  const snapshot = await openSnapshot(['examples/quota-test.yaml']);
  const [cluster, namespace] = await Promise.all([snapshot.clusterObjects(), snapshot.namespaceObjects(NAMESPACE)]);
  const uid = namespace.virtualMachineInstances.items[0]?.metadata.uid ?? '';
  return { prepared: prepare({ cluster, namespace }), uid };
}

/** Quantities in words, for what they hold is hidden from comparison. */
const inWords = ({ drift, ...description }: PodDescription) => ({
  ...description,
  drift: drift && { ...drift, differences: drift.differences.map((one) => ({ ...one, ...textsOf(one) })) },
});
const textsOf = ({ expected, actual }: { readonly expected: unknown; readonly actual: unknown }) => ({
  expected: String(expected),
  actual: String(actual),
});

const amounts = fc.dictionary(
  fc.constantFrom('memory', 'cpu', 'devices.kubevirt.io/kvm', 'memory 1'),
  fc.constantFrom('1', '2', '2000m', '4737464313', '4Gi'),
);
const containers = fc.array(
  fc.record({
    name: fc.constantFrom('compute', 'guest-console-log', 'compute"'),
    resources: fc.record({ limits: amounts, requests: amounts }, { requiredKeys: [] }),
  }),
  { maxLength: 3 },
);
/** `owner` of the VMI, of another one, or of none. */
const podsOf = (uid: string): fc.Arbitrary<Pod> =>
  fc
    .record({
      containers: fc.option(containers, { nil: undefined }),
      initContainers: fc.option(containers, { nil: undefined }),
      owner: fc.constantFrom(uid, 'another', undefined),
      isLabelled: fc.boolean(),
      migration: fc.constantFrom('', undefined, 'uid'),
    })
    .map(({ owner, isLabelled, migration, ...spec }) =>
      podShape.parse({
        metadata: {
          labels: {
            ...(owner !== undefined && isLabelled && { 'kubevirt.io/created-by': owner }),
            ...(migration !== undefined && { [MIGRATION_LABEL]: migration }),
          },
          ...(owner !== undefined && {
            ownerReferences: [{ kind: 'VirtualMachineInstance', name: 'vm1', uid: owner }],
          }),
        },
        spec,
      }),
    );

/** Target for source, and source for target. */
function ofOtherRole({ metadata, spec }: Pod): Pod {
  const labels = new Map(metadata.labels);
  if (!labels.delete(MIGRATION_LABEL)) labels.set(MIGRATION_LABEL, '');
  return { metadata: { ...metadata, labels }, spec };
}

describe('descriptions of launcher pods on the same facts', () => {
  test('that are used again are as reckoned anew', async () => {
    const { prepared, uid } = await preparedExample();
    const described = new DescribedPods(prepared);
    fc.assert(
      fc.property(fc.array(podsOf(uid), { maxLength: 4 }), (pods) => {
        for (const pod of [...pods, ...pods.map(ofOtherRole), ...pods]) {
          expect(inWords(described.describe(pod))).toEqual(inWords(describePod(prepared, pod)));
        }
      }),
    );
  });

  test('are made once for pods that ask for the same', async () => {
    const { prepared, uid } = await preparedExample();
    const described = new DescribedPods(prepared);
    const pod = (name: string) =>
      podShape.parse({ metadata: { name, labels: { 'kubevirt.io/created-by': uid } }, spec: {} });
    expect(described.describe(pod('virt-launcher-vm1-a'))).toBe(described.describe(pod('virt-launcher-vm1-b')));
    expect(described.describe(pod('virt-launcher-vm1-a')).kind).toBe('described');
  });

  test.each([
    ['of so many shapes', (name: number) => ({ containers: [{ name: `c${name}` }] }), 40],
    ['of a shape that is too long', () => ({ containers: [{ name: 'c'.repeat(5000) }] }), 1],
  ])('are not kept %s', async (_title, specOf, shapes) => {
    const { prepared, uid } = await preparedExample();
    const described = new DescribedPods(prepared);
    const pod = (shape: number) =>
      podShape.parse({ metadata: { labels: { 'kubevirt.io/created-by': uid } }, spec: specOf(shape) });
    const first = described.describe(pod(0));
    for (let shape = 1; shape < shapes; shape += 1) described.describe(pod(shape));
    expect(described.describe(pod(0))).not.toBe(first);
  });
});
