import { launcherReleases } from '../forecast/cluster-facts.ts';
import type { Prepared } from '../forecast/forecast-migrations.ts';
import { harvesterOverhead } from '../harvester/scale-up.ts';
import type { MemoryOverhead } from '../kubevirt/memory-overhead.ts';
import { launcherOverhead } from '../kubevirt/reported-overhead.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { OverheadLine } from './trace-line.ts';

/** A VM's overhead by each release that reckons it: of KubeVirt for its next pod, of Harvester for the scale-up. */
export function* overheadLines({ ground }: Prepared, vmi: VirtualMachineInstance): Generator<OverheadLine> {
  if (ground.kind === 'unknown') return;
  const { configuration, architecture: clusterArchitecture, kubeVirtVersions, harvester } = ground.cluster;
  const reading = launcherReleases(ground.cluster, vmi);
  const releases = reading.kind === 'known' ? reading.releases : [];
  for (const [index, release] of releases.entries()) {
    const { overhead, network, total } = launcherOverhead({ vmi, configuration, release, clusterArchitecture });
    yield overheadLine(overhead, {
      by: `KubeVirt ${kubeVirtVersions[index] ?? release.version}`,
      ratio: configuration.additionalGuestMemoryOverheadRatio,
      networkBytes: network.value(),
      totalBytes: total.value(),
    });
  }
  if (harvester === undefined || harvester.release.scaling === 'none') return;
  const { release, ratio } = harvester;
  const overhead = harvesterOverhead(vmi, harvester);
  const { totalBytes } = overhead;
  yield overheadLine(overhead, { by: `Harvester ${release.version}`, ratio, networkBytes: 0n, totalBytes });
}

interface Reckoned {
  readonly by: string;
  readonly ratio: string | null | undefined;
  readonly networkBytes: bigint;
  readonly totalBytes: bigint;
}

function overheadLine(
  { terms, baseBytes, ratioShareBytes }: MemoryOverhead,
  { by, ratio, networkBytes, totalBytes }: Reckoned,
): OverheadLine {
  return {
    trace: 'overhead',
    by,
    ...(ratio && { ratio }),
    terms: terms.map(({ name, bytes, source }) => ({ name, bytes: `${bytes}`, source })),
    baseBytes: `${baseBytes}`,
    ratioShareBytes: `${ratioShareBytes}`,
    networkBytes: `${networkBytes}`,
    totalBytes: `${totalBytes}`,
  };
}
