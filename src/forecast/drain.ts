import { hasNoEvictionStrategy, whyNotEvacuated } from '../kubevirt/eviction.ts';
import { type MigrationLimits, migrationLimits } from '../kubevirt/migration-limits.ts';
import { isFinal } from '../kubevirt/migration-state.ts';
import { applyRemedy, type Unworded } from './apply-remedy.ts';
import { clusterFacts } from './cluster-facts.ts';
import type { NamespaceObjects } from './cluster-objects.ts';
import type { Forecast } from './forecast.ts';
import { type Prepared, prepare, ratioOf, wordedForecast } from './forecast-migrations.ts';
import { type Finding, findingsOfSet, type Turns } from './forecast-set.ts';
import { largestLowerRatio, type Reforecast, remediesBesideAmounts } from './remedies.ts';
import type { Shortfall } from './shortfalls.ts';
import { type QuotaRaise, smallestRaise } from './smallest-raise.ts';
import { unknownBecause } from './unknown-reasons.ts';
import { vmisOnNode } from './vm-names.ts';

/** A VM by its whole name. */
export interface VmName {
  readonly namespace: string;
  readonly vmi: string;
}

/** What a drain has to move out of one namespace. */
export interface DrainedNamespace {
  readonly prepared: Prepared;
  readonly names: readonly string[];
}

/** What becomes of the VMs of one node. */
export interface Drain {
  readonly node: string;
  readonly limits: MigrationLimits;
  /** How many KubeVirt lets run at a time, where that is fewer than there are to move. */
  readonly turns: Turns | undefined;
  readonly moved: readonly DrainedNamespace[];
  readonly staying: readonly (VmName & { readonly reason: string })[];
  /** Of those to move, the ones that KubeVirt does not migrate by itself: somebody has to, or the drain stops them. */
  readonly byHand: readonly VmName[];
}

/** Whom KubeVirt would migrate off a node, out of every namespace at once, and how many at a time. */
export function drainOf(node: string, namespaces: readonly Prepared[]): Drain {
  const configuration = configurationOf(namespaces);
  const staying: (VmName & { reason: string })[] = [];
  const byHand: VmName[] = [];
  const moved = namespaces.flatMap((prepared): DrainedNamespace[] => {
    const { namespace } = prepared.objects;
    // Of a VMI that is not understood nobody knows the node: it may be this one.
    const names = namespace.virtualMachineInstances.problems.flatMap(({ name }) => (name === '' ? [] : [name]));
    for (const vmi of vmisOnNode(namespace, node)) {
      const name = { namespace: namespace.name, vmi: vmi.metadata.name };
      const reason = whyNotEvacuated(vmi, configuration);
      if (reason === undefined) names.push(vmi.metadata.name);
      else staying.push({ ...name, reason });
      if (reason === undefined && hasNoEvictionStrategy(vmi, configuration)) byHand.push(name);
    }
    return names.length === 0 ? [] : [{ prepared, names: names.sort() }];
  });
  const limits = migrationLimits(configuration);
  const turns = byHand.length > 0 ? { mostRunning: placesOf(limits) } : turnsOf(limits, moved, namespaces);
  return { node, limits, turns, moved, staying, byHand };
}

/** It is of the cluster: a namespace of which something is unknown tells it as well as any other. */
function configurationOf([first]: readonly Prepared[]): Parameters<typeof migrationLimits>[0] {
  const found = first === undefined ? undefined : clusterFacts(first.objects.cluster);
  return found?.kind === 'known' ? found.facts.configuration : {};
}

/** How many of one node's VMs run at a time, at most. */
export function placesOf({ perCluster, perNode }: MigrationLimits): number {
  return Math.min(perCluster, perNode);
}

/** Nobody queues where there are places for all who start at once, those that migrate elsewhere in the cluster included. */
function turnsOf(
  limits: MigrationLimits,
  moved: readonly DrainedNamespace[],
  namespaces: readonly Prepared[],
): Turns | undefined {
  const { perCluster, perNode } = limits;
  const drained = moved.reduce((sum, { names }) => sum + names.length, 0);
  const elsewhere = namespaces.reduce((sum, { objects }) => sum + underWayBeside(objects.namespace, moved), 0);
  const isRoomForAll = drained <= perNode && drained + elsewhere <= perCluster;
  return isRoomForAll ? undefined : { mostRunning: placesOf(limits) };
}

function underWayBeside({ name, migrations }: NamespaceObjects, moved: readonly DrainedNamespace[]): number {
  const drained = moved.find(({ prepared }) => prepared.objects.namespace.name === name)?.names ?? [];
  return migrations.items.filter((one) => !isFinal(one) && !drained.includes(one.spec.vmiName)).length;
}

/** What becomes of one namespace's part of a drain, and what would let it through. */
export interface DrainForecast {
  readonly forecasts: readonly Forecast[];
  readonly need: DrainNeed;
}

export interface DrainNeed {
  /** As `smallestRaise` gives them. */
  readonly raises: readonly QuotaRaise[] | undefined;
  /** VMs that no limit helps: their pod is refused, or lacks what a quota demands. */
  readonly helpless: readonly string[];
}

type Conditions = Pick<Drain, 'turns' | 'limits'>;

/** Forecasts one namespace's part of a drain. A remedy is for the whole part: what is good for one VM strands another. */
export function forecastDrained(drain: Conditions, part: DrainedNamespace): DrainForecast {
  const { prepared, names } = part;
  const findings = findingsOfPart(drain, part, prepared);
  const need = needOf(drain, part, findings);
  const remedies = findings.some(isLeftBehind) ? remediesOf(drain, part, need) : [];
  const forecasts = findings.map((finding, index) => {
    const vmi = names[index] as string;
    const shared = need.helpless.includes(vmi) ? [] : remedies;
    const all = isLeftBehind(finding) ? [...shared, ...ownRemedies(prepared, vmi)] : [];
    return wordedForecast(prepared, finding, { vmi, action: 'migrate' }, all);
  });
  return { forecasts, need };
}

