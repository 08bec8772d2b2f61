import type { Prepared } from '../forecast/forecast-migrations.ts';
import { describeLauncher } from '../forecast/launcher-description.ts';
import { launcherDrift } from '../forecast/launcher-drift.ts';
import { isTargetPod, vmiOfPod } from '../forecast/launchers.ts';
import type { Container, Pod } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { PodDescription } from './forecaster.ts';
import { namespacePolicy } from './namespace-policy.ts';

/** For each namespace; anybody may send pods of any shape. */
const MOST_SHAPES = 32;
const LONGEST_SHAPE = 4096;

/**
 * Descriptions of launcher pods on the facts of one namespace. Pods of one VMI that ask for the same are described once:
 * virt-controller sends the same one again and again while a quota refuses it.
 */
export class DescribedPods {
  readonly #prepared: Prepared;
  readonly #known = new Map<string, PodDescription>();

  constructor(prepared: Prepared) {
    this.#prepared = prepared;
  }

  describe(pod: Pod): PodDescription {
    const shape = this.#shapeOf(pod);
    const known = this.#known.get(shape);
    if (known !== undefined) return known;
    const described = describePod(this.#prepared, pod);
    if (this.#known.size >= MOST_SHAPES) this.#known.clear();
    if (shape.length <= LONGEST_SHAPE) this.#known.set(shape, described);
    return described;
  }

  /** All that a description reads of a pod. */
  #shapeOf(pod: Pod): string {
    const { containers, initContainers } = pod.spec;
    const vmi = vmiOfPod(pod, this.#prepared.objects.namespace.virtualMachineInstances.items);
    return JSON.stringify([vmi?.metadata.uid, isTargetPod(pod), askedBy(containers), askedBy(initContainers)]);
  }
}

function askedBy(containers: readonly Container[] | null | undefined) {
  return containers?.map(({ name, resources: { limits, requests } }) => [name, textsOf(limits), textsOf(requests)]);
}

function textsOf(amounts: ResourceList): readonly string[] {
  return [...amounts].map(([resource, amount]) => `${resource} ${amount}`);
}

/** Anew, whatever has been described before. */
export function describePod(prepared: Prepared, pod: Pod): PodDescription {
  const policy = namespacePolicy(prepared);
  const drift = launcherDrift(prepared, pod);
  return {
    ...describeLauncher(prepared, pod),
    basis: prepared,
    ...(policy === undefined ? {} : { namespacePolicy: policy }),
    ...(drift === undefined ? {} : { drift }),
  };
}
