import { parseGoFloat } from '../kubevirt/go-number.ts';
import { isFinalVmi } from '../kubevirt/migration-state.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import type { ForecastObjects } from './apply-remedy.ts';
import { type Assessment, assessSet } from './assessment.ts';
import { type ClusterFacts, clusterFacts, type Known, launcherReleases } from './cluster-facts.ts';
import type { NamespaceObjects } from './cluster-objects.ts';
import { type Likeness, likenessesAlone } from './likeness.ts';
import { type NamespaceFacts, namespaceFacts, type QuotaFacts, workloadIndex } from './namespace-facts.ts';
import { type PodSurroundings, type TargetPods, targetPodsIn } from './target-pod.ts';
import { type Unknown, type UnknownReason, unknownBecause } from './unknown-reasons.ts';
import { isBetter } from './verdict-of.ts';
import { MOST_COMPARED } from './vm-kinds.ts';

/** What is asked of one VMI, with what had to be assumed; or why nothing can be said. */
export type Finding =
  | { readonly kind: 'assessed'; readonly assessment: Assessment; readonly notes: readonly string[] }
  | (Unknown & { readonly notes: readonly string[] });

/** How many of the asked migrations run at a time, here and in other namespaces together. */
export interface Turns {
  readonly mostRunning: number;
}

/** The facts of one namespace in its cluster, read once and used for any number of forecasts. */
export type Ground = Known<{
  readonly cluster: ClusterFacts;
  readonly namespace: NamespaceFacts;
  readonly targetPods: TargetPods;
}>;
export type KnownGround = Extract<Ground, { kind: 'known' }>;

/** Reads the facts; of `before`, the ground of the same namespace, it keeps what the objects of a what-if left alone. */
export function groundOf(objects: ForecastObjects, before?: Grounded): Ground {
  const known = before?.ground.kind === 'known' ? before.ground : undefined;
  const kept = known !== undefined && before?.objects.cluster === objects.cluster ? known : undefined;
  const cluster: FoundCluster =
    kept === undefined ? clusterFacts(objects.cluster) : { kind: 'known', facts: kept.cluster };
  if (cluster.kind === 'unknown') return cluster;
  const index =
    known !== undefined && sameWorkload(objects.namespace, before?.objects.namespace)
      ? known.namespace
      : workloadIndex(objects.namespace);
  const namespace = namespaceFacts(cluster.facts, objects.namespace, index);
  if (namespace.kind === 'unknown') return namespace;
  const targetPods =
    kept !== undefined && sameLimits(kept.namespace, namespace.facts)
      ? kept.targetPods
      : targetPodsIn(surroundings(cluster.facts, namespace.facts));
  return { kind: 'known', cluster: cluster.facts, namespace: namespace.facts, targetPods };
}

function sameWorkload(one: NamespaceObjects, other: NamespaceObjects | undefined): boolean {
  const kinds = ['pods', 'virtualMachineInstances', 'migrations'] as const;
  return kinds.every((kind) => one[kind] === other?.[kind]);
}

type FoundCluster = ReturnType<typeof clusterFacts>;

interface Grounded {
  readonly objects: ForecastObjects;
  readonly ground: Ground;
}

function surroundings(cluster: ClusterFacts, namespace: NamespaceFacts): PodSurroundings {
  return {
    cluster,
    namespaceLabels: namespace.namespace.metadata.labels,
    limitRanges: namespace.limitRanges,
    quotaHards: namespace.quotas.map((quota) => quota.specHard),
  };
}

/** Of quotas only the keys matter to a pod: KubeVirt adds limits where a quota demands them, whatever the figure. */
function sameLimits(one: NamespaceFacts, other: NamespaceFacts): boolean {
  if (one.limitRanges !== other.limitRanges) return false;
  const keys = ({ quotas }: NamespaceFacts): string =>
    quotas.map(({ specHard }) => [...specHard.keys()].join()).join(';');
  return keys(one) === keys(other);
}

/**
 * What becomes of the migrations of `names`, asked for together; the result is parallel to `names`.
 *
 * Where the facts leave more than one possibility (KubeVirt is being upgraded; several default quotas), each is
 * reckoned, and an answer is given only where all of them agree. With `turns` they queue instead of starting at once.
 */
export function findingsOfSet(ground: Ground, names: readonly string[], turns?: Turns): readonly Finding[] {
  if (ground.kind === 'unknown') return names.map(() => ({ ...ground, notes: [] }));
  const obstacle = underWayObstacle(ground);
  if (obstacle !== undefined) return names.map(() => ({ ...obstacle, notes: [] }));
  const checked = names.map((name) => checkedVmi(ground, name));
  const usable = names.filter((_, index) => checked[index]?.kind === 'known');
  const possibilities = possibilitiesOf(ground, usable, turns);
  const found = new Map(
    usable.map((name, index) => [
      name,
      agreed(possibilities.map((one) => ({ ...one, found: one.found[index] as Assessment }))),
    ]),
  );
  return names.map((name, index) => {
    const check = checked[index] as Checked;
    if (check.kind === 'unknown') return { ...check, notes: [] };
    const notes = [...ground.cluster.notes, ...check.notes];
    return { ...(found.get(name) as Agreement), notes };
  });
}

/** The same of each asked for by itself. VMs that are alike have one finding. */
export function* findingsEach(ground: Ground, names: readonly string[]): Generator<Finding> {
  const alike = ground.kind === 'known' ? likenessesAlone(ground.namespace, names) : [];
  const found = new Map<Likeness, Finding>();
  for (const [index, name] of names.entries()) {
    const likeness = alike[index];
    const known = likeness === undefined ? undefined : found.get(likeness);
    const finding = known ?? (findingsOfSet(ground, [name])[0] as Finding);
    if (likeness !== undefined) found.set(likeness, finding);
    // What is alike comes soon, or not at all: nothing is kept for each VM of a namespace.
    if (found.size > MOST_COMPARED) found.delete(found.keys().next().value);
    yield finding;
  }
}

