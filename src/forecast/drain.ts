import { whyNotEvacuated } from '../kubevirt/eviction.ts';
import { type MigrationLimits, migrationLimits } from '../kubevirt/migration-limits.ts';
import { isFinal } from '../kubevirt/migration-state.ts';
import { applyRemedy, type Unworded } from './apply-remedy.ts';
import type { NamespaceObjects } from './cluster-objects.ts';
import type { Forecast } from './forecast.ts';
import { type Prepared, prepare, ratioOf, wordedForecast } from './forecast-migrations.ts';
import { type Finding, findingsOfSet, type Turns } from './forecast-set.ts';
import { largestLowerRatio } from './remedies.ts';
import type { Shortfall } from './shortfalls.ts';
import { type QuotaRaise, smallestRaise, type Trial } from './smallest-raise.ts';
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
}

/** Whom KubeVirt would migrate off a node, out of every namespace at once, and how many at a time. */
export function drainOf(node: string, namespaces: readonly Prepared[]): Drain {
  const configuration = configurationOf(namespaces);
  const staying: (VmName & { reason: string })[] = [];
  const moved = namespaces.flatMap((prepared): DrainedNamespace[] => {
    const { namespace } = prepared.objects;
    const names: string[] = [];
    for (const vmi of vmisOnNode(namespace, node)) {
      const reason = whyNotEvacuated(vmi, configuration);
      if (reason === undefined) names.push(vmi.metadata.name);
      else staying.push({ namespace: namespace.name, vmi: vmi.metadata.name, reason });
    }
    return names.length === 0 ? [] : [{ prepared, names: names.sort() }];
  });
  const limits = migrationLimits(configuration);
  return { node, limits, turns: turnsOf(limits, moved, namespaces), moved, staying };
}

function configurationOf([first]: readonly Prepared[]): Parameters<typeof migrationLimits>[0] {
  return first?.ground.kind === 'known' ? first.ground.cluster.configuration : {};
}

/** Nobody queues where there are places for all, those that migrate elsewhere in the cluster included. */
function turnsOf(
  { perCluster, perNode }: MigrationLimits,
  moved: readonly DrainedNamespace[],
  namespaces: readonly Prepared[],
): Turns | undefined {
  const drained = moved.reduce((sum, { names }) => sum + names.length, 0);
  const elsewhere = namespaces.reduce((sum, { objects }) => sum + underWayBeside(objects.namespace, moved), 0);
  const isRoomForAll = drained <= perNode && drained + elsewhere <= perCluster;
  return isRoomForAll ? undefined : { mostRunning: Math.max(1, Math.min(perCluster, perNode)) };
}

function underWayBeside({ name, migrations }: NamespaceObjects, moved: readonly DrainedNamespace[]): number {
  const drained = moved.find(({ prepared }) => prepared.objects.namespace.name === name)?.names ?? [];
  return migrations.items.filter((one) => !isFinal(one) && !drained.includes(one.spec.vmiName)).length;
}

/** What becomes of one namespace's part of a drain. */
export interface DrainForecast {
  readonly forecasts: readonly Forecast[];
  /** As `raiseForDrain` gives it. */
  readonly raises: readonly QuotaRaise[] | undefined;
}

/** Forecasts one namespace's part of a drain. A remedy is for the whole part: what is good for one VM strands another. */
export function forecastDrained({ turns }: Pick<Drain, 'turns'>, part: DrainedNamespace): DrainForecast {
  const { prepared, names } = part;
  const findings = findingsOfSet(prepared.ground, names, turns);
  const trial = trialOf(turns, part);
  const raises = smallestRaise({ ...trial, missing: missingToMove }, findings);
  const remedies = findings.some(isLeftBehind) ? remediesOf(prepared, trial, raises) : [];
  const forecasts = findings.map((finding, index) => {
    const subject = { vmi: names[index] as string, action: 'migrate' as const };
    return wordedForecast(prepared, finding, subject, isLeftBehind(finding) ? remedies : []);
  });
  return { forecasts, raises };
}

type DrainTrial = Pick<Trial, 'objects' | 'assess'>;

function trialOf(turns: Turns | undefined, { prepared, names }: DrainedNamespace): DrainTrial {
  return {
    objects: prepared.objects,
    assess: (objects) => findingsOfSet(prepare(objects, prepared).ground, names, turns),
  };
}

function remediesOf(
  { objects, ground }: Prepared,
  { assess }: DrainTrial,
  raises: readonly QuotaRaise[] | undefined,
): readonly Unworded[] {
  const helps = (remedy: Unworded): boolean => !assess(applyRemedy(objects, remedy)).some(isLeftBehind);
  const raise = { kind: 'raise-quota' as const, changes: (raises ?? []).map(({ from: _, ...change }) => change) };
  const lower = largestLowerRatio(Number(ratioOf(ground) ?? '1'), [], helps);
  return [...(raise.changes.length > 0 && helps(raise) ? [raise] : []), ...(lower === undefined ? [] : [lower])];
}

/**
 * The smallest limits with which the whole part of a drain goes through, now or in its turn, whatever the order. What
 * no limit can help (a pod that is refused, an unknown) is left out. Undefined where raising limits has no end.
 */
export function raiseForDrain(
  { turns }: Pick<Drain, 'turns'>,
  part: DrainedNamespace,
): readonly QuotaRaise[] | undefined {
  return smallestRaise({ ...trialOf(turns, part), missing: missingToMove });
}

function isLeftBehind(finding: Finding): boolean {
  return finding.kind === 'assessed' && finding.assessment.verdict === 'exceeds';
}

function missingToMove(finding: Finding): readonly Shortfall[] {
  return finding.kind === 'assessed' && isLeftBehind(finding) ? finding.assessment.shortfalls : [];
}

/** Who is moved with whom, and who is not moved. */
export interface DrainOrder {
  /** As many at a time as KubeVirt lets run; those that are certain to get through before those that need luck. */
  readonly batches: readonly (readonly VmName[])[];
  readonly stuck: readonly VmName[];
}

/**
 * An order that KubeVirt may choose: it takes the VMs of a node as an index lists them, which is no order at all. What is
 * certain holds in every order; stuck migrations take no place from others (kubevirt/migration-limits.ts).
 */
export function drainOrder({ limits }: Pick<Drain, 'limits'>, forecasts: readonly Forecast[]): DrainOrder {
  const certain = forecasts.filter(({ verdict }) => verdict === 'fits' || verdict === 'waits');
  const lucky = forecasts.filter(({ verdict, atBest }) => verdict === 'exceeds' && atBest !== undefined);
  const stuck = forecasts.filter(({ verdict, atBest }) => verdict === 'exceeds' && atBest === undefined);
  const places = Math.max(1, Math.min(limits.perCluster, limits.perNode));
  const moved = [...certain, ...lucky].map(nameOf);
  const batches = Array.from({ length: Math.ceil(moved.length / places) }, (_, index) => {
    return moved.slice(index * places, (index + 1) * places);
  });
  return { batches, stuck: stuck.map(nameOf) };
}

function nameOf({ namespace, vmi }: Forecast): VmName {
  return { namespace, vmi };
}
