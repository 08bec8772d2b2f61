import type { Container, PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { Quantity } from '../quantity/quantity.ts';

/** An amount that is another than reckoned, or a container that only one of the two pods has. */
export interface PodDifference {
  readonly container: string;
  /** `limits.memory`; undefined where it is the container itself. */
  readonly amount: string | undefined;
  /** Undefined where none was expected, or there is none. */
  readonly expected: Quantity | 'container' | undefined;
  readonly actual: Quantity | 'container' | undefined;
}

const SIDES = ['limits', 'requests'] as const;
/** Nobody but KubeVirt writes these. */
const KUBEVIRT_DEVICES = 'devices.kubevirt.io/';

/**
 * What a pod that is being created has otherwise than `rendered`. Amounts that were not rendered are passed over, but for
 * KubeVirt's own devices: a LimitRange fills what a container lacks before a webhook sees it, a network attachment asks for
 * devices, and a quota makes KubeVirt set limits.
 */
export function podDifferences(rendered: PodSpec, pod: PodSpec): readonly PodDifference[] {
  return [
    ...containerDifferences(rendered.containers ?? [], pod.containers ?? []),
    ...containerDifferences(rendered.initContainers ?? [], pod.initContainers ?? []),
  ];
}

function containerDifferences(rendered: readonly Container[], found: readonly Container[]): PodDifference[] {
  const byName = new Map(found.map((container) => [container.name, container]));
  const expected = new Set(rendered.map(({ name }) => name));
  return [
    ...rendered.flatMap((container) => differencesOf(container, byName.get(container.name))),
    ...found.filter(({ name }) => !expected.has(name)).map(({ name }) => ofContainer(name, { actual: 'container' })),
  ];
}

function differencesOf({ name, resources }: Container, found: Container | undefined): PodDifference[] {
  if (found === undefined) return [ofContainer(name, { expected: 'container' })];
  return SIDES.flatMap((side) => {
    const [expected, actual] = [resources[side], found.resources[side]];
    return comparedKeys(expected, actual)
      .filter((key) => !areEqual(expected.get(key), actual.get(key)))
      .map((key) => {
        return { container: name, amount: `${side}.${key}`, expected: expected.get(key), actual: actual.get(key) };
      });
  });
}

function ofContainer(container: string, there: Partial<Pick<PodDifference, 'expected' | 'actual'>>): PodDifference {
  return { container, amount: undefined, expected: undefined, actual: undefined, ...there };
}

function comparedKeys(expected: ResourceList, actual: ResourceList): string[] {
  const added = [...actual.keys()].filter((key) => key.startsWith(KUBEVIRT_DEVICES) && !expected.has(key));
  return [...expected.keys(), ...added];
}

function areEqual(one: Quantity | undefined, other: Quantity | undefined): boolean {
  return one !== undefined && other !== undefined && one.equals(other);
}
