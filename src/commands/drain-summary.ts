import { printableLine } from '../admission/plain-text.ts';
import type { DrainOrder, VmName } from '../forecast/drain.ts';
import type { DrainedNode, NamespaceRaises } from '../forecast/drains-in-turn.ts';
import { countVerdicts } from './exit-code.ts';
import type { Ending } from './forecast-writers.ts';
import { type Column, tableLines } from './text-table.ts';

/** What drains of nodes come to, one after the other. */
export interface DrainSummary {
  readonly drains: readonly (DrainedNode & { readonly order: DrainOrder })[];
  /** The smallest limits that let all of them through; none where they get through as it is. */
  readonly raises: readonly NamespaceRaises[];
  /** Of several nodes in turn: VMs that cannot be moved once more. */
  readonly stuckNextTime: readonly VmName[];
}

type SummarisedDrain = DrainSummary['drains'][number];

export function drainEnding(summary: DrainSummary): Ending {
  return { json: drainJson(summary), lines: drainLines(summary) };
}

function drainJson({ drains, raises, stuckNextTime }: DrainSummary): object {
  const isUpgrade = drains.length !== 1;
  return {
    drains: drains.map(({ drain, forecasts, order }) => ({
      node: drain.node,
      limits: drain.limits,
      verdicts: countVerdicts(forecasts.map(({ verdict }) => verdict)),
      batches: order.batches,
      stuck: order.stuck,
      staying: drain.staying,
    })),
    quotaChanges: raises.flatMap(({ namespace, raises: own }) =>
      (own ?? []).map(({ quota, resource, from, to, where }) => {
        return { namespace, quota, resource, from: `${from}`, to: `${to}`, where };
      }),
    ),
    ...(isUpgrade ? { stuckNextTime } : {}),
  };
}

const NODE_COLUMNS: readonly Column<SummarisedDrain>[] = [
  { title: 'NODE', text: ({ drain }) => drain.node },
  { title: 'VMS', align: 'right', text: ({ forecasts }) => `${forecasts.length}` },
  countColumn('FITS', 'fits'),
  countColumn('WAITS', 'waits'),
  countColumn('EXCEEDS', 'exceeds'),
  countColumn('UNKNOWN', 'unknown'),
  { title: 'STAYING', align: 'right', text: ({ drain }) => `${drain.staying.length}` },
  {
    title: 'AT-ONCE',
    align: 'right',
    text: ({ drain }) => `${Math.min(drain.limits.perCluster, drain.limits.perNode)}`,
  },
];

function countColumn(title: string, verdict: 'fits' | 'waits' | 'exceeds' | 'unknown'): Column<SummarisedDrain> {
  return {
    title,
    align: 'right',
    text: ({ forecasts }) => `${forecasts.filter((forecast) => forecast.verdict === verdict).length}`,
  };
}

function drainLines({ drains, raises, stuckNextTime }: DrainSummary): string[] {
  const [only] = drains;
  const isUpgrade = drains.length !== 1;
  const order = isUpgrade || only === undefined ? [] : orderLines(only);
  const staying = drains.flatMap(({ drain }) =>
    drain.staying.map((one) => `A drain does not migrate ${fullName(one)}: ${one.reason}.`),
  );
  return [
    ...tableLines(NODE_COLUMNS, drains, (text) => text),
    ...section(order),
    ...section(staying),
    ...section(raiseLines(raises)),
    ...section(nextTimeLines(stuckNextTime)),
  ];
}

/** Room for two names of 253 characters each, some times over. */
const LONGEST_LINE = 2000;

function section(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines.map((line) => printableLine(line, LONGEST_LINE))];
}

const MOST_BATCHES_SHOWN = 12;

function orderLines({ order, forecasts }: SummarisedDrain): string[] {
  const { batches, stuck } = order;
  const uncertain = new Set(forecasts.filter(({ verdict }) => verdict === 'exceeds').map(fullName));
  const nameText = (name: VmName): string => `${fullName(name)}${uncertain.has(fullName(name)) ? ' (?)' : ''}`;
  const shown = batches.slice(0, MOST_BATCHES_SHOWN).map((batch, index) => {
    return `${index + 1}. ${batch.map(nameText).join(', ')}`;
  });
  const more = batches.length - shown.length;
  const some = uncertain.size > stuck.length ? ', and of those with (?) some are left behind' : '';
  return [
    ...(batches.length === 0 ? [] : [`Order, a line at a time; KubeVirt itself keeps none${some}:`, ...shown]),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(stuck.length === 0 ? [] : [`Stuck in any order: ${stuck.map(fullName).join(', ')}`]),
  ];
}

interface RaiseRow {
  readonly namespace: string;
  readonly quota: string;
  readonly resource: string;
  readonly from: string;
  readonly to: string;
  readonly where: string;
}

const RAISE_COLUMNS: readonly Column<RaiseRow>[] = [
  { title: 'NAMESPACE', text: ({ namespace }) => namespace },
  { title: 'QUOTA', text: ({ quota }) => quota },
  { title: 'RESOURCE', text: ({ resource }) => resource },
  { title: 'IS', align: 'right', text: ({ from }) => from },
  { title: 'SET-TO', align: 'right', text: ({ to }) => to },
  { title: 'WHERE', text: ({ where }) => where },
];

function raiseLines(raises: readonly NamespaceRaises[]): string[] {
  const rows = raises.flatMap(({ namespace, raises: own }) =>
    (own ?? []).map(({ quota, resource, from, to, where }): RaiseRow => {
      const place = where === 'namespace-annotation' ? "Rancher's project or namespace page" : 'the ResourceQuota';
      return { namespace, quota, resource, from: `${from}`, to: `${to}`, where: place };
    }),
  );
  const hopeless = raises.flatMap(({ namespace, raises: own }) => (own === undefined ? [namespace] : []));
  return [
    ...(rows.length === 0 ? [] : ['Smallest quota changes that let all of it through:']),
    ...(rows.length === 0 ? [] : tableLines(RAISE_COLUMNS, rows, (text) => text)),
    ...hopeless.map((namespace) => `No quota change alone lets all of namespace ${namespace} through.`),
  ];
}

function nextTimeLines(names: readonly VmName[]): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, MOST_BATCHES_SHOWN).map(fullName).join(', ');
  const more = names.length > MOST_BATCHES_SHOWN ? ` and ${names.length - MOST_BATCHES_SHOWN} more` : '';
  return [`Cannot be moved a second time, should they land on a node whose turn comes later: ${shown}${more}`];
}

function fullName({ namespace, vmi }: VmName): string {
  return `${namespace}/${vmi}`;
}
