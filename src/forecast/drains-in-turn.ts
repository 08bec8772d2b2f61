import { applyRemedy } from './apply-remedy.ts';
import {
  type Drain,
  type DrainedNamespace,
  type DrainNeed,
  drainOf,
  findingsOfPart,
  forecastDrained,
  isThrough,
  needOfDrain,
  type VmName,
} from './drain.ts';
import type { Forecast, Verdict } from './forecast.ts';
import { type Prepared, prepare } from './forecast-migrations.ts';
import { type Finding, findingsOfSet } from './forecast-set.ts';
import { isSameKey } from './quota-lines.ts';
import { withSettled } from './settled.ts';
import type { QuotaRaise } from './smallest-raise.ts';
import { isBetter } from './verdict-of.ts';

/** A node that has been drained after those before it. */
export interface DrainedNode {
  readonly drain: Drain;
  readonly forecasts: readonly Forecast[];
  /** What would let this node's VMs through, as it is then; of namespaces that need something. */
  readonly needs: readonly NamespaceNeed[];
}

export interface NamespaceNeed extends DrainNeed {
  readonly namespace: string;
}

/** A namespace between two drains: without those of whom it is not certain that they have moved, and with them. */
interface Course {
  readonly certain: Prepared;
  readonly lucky: Prepared;
}

/**
 * Drains nodes one after the other, as an upgrade does. What has been moved is settled before the next node's turn, with
 * new pods that may be larger; what is stuck stays. The last value given is the state after all of them.
 */
export function* drainsInTurn(
  nodes: readonly string[],
  namespaces: readonly Prepared[],
): Generator<DrainedNode, readonly Prepared[]> {
  let courses: readonly Course[] = namespaces.map((prepared) => ({ certain: prepared, lucky: prepared }));
  for (const node of nodes) {
    const certain = courses.map((course) => course.certain);
    const drain = drainOf(node, certain);
    const luckyOf = new Map(courses.map((course) => [course.certain, course.lucky]));
    const parts = drain.moved.map((part) => drainedPart(drain, part, luckyOf.get(part.prepared) ?? part.prepared));
    const forecasts = parts.flatMap((part) => part.forecasts);
    yield { drain, forecasts, needs: parts.flatMap(({ need }) => (isNothing(need) ? [] : [need])) };
    if (nodes.length > 1) courses = courses.map((course) => afterwards(course, forecasts));
  }
  return courses.map(({ certain }) => certain);
}

function isNothing({ raises, helpless }: DrainNeed): boolean {
  return raises?.length === 0 && helpless.length === 0;
}

function drainedPart(drain: Drain, part: DrainedNamespace, lucky: Prepared) {
  const { forecasts, need } = forecastDrained(drain, part);
  const ownNeed: NamespaceNeed = { namespace: part.prepared.objects.namespace.name, ...need };
  if (lucky === part.prepared) return { forecasts, need: ownNeed };
  const others = forecastDrained(drain, { ...part, prepared: lucky }).forecasts;
  return { forecasts: forecasts.map((one, index) => bothWays(one, others[index] as Forecast)), need: ownNeed };
}

/** What holds whether or not somebody has moved before. */
function bothWays(one: Forecast, other: Forecast): Forecast {
  if (one.verdict === 'unknown') return one;
  if (other.verdict === 'unknown') return other;
  const [better, worse] = isBetter(one.verdict, other.verdict) ? [one, other] : [other, one];
  const { atBest: _, ...certain } = worse;
  const best = [worse, better].map(bestOf).reduce((most, verdict) => (isBetter(verdict, most) ? verdict : most));
  return best === certain.verdict ? certain : { ...certain, atBest: best };
}

function bestOf({ verdict, atBest }: Forecast): Verdict {
  return atBest ?? verdict;
}

