import { applyRemedy } from './apply-remedy.ts';
import { type Drain, type DrainedNamespace, drainOf, forecastDrained, raiseForDrain, type VmName } from './drain.ts';
import type { Forecast } from './forecast.ts';
import { type Prepared, prepare } from './forecast-migrations.ts';
import { type Finding, findingsOfSet } from './forecast-set.ts';
import { isSameKey } from './quota-lines.ts';
import { withSettled } from './settled.ts';
import type { QuotaRaise } from './smallest-raise.ts';

/** A node that has been drained after those before it. */
export interface DrainedNode {
  readonly drain: Drain;
  readonly forecasts: readonly Forecast[];
  /** What would let this node's VMs through, as it is then; of namespaces that need something. */
  readonly raises: readonly NamespaceRaises[];
}

/** Limits to raise in a namespace; `raises` is undefined where raising them has no end. */
export interface NamespaceRaises {
  readonly namespace: string;
  readonly raises: readonly QuotaRaise[] | undefined;
}

/**
 * Drains nodes one after the other, as an upgrade does. What has been moved is settled before the next node's turn, with
 * new pods that may be larger; what is stuck stays. The last value given is the state after all of them.
 */
export function* drainsInTurn(
  nodes: readonly string[],
  namespaces: readonly Prepared[],
): Generator<DrainedNode, readonly Prepared[]> {
  let state = namespaces;
  for (const node of nodes) {
    const drain = drainOf(node, state);
    const parts = drain.moved.map((part) => ({ part, ...forecastDrained(drain, part) }));
    const forecasts = parts.flatMap((one) => one.forecasts);
    yield { drain, forecasts, raises: parts.flatMap(({ part, raises }) => neededRaises(part, raises)) };
    if (nodes.length > 1) state = state.map((prepared) => settled(prepared, movedIn(prepared, forecasts)));
  }
  return state;
}

function neededRaises({ prepared }: DrainedNamespace, raises: readonly QuotaRaise[] | undefined): NamespaceRaises[] {
  return raises?.length === 0 ? [] : [{ namespace: prepared.objects.namespace.name, raises }];
}

function movedIn({ objects }: Prepared, forecasts: readonly Forecast[]): readonly string[] {
  return forecasts.flatMap(({ namespace, vmi, verdict }) => {
    return namespace === objects.namespace.name && (verdict === 'fits' || verdict === 'waits') ? [vmi] : [];
  });
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

/** The smallest limits with which every one of the nodes can be drained in its turn, of those namespaces that need some. */
export function raisesInTurn(nodes: readonly string[], namespaces: readonly Prepared[]): readonly NamespaceRaises[] {
  const found = new Map<string, readonly QuotaRaise[] | undefined>();
  let state = namespaces;
  for (const node of nodes) {
    const drain = drainOf(node, state);
    const after = new Map(drain.moved.map((part) => [part.prepared, raisedPart(drain, part)]));
    for (const [{ objects }, { raises }] of after) remember(found, objects.namespace.name, raises);
    state = state.map((prepared) => after.get(prepared)?.settled() ?? prepared);
  }
  return [...found].map(([namespace, raises]) => ({ namespace, raises }));
}

interface RaisedPart {
  readonly raises: readonly QuotaRaise[] | undefined;
  /** The namespace with these limits once the node is drained. */
  readonly settled: () => Prepared;
}

function raisedPart(drain: Drain, part: DrainedNamespace): RaisedPart {
  const raises = raiseForDrain(drain, part);
  return {
    raises,
    settled: () => {
      const hasNew = raises !== undefined && raises.length > 0;
      const prepared = hasNew ? raisedState(part.prepared, raises) : part.prepared;
      return settled(prepared, movable(drain, { ...part, prepared }));
    },
  };
}

/** A later raise of a key takes the place of the earlier one; what it was before stays. */
function remember(
  found: Map<string, readonly QuotaRaise[] | undefined>,
  namespace: string,
  raises: readonly QuotaRaise[] | undefined,
): void {
  if (raises?.length === 0 || (found.has(namespace) && found.get(namespace) === undefined)) return;
  const before = found.get(namespace) ?? [];
  found.set(namespace, raises && joined(before, raises));
}

function raisedState(prepared: Prepared, changes: readonly QuotaRaise[]): Prepared {
  return prepare(applyRemedy(prepared.objects, { kind: 'raise-quota', changes }), prepared);
}

function movable({ turns }: Drain, { prepared, names }: DrainedNamespace): readonly string[] {
  const findings = findingsOfSet(prepared.ground, names, turns);
  return names.filter((_, index) => {
    const finding = findings[index] as Finding;
    return finding.kind === 'assessed' && ['fits', 'waits'].includes(finding.assessment.verdict);
  });
}

function joined(before: readonly QuotaRaise[], after: readonly QuotaRaise[]): readonly QuotaRaise[] {
  const kept = before.filter((one) => !after.some((other) => isSameKey(one, other)));
  return [
    ...kept,
    ...after.map((one) => ({ ...one, from: before.find((other) => isSameKey(one, other))?.from ?? one.from })),
  ];
}
