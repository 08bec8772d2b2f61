import { type HarvesterRelease, harvesterRelease } from '../harvester/release.ts';
import { scaleUpRatio } from '../harvester/settings.ts';
import { configurationFault } from '../kubevirt/configuration-fault.ts';
import { type KubeVirtRelease, kubeVirtRelease } from '../kubevirt/release.ts';
import type { KubeVirt, KubeVirtConfiguration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { ClusterObjects, ObjectsOfKind } from './cluster-objects.ts';
import { type Unknown, unknownBecause } from './unknown-reasons.ts';

/** A fact that is known, or what is missing. */
export type Known<T> = ({ readonly kind: 'known' } & T) | Unknown;

/** How Harvester reckons scale-ups here; absent on a plain KubeVirt cluster, where nothing scales. */
export interface HarvesterFacts {
  readonly release: HarvesterRelease;
  /** What Harvester hands to its overhead formula; not the ratio that KubeVirt uses. */
  readonly ratio: string | undefined;
  readonly architecture: string;
}

/** What holds for every namespace of the cluster. */
export interface ClusterFacts {
  /** Where KubeVirt is installed, and so whose service accounts are its own. */
  readonly kubeVirtNamespace: string | undefined;
  readonly configuration: KubeVirtConfiguration;
  /** Versions that may render the next pod: two while an upgrade of KubeVirt runs, none where only the VMI tells. */
  readonly kubeVirtVersions: readonly string[];
  readonly architecture: string;
  readonly harvester: HarvesterFacts | undefined;
  readonly notes: readonly string[];
}

const DEFAULT_ARCHITECTURE = 'amd64';

/** Reads the cluster-wide facts; the reason names what is missing and is said to the user as it is. */
export function clusterFacts(objects: ClusterObjects): Known<{ readonly facts: ClusterFacts }> {
  const obstacle = obstacleIn([objects.kubeVirts, objects.settings, objects.nodes]);
  if (obstacle !== undefined) return obstacle;
  const kubeVirt = theKubeVirt(objects.kubeVirts.items);
  if (kubeVirt.kind === 'unknown') return kubeVirt;
  const harvester = harvesterFacts(objects);
  if (harvester.kind === 'unknown') return harvester;
  const { spec, status } = kubeVirt.object;
  const fault = configurationFault(spec?.configuration ?? {});
  if (fault !== undefined) return unknownBecause('kubevirt-configuration-refused', refusedConfiguration(fault));
  const versions = [status?.observedKubeVirtVersion, status?.targetKubeVirtVersion].filter((version) =>
    isText(version),
  );
  return {
    kind: 'known',
    facts: {
      kubeVirtNamespace: kubeVirt.object.metadata.namespace ?? undefined,
      configuration: spec?.configuration ?? {},
      kubeVirtVersions: [...new Set(versions)],
      architecture: status?.defaultArchitecture || DEFAULT_ARCHITECTURE,
      harvester: harvester.facts,
      notes: harvester.notes,
    },
  };
}

/** What stops a kind from being used: it could not be read, or an object of it is not understood. */
export function obstacles(kind: ObjectsOfKind<unknown>): string[] {
  if (kind.unreadable !== undefined) return [kind.unreadable];
  return kind.problems.map(({ kind: name, namespace, name: object, message }) => {
    return `${name} ${namespace === undefined ? '' : `${namespace}/`}${object}: ${message}`;
  });
}

export function obstacleIn(kinds: readonly ObjectsOfKind<unknown>[]): Unknown | undefined {
  for (const kind of kinds) {
    const [reason] = obstacles(kind);
    if (reason === undefined) continue;
    return unknownBecause(kind.unreadable === undefined ? 'object-not-understood' : 'cluster-unreadable', reason);
  }
  return undefined;
}

function refusedConfiguration(fault: string): string {
  return `KubeVirt refuses its configuration and goes on with the last valid one, which no object tells: spec.configuration.${fault}`;
}

function theKubeVirt(found: readonly KubeVirt[]): Known<{ readonly object: KubeVirt }> {
  const deployed = found.filter((one) => one.status?.phase === 'Deployed');
  const [object, ...others] = found.length === 1 ? found : deployed;
  if (object !== undefined && others.length === 0) return { kind: 'known', object };
  if (found.length === 0) return unknownBecause('no-kubevirt', 'there is no KubeVirt object in the cluster');
  const reason = `there are ${found.length} KubeVirt objects and ${deployed.length} of them are in phase Deployed; expected one`;
  return unknownBecause('several-kubevirts', reason);
}

function harvesterFacts(
  objects: ClusterObjects,
): Known<{ readonly facts: HarvesterFacts | undefined; readonly notes: readonly string[] }> {
  const settings = objects.settings.items;
  const reading = harvesterRelease(settings);
  if (reading.kind === 'unknown') return unknownBecause('harvester-version-not-known', reading.reason);
  if (reading.kind === 'absent') return { kind: 'known', facts: undefined, notes: [] };
  const { release, note } = reading;
  const facts = {
    release,
    ratio: scaleUpRatio(release, settings),
    architecture: harvesterArchitecture(objects),
  };
  return { kind: 'known', facts, notes: note === undefined ? [] : [note] };
}

/** Harvester reckons with the architecture that its own binary was built for, which no object tells. */
function harvesterArchitecture(objects: ClusterObjects): string {
  const told = new Set(objects.nodes.items.map((node) => node.status?.nodeInfo?.architecture ?? DEFAULT_ARCHITECTURE));
  const [only] = told;
  return told.size === 1 && only !== undefined ? only : DEFAULT_ARCHITECTURE;
}

/** The releases that may render this VMI's next pod, with what was assumed in reading them. */
export function launcherReleases(
  facts: ClusterFacts,
  vmi: VirtualMachineInstance | undefined,
): Known<{ readonly releases: readonly KubeVirtRelease[]; readonly notes: readonly string[] }> {
  const told = facts.kubeVirtVersions.length > 0 ? facts.kubeVirtVersions : imageVersions(vmi);
  if (told.length === 0) {
    const reason = 'no object says which KubeVirt version runs: the KubeVirt status has none';
    return unknownBecause('kubevirt-version-missing', reason);
  }
  const releases: KubeVirtRelease[] = [];
  const notes: string[] = [];
  for (const version of told) {
    const reading = kubeVirtRelease(version);
    if (reading.kind === 'unknown') return unknownBecause('kubevirt-version-not-known', reading.reason);
    releases.push(reading.release);
    if (reading.note !== undefined) notes.push(reading.note);
  }
  return { kind: 'known', releases, notes };
}

function imageVersions(vmi: VirtualMachineInstance | undefined): string[] {
  const image = vmi?.status?.launcherContainerImageVersion ?? '';
  const tag = image.slice(image.lastIndexOf(':') + 1).split('@')[0];
  return image.includes(':') && isText(tag) ? [tag] : [];
}

function isText(text: string | null | undefined): text is string {
  return text !== null && text !== undefined && text !== '';
}