/** The smallest limits with which one namespace's part of a drain goes through, now or in its turn, whatever the order. */
export function needOfDrain(drain: Conditions, part: DrainedNamespace): DrainNeed {
  return needOf(drain, part, findingsOfPart(drain, part, part.prepared));
}

export function findingsOfPart(
  { turns, limits }: Conditions,
  { names }: DrainedNamespace,
  { ground }: Prepared,
): readonly Finding[] {
  if (placesOf(limits) > 0) return findingsOfSet(ground, names, turns);
  const { perCluster, perNode } = limits;
  const reason = `KubeVirt starts no migration: its CR allows ${perCluster} in the cluster and ${perNode} out of a node at a time`;
  return names.map(() => ({ ...unknownBecause('migrations-switched-off', reason), notes: [] }));
}

function needOf(drain: Conditions, part: DrainedNamespace, findings: readonly Finding[]): DrainNeed {
  const { prepared, names } = part;
  const { raises, helpless } = smallestRaise(
    {
      objects: prepared.objects,
      assess: (objects) => findingsOfPart(drain, part, prepare(objects, prepared)),
      isWell: isThrough,
      missing: missingLimits,
    },
    findings,
  );
  const stuck = helpless.filter((index) => isLeftBehind(findings[index] as Finding));
  return { raises, helpless: stuck.map((index) => names[index] as string) };
}

function remediesOf(drain: Conditions, part: DrainedNamespace, { raises, helpless }: DrainNeed): readonly Unworded[] {
  const { objects, ground } = part.prepared;
  const unknown = new Set(part.names.filter((name) => ground.kind === 'known' && !ground.namespace.vmis.has(name)));
  const isLeftOut = (index: number): boolean => {
    const name = part.names[index] as string;
    return unknown.has(name) || helpless.includes(name);
  };
  const helps = (remedy: Unworded): boolean => {
    const after = findingsOfPart(drain, part, prepare(applyRemedy(objects, remedy), part.prepared));
    return after.every((finding, index) => isLeftOut(index) || isThrough(finding));
  };
  const raise = { kind: 'raise-quota' as const, changes: (raises ?? []).map(({ from: _, ...change }) => change) };
  const lower = largestLowerRatio(Number(ratioOf(ground) ?? '1'), [], helps);
  return [...(raise.changes.length > 0 && helps(raise) ? [raise] : []), ...(lower === undefined ? [] : [lower])];
}

/** What would help a VM that no limit helps, as it is for that VM alone. */
function ownRemedies(prepared: Prepared, vmi: string): readonly Unworded[] {
  const alone = ({ ground }: Prepared): Finding => findingsOfSet(ground, [vmi])[0] as Finding;
  const finding = alone(prepared);
  if (finding.kind === 'unknown') return [];
  const { objects, ground } = prepared;
  const { assessment } = finding;
  const reforecast: Reforecast = (changed) => alone(prepare(changed, prepared));
  return remediesBesideAmounts({ objects, assessment, reforecast, ratio: ratioOf(ground) });
}

function isLeftBehind(finding: Finding): boolean {
  return finding.kind === 'assessed' && finding.assessment.verdict === 'exceeds';
}

export function isThrough(finding: Finding): boolean {
  return finding.kind === 'assessed' && ['fits', 'waits'].includes(finding.assessment.verdict);
}

/** A container that states no limit is not helped by a higher one. */
function missingLimits(finding: Finding): readonly Shortfall[] {
  if (finding.kind === 'unknown') return [];
  const { lines, shortfalls } = finding.assessment;
  return lines.some(({ cause }) => cause === 'no-limits') ? [] : shortfalls;
}

/** Who is moved with whom, and who is not moved. */
export interface DrainOrder {
  /** As many at a time as KubeVirt lets run; those that are certain to get through before those that need luck. */
  readonly batches: readonly (readonly VmName[])[];
  readonly stuck: readonly VmName[];
  /** Of whom nobody can say what becomes of them. */
  readonly unknown: readonly VmName[];
}

/**
 * An order that KubeVirt may choose: it takes the VMs of a node as an index lists them, which is no order at all. What is
 * certain holds in every order; stuck migrations take no place from others (kubevirt/migration-limits.ts).
 */
export function drainOrder({ limits }: Pick<Drain, 'limits'>, forecasts: readonly Forecast[]): DrainOrder {
  const certain = forecasts.filter(({ verdict }) => verdict === 'fits' || verdict === 'waits');
  const lucky = forecasts.filter(({ verdict, atBest }) => verdict === 'exceeds' && atBest !== undefined);
  const stuck = forecasts.filter(({ verdict, atBest }) => verdict === 'exceeds' && atBest === undefined);
  const places = Math.max(1, placesOf(limits));
  const moved = [...certain, ...lucky].map(nameOf);
  const batches = Array.from({ length: Math.ceil(moved.length / places) }, (_, index) => {
    return moved.slice(index * places, (index + 1) * places);
  });
  const unknown = forecasts.filter(({ verdict }) => verdict === 'unknown');
  return { batches, stuck: stuck.map(nameOf), unknown: unknown.map(nameOf) };
}

function nameOf({ namespace, vmi }: Forecast): VmName {
  return { namespace, vmi };
}
