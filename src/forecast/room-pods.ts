import { harvesterMemoryNeed } from '../harvester/scale-up.ts';
import { startNeedOf } from '../harvester/start-check.ts';
import { missingSpecifications } from '../kubernetes/quota-admission.ts';
import { quotaMatches } from '../kubernetes/quota-scope.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import type { PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { Quantity } from '../quantity/quantity.ts';
import type { KnownGround } from './forecast-set.ts';
import { shapeText, surroundingsText } from './room-shapes.ts';
import type { RefusedPod, TargetPod } from './target-pod.ts';

/** A VMI as far as its next pod depends on it. */
export interface Shaped {
  readonly vmi: VirtualMachineInstance;
  readonly model: PodSpec | undefined;
  /** VMIs of the same shape in the same surroundings get pods of the same size. */
  readonly shape: number;
}

/** What Harvester reckons for VMs of one shape; undefined on plain KubeVirt. */
export interface HarvesterNeeds {
  readonly memory: Quantity;
  readonly start: ResourceList;
}

/** A ratio is looked at in every namespace before the next one, so what is older than this many pods is hardly asked for. */
const MOST_KEPT = 4000;

/**
 * The next pods of many VMs at many ratios. VMs are mostly made from a few templates, and rendering a pod takes longer than
 * anything that is done with it, so it is done once for all that are alike.
 */
export class RoomPods {
  readonly #texts = new Map<string, number>();
  readonly #targets = new Map<string, TargetPod | RefusedPod>();
  readonly #needs = new Map<string, HarvesterNeeds>();

  shaped(vmi: VirtualMachineInstance, model: PodSpec | undefined): Shaped {
    return { vmi, model, shape: this.#numberOf(shapeText(vmi, model)) };
  }

  /** The pods of one namespace at one ratio. */
  in(ground: KnownGround): PodsOfGround {
    const { configuration, harvester } = ground.cluster;
    const place = this.#numberOf(surroundingsText(ground));
    const ratio = configuration.additionalGuestMemoryOverheadRatio ?? '';
    return {
      target: ({ vmi, model, shape }, release) => {
        return kept(this.#targets, `${place} ${shape} ${release.version} ${ratio}`, () => {
          return withoutUnspecified(ground, ground.targetPods(vmi, release, model));
        });
      },
      needs: ({ vmi, shape }) => {
        if (harvester === undefined) return undefined;
        return kept(this.#needs, `${shape} ${harvester.ratio ?? ''}`, () => ({
          memory: harvesterMemoryNeed(vmi, harvester),
          start: startNeedOf(vmi.metadata, vmi.spec.domain.resources.limits, harvester),
        }));
      },
    };
  }

  /** Stands for a long text in the keys of what is kept. */
  #numberOf(text: string): number {
    const known = this.#texts.get(text) ?? this.#texts.size;
    this.#texts.set(text, known);
    return known;
  }
}

export interface PodsOfGround {
  target(vm: Shaped, release: KubeVirtRelease): TargetPod | RefusedPod;
  needs(vm: Shaped): HarvesterNeeds | undefined;
}

function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (map.size >= MOST_KEPT) map.clear();
  const made = make();
  map.set(key, made);
  return made;
}

/** A pod that leaves out what a quota demands is refused, however large the quota is. */
function withoutUnspecified({ namespace }: KnownGround, target: TargetPod | RefusedPod): TargetPod | RefusedPod {
  if (target.kind === 'refused') return target;
  const { spec } = target.launcher;
  const demands = namespace.quotas.some(
    ({ quota }) => quotaMatches(quota, spec) && missingSpecifications(quota, spec).length > 0,
  );
  return demands
    ? { kind: 'refused', by: 'the API server', reason: 'a quota demands what the pod leaves out' }
    : target;
}
