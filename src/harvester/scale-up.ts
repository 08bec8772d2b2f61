import { type MemoryOverhead, memoryOverhead } from '../kubevirt/memory-overhead.ts';
import { type VendoredRelease, vendoredRelease } from '../kubevirt/release.ts';
import type { ResourceQuota } from '../objects/kubernetes.ts';
import { noResources, type ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { Quantity } from '../quantity/quantity.ts';
import { hasNoLimits } from './managed-quota.ts';
import { LIMITS_CPU, LIMITS_MEMORY } from './names.ts';
import { skipsScaling } from './quota-annotations.ts';
import { HARVESTER_RELEASES, type HarvesterRelease } from './release-table.ts';

/** What Harvester's own formula needs to know. */
export interface ScaleUpFormula {
  readonly release: HarvesterRelease;
  /** As scaleUpRatio gives it. */
  readonly ratio: string | undefined;
  /** Of the node that Harvester's controller runs on, not of the VM. */
  readonly architecture: string;
}

type Vmi = Pick<VirtualMachineInstance, 'metadata' | 'spec'>;

interface ScaleUpFacts extends ScaleUpFormula {
  readonly vmi: Vmi;
  /** The default quota. */
  readonly quota: ResourceQuota;
}

const VENDORED = new Map(
  HARVESTER_RELEASES.map(({ vendoredKubeVirt: version }) => [version, vendoredRelease(version)]),
);

/** Kubernetes refuses an annotation key of more than 63 characters after the slash; `migrating-` takes ten of them. */
const LONGEST_NAME_IN_KEY = 53;

/**
 * What one migration adds to the default quota while it is under way: the VM's limits, and the overhead on memory.
 * Sidecars of the launcher pod, extra CPUs and requests are not in it. Empty where Harvester adds nothing
 * (harvester pkg/util/resourcequota/calculator.go CalculateScaleResourceQuotaWithVMI).
 */
export function scaleUpDelta(facts: ScaleUpFacts): ResourceList {
  const { vmi, quota } = facts;
  const hard = quota.spec?.hard ?? noResources;
  if (recordsNothing(facts) || hasNoLimits(hard)) return noResources;
  const { limits } = vmi.spec.domain.resources;
  const delta = new Map<string, Quantity>();
  const cpu = limits.get('cpu') ?? Quantity.zero;
  if (!cpu.isZero() && hard.has(LIMITS_CPU)) delta.set(LIMITS_CPU, cpu);
  const memory = limits.get('memory') ?? Quantity.zero;
  if (!memory.isZero() && hard.has(LIMITS_MEMORY)) delta.set(LIMITS_MEMORY, harvesterMemoryNeed(vmi, facts));
  return delta;
}

/** A VM's memory limit and its overhead by Harvester's formula: less than the real pod's by the pod's sidecars. */
export function harvesterMemoryNeed(vmi: Vmi, formula: ScaleUpFormula): Quantity {
  const limit = vmi.spec.domain.resources.limits.get('memory') ?? Quantity.zero;
  return limit.add(harvesterOverhead(vmi, formula).total);
}

/** The overhead by Harvester's formula: that of the KubeVirt that it was built with, at the ratio of its own Setting. */
export function harvesterOverhead(vmi: Vmi, { release, ratio, architecture }: ScaleUpFormula): MemoryOverhead {
  return memoryOverhead(vmi, { release: vendoredFormula(release), architecture, ratio });
}

function vendoredFormula({ version, vendoredKubeVirt }: HarvesterRelease): VendoredRelease {
  const found = VENDORED.get(vendoredKubeVirt);
  if (found?.kind !== 'known') {
    throw new Error(`Harvester ${version} names a KubeVirt without rules: ${vendoredKubeVirt}`);
  }
  return found.release;
}

function recordsNothing({ release, vmi, quota }: ScaleUpFacts): boolean {
  if (release.scaling === 'none') return true;
  if (release.storesDeltaUnder === 'vm-name') return vmi.metadata.name.length > LONGEST_NAME_IN_KEY;
  return release.skipAnnotationHonoured === 'by-both-controllers' && skipsScaling(quota);
}
