import { type ClusterFacts, launcherReleases } from '../forecast/cluster-facts.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import { RELEASES } from '../kubevirt/release-table.ts';
import { launcherOverhead } from '../kubevirt/reported-overhead.ts';
import { isPresent } from '../kubevirt/vmi-facts.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { Quantity } from '../quantity/quantity.ts';

export interface Explanation {
  readonly isExplained: boolean;
  /** By the release and ratio of now. */
  readonly expectedBytes: bigint | undefined;
}

interface Running {
  readonly vmi: VirtualMachineInstance;
  readonly overhead: Quantity;
}

export type Explainer = (running: Running) => Explanation;

/** What a pod may have been made by. */
interface Making {
  readonly release: KubeVirtRelease;
  readonly ratio: string | undefined;
}

/** Explains overheads of one cluster: by what runs now, by what has explained others, by anything known. */
export function explainerOf(cluster: ClusterFacts): Explainer {
  const ratios = [cluster.configuration.additionalGuestMemoryOverheadRatio, cluster.harvester?.ratio, undefined];
  const likely: Making[] = [];
  return ({ vmi, overhead }) => {
    const reading = launcherReleases(cluster, vmi);
    const now = reading.kind === 'known' ? reading.releases : [];
    const [ratio] = ratios;
    const explains = (making: Making): boolean => overheadBy(cluster, vmi, making).equals(overhead);
    const current = now.map((release): Making => ({ release, ratio: ratio ?? undefined }));
    const [first] = current;
    const expectedBytes = first === undefined ? undefined : overheadBy(cluster, vmi, first).value();
    if (current.some(explains) || likely.some(explains)) return { isExplained: true, expectedBytes };
    const found = makings(cluster, { vmi, overhead }, [...ratios, NO_OVERHEAD]).find(explains);
    if (found !== undefined) likely.push(found);
    return { isExplained: found !== undefined || isOpenToDoubt(vmi), expectedBytes };
  };
}

/** Harvester's word for no ratio; whoever writes it into the KubeVirt CR itself takes the overhead away. */
const NO_OVERHEAD = '0';

function overheadBy(cluster: ClusterFacts, vmi: VirtualMachineInstance, { release, ratio }: Making): Quantity {
  const configuration = { ...cluster.configuration, additionalGuestMemoryOverheadRatio: ratio };
  return launcherOverhead({ vmi, configuration, release, clusterArchitecture: cluster.architecture }).total;
}

function makings(cluster: ClusterFacts, running: Running, ratios: readonly (string | null | undefined)[]): Making[] {
  return RELEASES.toReversed().flatMap((release) => {
    const guesses = guessedRatios(cluster, running, release);
    return [...ratios, ...guesses].map((ratio): Making => ({ release, ratio: ratio ?? undefined }));
  });
}

/** Before KubeVirt 1.5.3 this much of a guaranteed VM's overhead was not multiplied. */
const LATE_EXTRA_BYTES = 104_857_600;
const LEAST_RATIO = 1;
const GREATEST_RATIO = 10;

/**
 * The overhead is all but linear in the ratio, so the ratio that was set is near the quotient; people set two decimals
 * at most. Each guess is reckoned exactly afterwards.
 */
function guessedRatios(cluster: ClusterFacts, { vmi, overhead }: Running, release: KubeVirtRelease): string[] {
  const plain = Number(overheadBy(cluster, vmi, { release, ratio: undefined }).value());
  const share = Number(overhead.value()) - plain;
  const guesses = [plain, plain - LATE_EXTRA_BYTES].flatMap((multiplied) => {
    const hundredths = Math.floor((1 + share / multiplied) * 100);
    return [hundredths - 1, hundredths, hundredths + 1].map((each) => each / 100);
  });
  return guesses.filter((ratio) => ratio >= LEAST_RATIO && ratio <= GREATEST_RATIO).map((ratio) => `${ratio}`);
}

/** What bindings add comes from a configuration that may have changed, and an interface may have been plugged in since. */
function isOpenToDoubt({ spec }: VirtualMachineInstance): boolean {
  return (spec.domain.devices.interfaces ?? []).some(({ binding, passt, passtBinding, sriov }) => {
    return [binding, passt, passtBinding, sriov].some((member) => isPresent(member));
  });
}