/** A migration under way moves pods and scale-ups in and out; one that is not understood leaves nothing certain. */
export function underWayObstacle({ cluster, namespace }: KnownGround): Unknown | undefined {
  for (const { metadata, spec } of namespace.underWay) {
    const problem = namespace.vmiProblems.get(spec.vmiName);
    const vmi = namespace.vmis.get(spec.vmiName);
    const reading = vmi === undefined ? undefined : launcherReleases(cluster, vmi);
    const why = problem === undefined ? reading : unknownBecause('object-not-understood', problem);
    if (why?.kind !== 'unknown') continue;
    return unknownBecause(why.unknown, `migration ${metadata.name} of ${spec.vmiName} is under way: ${why.reason}`);
  }
  return undefined;
}

type Checked = Known<{ readonly releases: readonly KubeVirtRelease[]; readonly notes: readonly string[] }>;

/** What may render the pod of a running VMI; or why nothing can be said of it. */
export function checkedVmi({ cluster, namespace }: KnownGround, name: string): Checked {
  const problem = namespace.vmiProblems.get(name);
  const vmiName = `VirtualMachineInstance ${name}`;
  if (problem !== undefined) return unknownBecause('object-not-understood', `${vmiName}: ${problem}`);
  const vmi = namespace.vmis.get(name);
  if (vmi === undefined) return unknownBecause('vm-not-found', `${vmiName} was not found`);
  if (isFinalVmi(vmi)) return unknownBecause('vm-ended', `${vmiName} has ended (phase ${vmi.status?.phase})`);
  return boundlessRatio(cluster) ?? launcherReleases(cluster, vmi);
}

const LARGEST_RATIO = 1_000_000;

/** What Go parses and yet no pod can be made of: KubeVirt then writes negative or overflown amounts. */
export function boundlessRatio({ configuration }: ClusterFacts): Unknown | undefined {
  const text = configuration.additionalGuestMemoryOverheadRatio ?? '';
  const ratio = parseGoFloat(text);
  if (ratio === undefined || (ratio >= 0 && ratio <= LARGEST_RATIO)) return undefined;
  const got = `additionalGuestMemoryOverheadRatio of the KubeVirt CR is ${JSON.stringify(text)}`;
  return unknownBecause('ratio-impossible', `${got}: no pod can be made of that`);
}

export interface Possibility<T> {
  /** How this possibility differs, for the sentence that says why nothing is certain. */
  readonly assumption: string;
  /** What nobody can tell where this one and the first have different verdicts. */
  readonly open: UnknownReason;
  readonly found: T;
}

function possibilitiesOf(
  { cluster, namespace, targetPods }: KnownGround,
  names: readonly string[],
  turns: Turns | undefined,
): readonly Possibility<readonly Assessment[]>[] {
  const queue = turns === undefined ? {} : { queue: { ...turns, vmis: new Set(names) } };
  const versions = Math.max(1, cluster.kubeVirtVersions.length);
  return scaledChoices(namespace).flatMap((scaled, choice) =>
    Array.from({ length: versions }, (_, version) => {
      const release = (name: string): KubeVirtRelease => {
        const releases = releasesOf(cluster, namespace.vmis.get(name));
        return releases[Math.min(version, releases.length - 1)] as KubeVirtRelease;
      };
      const quotas = scaled.map(({ quota }) => quota.metadata.name).join(' and ') || 'no quota';
      const assumption = `Harvester scales ${quotas} and KubeVirt ${cluster.kubeVirtVersions[version] ?? ''} renders the pod`;
      const open = choice === 0 ? 'kubevirt-upgrade' : 'several-default-quotas';
      return {
        assumption,
        open,
        found: assessSet({ cluster, namespace, targetPods, scaled, ...queue }, names, release),
      };
    }),
  );
}

function releasesOf(cluster: ClusterFacts, vmi: Parameters<typeof launcherReleases>[1]): readonly KubeVirtRelease[] {
  const reading = launcherReleases(cluster, vmi);
  return reading.kind === 'known' ? reading.releases : [];
}

/**
 * Of several default quotas Harvester takes, each time that it looks, the first that its cache lists; no object tells
 * which, and in time it can have been each of them.
 */
export function scaledChoices({ quotas }: NamespaceFacts): readonly (readonly QuotaFacts[])[] {
  const labelled = quotas.filter((quota) => quota.isDefault);
  return labelled.length < 2 ? [labelled] : [...labelled.map((quota) => [quota]), labelled];
}

export type Agreement = { readonly kind: 'assessed'; readonly assessment: Assessment } | Unknown;

export function agreed(possibilities: readonly Possibility<Assessment>[]): Agreement {
  const [first, ...others] = possibilities as [Possibility<Assessment>, ...Possibility<Assessment>[]];
  const differing = others.find(({ found }) => found.verdict !== first.found.verdict);
  if (differing === undefined)
    return { kind: 'assessed', assessment: luckiest(possibilities.map(({ found }) => found)) };
  const [better, worse] = isBetter(first.found.verdict, differing.found.verdict)
    ? [first, differing]
    : [differing, first];
  const reason = `it depends on what no object tells: ${better.found.verdict} if ${better.assumption}, ${worse.found.verdict} if ${worse.assumption}`;
  return unknownBecause(differing.open, reason);
}

/** Of assessments with one verdict, the one that a lucky order gives most. */
function luckiest(found: readonly Assessment[]): Assessment {
  return found.reduce((best, one) => (isBetter(one.atBest ?? one.verdict, best.atBest ?? best.verdict) ? one : best));
}
