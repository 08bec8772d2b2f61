import { Quantity } from '../quantity/quantity.ts';
import type { ComputedVector, ExpectedPod, VectorOutput, VectorPod } from './vector-shape.ts';

type Amounts = Record<string, string>;
type ExpectedContainers = NonNullable<ExpectedPod['containers']>;

/** Where the reckoning departs from KubeVirt's own, one sentence each; quantities are compared by value. */
export function findDifferences(expected: VectorOutput, computed: ComputedVector): string[] {
  const target = expected.targetError ? undefined : (expected.targetPod ?? expected.pod);
  return [
    ...differingText('overheadBytes', expected.overheadBytes, computed.overheadBytes),
    ...differingText('reportedOverheadBytes', expected.reportedOverheadBytes, computed.reportedOverheadBytes),
    ...differingPods('pod', expected.error ? undefined : expected.pod, computed.pod),
    ...differingPods('targetPod', target, computed.targetPod),
  ];
}

function differingText(what: string, expected: string | null | undefined, computed: string | undefined): string[] {
  return (expected ?? undefined) === computed ? [] : [sentence(what, expected ?? 'none', computed ?? 'none')];
}

function differingPods(what: string, expected: ExpectedPod | null | undefined, computed: VectorPod | null): string[] {
  if (expected && computed) {
    return [
      ...differingContainers(`${what}.containers`, expected.containers ?? [], computed.containers),
      ...differingContainers(`${what}.initContainers`, expected.initContainers ?? [], computed.initContainers),
    ];
  }
  return differingText(what, expected ? 'a pod' : 'a refusal', computed ? 'a pod' : 'a refusal');
}

function differingContainers(what: string, expected: ExpectedContainers, computed: VectorPod['containers']): string[] {
  const names = (containers: readonly { name: string }[]) => containers.map(({ name }) => name).join(' ') || 'none';
  if (names(expected) !== names(computed)) return [sentence(what, names(expected), names(computed))];
  return expected.flatMap(({ name, restartPolicy, resources }, index) => {
    const path = `${what}.${name}`;
    const ours = computed[index];
    return [
      ...differingText(`${path}.restartPolicy`, restartPolicy, ours?.restartPolicy),
      ...differingAmounts(`${path}.limits`, resources?.limits ?? {}, ours?.resources.limits ?? {}),
      ...differingAmounts(`${path}.requests`, resources?.requests ?? {}, ours?.resources.requests ?? {}),
    ];
  });
}

function differingAmounts(what: string, expected: Amounts, computed: Amounts): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(computed)]);
  return [...names]
    .filter((name) => !isSameAmount(expected[name], computed[name]))
    .map((name) => sentence(`${what}.${name}`, expected[name] ?? 'none', computed[name] ?? 'none'));
}

function isSameAmount(expected: string | undefined, computed: string | undefined): boolean {
  if (expected === undefined || computed === undefined) return expected === computed;
  return expected === computed || Quantity.parse(expected).equals(Quantity.parse(computed));
}

function sentence(what: string, expected: string, computed: string): string {
  return `${what}: expected ${expected}, computed ${computed}`;
}
