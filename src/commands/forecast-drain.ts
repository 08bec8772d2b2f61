import type { Cluster } from '../forecast/cluster-objects.ts';
import { drainOrder } from '../forecast/drain.ts';
import { type DrainedNode, drainsInTurn, needsInTurn, stuckNextTime } from '../forecast/drains-in-turn.ts';
import { type Prepared, prepare } from '../forecast/forecast-migrations.ts';
import { CommandError } from './command-error.ts';
import { type DrainSummary, drainEnding } from './drain-summary.ts';
import { countVerdicts } from './exit-code.ts';
import { changedObjects } from './forecast-answers.ts';
import type { ForecastOptions } from './forecast-questions.ts';
import type { ForecastTally } from './forecast-tally.ts';
import type { Ending } from './forecast-writers.ts';
import { readableNamespace, requireNamespace, shortList } from './vm-selection.ts';
import type { WhatIf } from './what-if-options.ts';
import { whatIfEnding } from './what-if-summary.ts';

/** Every namespace, for a drain takes what is on the node out of all of them. */
interface WholeCluster {
  readonly now: readonly Prepared[];
  readonly changed: readonly Prepared[];
}

/** Forecasts the drain of one node, or of every node in turn, and says what would let it through. */
export async function forecastDrains(
  cluster: Cluster,
  options: ForecastOptions,
  whatIf: WhatIf | undefined,
  tally: ForecastTally,
): Promise<readonly Ending[]> {
  if (options.namespace !== undefined) await requireNamespace(cluster, options.namespace);
  const { now, changed } = await wholeCluster(cluster, whatIf);
  const nodes = await drainedNodes(cluster, now, options.node);
  const isOfAsked = ({ namespace }: { readonly namespace: string }): boolean => {
    return (options.namespace ?? namespace) === namespace;
  };
  const drained: DrainedNode[] = [];
  const turns = drainsInTurn(nodes, changed);
  let turn = turns.next();
  for (; turn.done !== true; turn = turns.next()) {
    const { drain } = turn.value;
    const forecasts = turn.value.forecasts.filter(isOfAsked);
    const [staying, byHand] = [drain.staying.filter(isOfAsked), drain.byHand.filter(isOfAsked)];
    drained.push({ ...turn.value, drain: { ...drain, staying, byHand }, forecasts });
    for (const forecast of forecasts) await tally.add(forecast);
  }
  const own = drained.flatMap((one) => one.needs);
  const needs = nodes.length > 1 && own.length > 0 ? needsInTurn(nodes, changed) : own;
  const summary: DrainSummary = {
    drains: drained.map((one) => ({ ...one, order: drainOrder(one.drain, one.forecasts) })),
    needs: needs.filter(isOfAsked),
    stuckNextTime: nodes.length > 1 ? stuckNextTime(turn.value).filter(isOfAsked) : [],
  };
  const endings = [drainEnding(summary)];
  if (whatIf === undefined) return endings;
  const before = [...drainsInTurn(nodes, now)].flatMap(({ forecasts }) => forecasts);
  const verdicts = before.filter(isOfAsked).map(({ verdict }) => verdict);
  return [whatIfEnding({ whatIf, before: countVerdicts(verdicts), after: tally.counts }), ...endings];
}

async function wholeCluster(cluster: Cluster, whatIf: WhatIf | undefined): Promise<WholeCluster> {
  const objects = await cluster.clusterObjects();
  const now: Prepared[] = [];
  for (const name of await cluster.namespaceNames()) {
    now.push(prepare({ cluster: objects, namespace: await readableNamespace(cluster, name) }));
  }
  if (whatIf === undefined) return { now, changed: now };
  return { now, changed: now.map((prepared) => prepare(changedObjects(prepared.objects, whatIf), prepared)) };
}

/** The node that was named, or all of them by name. A snapshot may have no Node objects; its VMs name theirs all the same. */
async function drainedNodes(
  cluster: Cluster,
  namespaces: readonly Prepared[],
  node: string | undefined,
): Promise<readonly string[]> {
  const { nodes } = await cluster.clusterObjects();
  const names = new Set(nodes.items.map(({ metadata }) => metadata.name));
  for (const { objects } of namespaces) {
    for (const { status } of objects.namespace.virtualMachineInstances.items) {
      if (status?.nodeName) names.add(status.nodeName);
    }
  }
  const known = [...names].sort();
  if (node === undefined) return known;
  if (!names.has(node)) throw new CommandError(`there is no node ${node}; there are ${shortList(known)}`);
  return [node];
}
