import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { LauncherVersion } from './launcher-version.ts';
import { NO_RATIO, type OverheadChange } from './overhead-change.ts';
import { type OverheadBasis, overheadAtRatio, ratioOfOverhead } from './overhead-ratio.ts';
import { isMemoryPending, type ObservedMemory, type PastSpec, pastSpecs, toldOverhead } from './past-specs.ts';
import { RELEASES } from './release-table.ts';
import type { RenderRequest } from './render-request.ts';

export interface RunningPodFacts {
  readonly vmi: VirtualMachineInstance;
  /** What its next pod is rendered from, and the version of it as the cluster writes it. */
  readonly next: RenderRequest;
  readonly nextVersion: string;
  readonly observed: ObservedMemory;
  /** The version that made the running pod; undefined where nothing tells. */
  readonly madeBy: LauncherVersion | undefined;
  /** Ratios that something says the pod was made at. Not believed: tried. */
  readonly likelyRatios: readonly string[];
}

/** The overhead that a VM runs with. */
export interface PastOverhead {
  /** Undefined where the pod's limit has another than its request. */
  readonly bytes: bigint | undefined;
  /** What gives exactly these bytes; undefined where nothing that was tried does. */
  readonly circumstances?: Circumstances;
  /** Why the next pod's will differ; empty where it will not. */
  readonly changes: readonly OverheadChange[];
}

export interface Circumstances {
  /** Empty for none, and for 1, which is the same. */
  readonly ratio: string;
  readonly version: string;
}

interface Found extends Circumstances {
  readonly spec: PastSpec;
  readonly basis: OverheadBasis;
}

/**
 * What a running pod's overhead is, and under which circumstances the formula gives exactly that. Fewest changes are
 * tried first: the VMI as it was before a hotplug, then another ratio, then other releases than the one that is said to
 * have made the pod, newest first. Undefined where the pod does not tell, or a pending hotplug leaves it open how much of
 * the pod is overhead.
 */
export function pastOverhead(facts: RunningPodFacts): PastOverhead | undefined {
  const { vmi, next, observed } = facts;
  const nextBytes = overheadAtRatio(next, presentRatio(next));
  const found = findCircumstances(facts);
  if (found !== undefined) {
    const bytes = found.spec.overheadBytes;
    const circumstances = { ratio: found.ratio, version: found.version };
    return { bytes, circumstances, changes: bytes === nextBytes ? [] : changesSince(found, facts) };
  }
  if (isMemoryPending(vmi) && observed.reportedBytes === undefined) return undefined;
  const told = toldOverhead({ ...next, release: facts.madeBy?.release ?? next.release }, observed);
  if (told === undefined) return undefined;
  return { ...told, changes: told.bytes === nextBytes ? [] : [{ cause: 'unexplained' }] };
}

function presentRatio({ configuration }: RenderRequest): string {
  return configuration.additionalGuestMemoryOverheadRatio ?? '';
}

function findCircumstances(facts: RunningPodFacts): Found | undefined {
  const { next, nextVersion, madeBy } = facts;
  const told = [...(madeBy === undefined ? [] : [madeBy]), { version: nextVersion, release: next.release }];
  const others = RELEASES.toReversed().map((release): LauncherVersion => ({ version: release.version, release }));
  for (const version of [...told, ...others]) {
    const found = findAtRelease(facts, version);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findAtRelease(
  { vmi, next, observed, likelyRatios }: RunningPodFacts,
  { version, release }: LauncherVersion,
): Found | undefined {
  const request = { ...next, release };
  const specs = [...pastSpecs(vmi, request, observed)];
  const ratio = presentRatio(next);
  const withSpec = (spec: PastSpec): OverheadBasis => ({ ...request, vmi: spec.vmi });
  for (const spec of specs) {
    const basis = withSpec(spec);
    if (overheadAtRatio(basis, ratio) === spec.overheadBytes) return { spec, basis, version, ratio };
  }
  for (const spec of specs) {
    const basis = withSpec(spec);
    const other = ratioOfOverhead(basis, spec.overheadBytes, likelyRatios);
    if (other !== undefined) return { spec, basis, version, ratio: other };
  }
  return undefined;
}

function changesSince(
  { spec, basis, version, ratio }: Found,
  { next, nextVersion }: RunningPodFacts,
): OverheadChange[] {
  const present = presentRatio(next);
  const changes: OverheadChange[] = [];
  if (ratio !== present) changes.push({ cause: 'ratio', from: ratio || NO_RATIO, to: present || NO_RATIO });
  if (overheadAtRatio({ ...basis, release: next.release }, ratio) !== spec.overheadBytes) {
    changes.push({ cause: 'version', from: version, to: nextVersion });
  }
  return [...changes, ...spec.changes];
}