function afterwards({ certain, lucky }: Course, forecasts: readonly Forecast[]): Course {
  const own = forecasts.filter(({ namespace }) => namespace === certain.objects.namespace.name);
  const moved = own.filter(({ verdict }) => verdict === 'fits' || verdict === 'waits').map(({ vmi }) => vmi);
  const perhaps = own.filter(({ verdict, atBest }) => verdict === 'exceeds' && atBest !== undefined);
  const next = settled(certain, moved);
  if (lucky === certain && perhaps.length === 0) return { certain: next, lucky: next };
  return { certain: next, lucky: settled(lucky, [...moved, ...perhaps.map(({ vmi }) => vmi)]) };
}

function settled(prepared: Prepared, names: readonly string[]): Prepared {
  return names.length === 0 ? prepared : prepare(withSettled(prepared, names).objects, prepared);
}

/**
 * The VMs for which there is no way to move once more when all nodes have had their turn: the scheduler may put any of
 * them on a node whose turn is still to come.
 */
export function stuckNextTime(state: readonly Prepared[]): readonly VmName[] {
  return state.flatMap(({ objects, ground }) => {
    const { name, virtualMachineInstances } = objects.namespace;
    return virtualMachineInstances.items.flatMap(({ metadata }) => {
      const [finding] = findingsOfSet(ground, [metadata.name]);
      return finding !== undefined && isStuck(finding) ? [{ namespace: name, vmi: metadata.name }] : [];
    });
  });
}

function isStuck(finding: Finding): boolean {
  if (finding.kind === 'unknown') return false;
  const { verdict, atBest } = finding.assessment;
  return verdict === 'exceeds' && (atBest ?? 'exceeds') === 'exceeds';
}

/** What lets every one of the nodes be drained in its turn, of those namespaces that need something. */
export function needsInTurn(nodes: readonly string[], namespaces: readonly Prepared[]): readonly NamespaceNeed[] {
  const found = new Map<string, DrainNeed>();
  let state = namespaces;
  for (const node of nodes) {
    const drain = drainOf(node, state);
    const after = new Map(drain.moved.map((part) => [part.prepared, raisedPart(drain, part)]));
    for (const [{ objects }, { need }] of after) {
      const { name } = objects.namespace;
      found.set(name, joined(found.get(name), need));
    }
    state = state.map((prepared) => after.get(prepared)?.settled() ?? prepared);
  }
  return [...found].flatMap(([namespace, need]) => (isNothing(need) ? [] : [{ namespace, ...need }]));
}

interface RaisedPart {
  readonly need: DrainNeed;
  /** The namespace with these limits once the node is drained. */
  readonly settled: () => Prepared;
}

function raisedPart(drain: Drain, part: DrainedNamespace): RaisedPart {
  const need = needOfDrain(drain, part);
  return {
    need,
    settled: () => {
      const { raises = [] } = need;
      const prepared = raises.length > 0 ? raisedState(part.prepared, raises) : part.prepared;
      const findings = findingsOfPart(drain, part, prepared);
      return settled(
        prepared,
        part.names.filter((_, index) => isThrough(findings[index] as Finding)),
      );
    },
  };
}

function joined(before: DrainNeed | undefined, after: DrainNeed): DrainNeed {
  if (before === undefined) return after;
  const helpless = [...new Set([...before.helpless, ...after.helpless])];
  if (before.raises === undefined || after.raises === undefined) return { raises: undefined, helpless };
  return { raises: joinedRaises(before.raises, after.raises), helpless };
}

function raisedState(prepared: Prepared, changes: readonly QuotaRaise[]): Prepared {
  return prepare(applyRemedy(prepared.objects, { kind: 'raise-quota', changes }), prepared);
}

/** A later raise of a key takes the place of the earlier one; what it was before stays. */
function joinedRaises(before: readonly QuotaRaise[], after: readonly QuotaRaise[]): readonly QuotaRaise[] {
  const kept = before.filter((one) => !after.some((other) => isSameKey(one, other)));
  return [
    ...kept,
    ...after.map((one) => ({ ...one, from: before.find((other) => isSameKey(one, other))?.from ?? one.from })),
  ];
}
