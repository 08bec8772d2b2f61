import { printableLine } from '../admission/plain-text.ts';
import { type DrainOrder, placesOf, type VmName } from '../forecast/drain.ts';
import type { DrainedNode, NamespaceNeed } from '../forecast/drains-in-turn.ts';
import { countVerdicts } from './exit-code.ts';
import type { Ending } from './forecast-writers.ts';
import { placeText } from './quota-place.ts';
import { type Column, tableLines } from './text-table.ts';

/** What drains of nodes come to, one after the other. */
export interface DrainSummary {
  readonly drains: readonly (DrainedNode & { readonly order: DrainOrder })[];
  /** What lets them through; none where they get through as it is. */
  readonly needs: readonly NamespaceNeed[];
  /** Of several nodes in turn: VMs that cannot be moved once more. */
  readonly stuckNextTime: readonly VmName[];
}

type SummarisedDrain = DrainSummary['drains'][number];

export function drainEnding(summary: DrainSummary): Ending {
  return { json: drainJson(summary), lines: drainLines(summary) };
}

function drainJson({ drains, needs, stuckNextTime }: DrainSummary): object {
  const isUpgrade = drains.length !== 1;
  return {
    drains: drains.map(({ drain, forecasts, order }) => ({
      node: drain.node,
      limits: drain.limits,
      verdicts: countVerdicts(forecasts.map(({ verdict }) => verdict)),
      batches: order.batches,
      stuck: order.stuck,
      unknown: order.unknown,
      staying: drain.staying,
      byHand: drain.byHand,
    })),
    quotaChanges: needs.flatMap(({ namespace, raises = [] }) =>
      raises.map(({ quota, resource, from, to, where }) => {
        return { namespace, quota, resource, from: `${from}`, to: `${to}`, where };
      }),
    ),
    notHelped: needs.flatMap(notHelped),
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
    text: ({ drain }) => `${placesOf(drain.limits)}`,
  },
];

function countColumn(title: string, verdict: 'fits' | 'waits' | 'exceeds' | 'unknown'): Column<SummarisedDrain> {
  return {
    title,
    align: 'right',
    text: ({ forecasts }) => `${forecasts.filter((forecast) => forecast.verdict === verdict).length}`,
  };
}

function drainLines({ drains, needs, stuckNextTime }: DrainSummary): string[] {
  const [only] = drains;
  const isUpgrade = drains.length !== 1;
  const order = isUpgrade || only === undefined ? [] : orderLines(only);
  const staying = drains.flatMap(({ drain }) =>
    drain.staying.map((one) => `A drain does not migrate ${fullName(one)}: ${one.reason}.`),
  );
  return [
    ...(drains.length === 0 ? [] : tableLines(NODE_COLUMNS, drains, (text) => text)),
    ...section(order),
    ...section(staying),
    ...section(byHandLines(drains)),
    ...section(needLines(needs)),
    ...section(nextTimeLines(stuckNextTime)),
  ];
}

/** Room for two names of 253 characters each, some times over. */
const LONGEST_LINE = 2000;

function section(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines.map((line) => printableLine(line, LONGEST_LINE))];
}

/** Of batches, and of names in one line. */
const MOST_SHOWN = 12;

function orderLines({ order, forecasts }: SummarisedDrain): string[] {
  const { batches, stuck, unknown } = order;
  const uncertain = new Set(forecasts.filter(({ verdict }) => verdict === 'exceeds').map(fullName));
  const nameText = (name: VmName): string => `${fullName(name)}${uncertain.has(fullName(name)) ? ' (?)' : ''}`;
  const shown = batches.slice(0, MOST_SHOWN).map((batch, index) => {
    return `${index + 1}. ${batch.map(nameText).join(', ')}`;
  });
  const more = batches.length - shown.length;
  const some = uncertain.size > stuck.length ? ', and of those with (?) some are left behind' : '';
  return [
    ...(batches.length === 0 ? [] : [`Order, a line at a time; KubeVirt itself keeps none${some}:`, ...shown]),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(stuck.length === 0 ? [] : [`Stuck in any order: ${someNames(stuck)}`]),
    ...(unknown.length === 0 ? [] : [`Unknown: ${someNames(unknown)}`]),
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

/** VMs that no quota change helps; without names, a namespace for which none was found. */
function notHelped({ namespace, raises, helpless }: NamespaceNeed): object[] {
  const names = helpless.map((vmi) => ({ namespace, vmi }));
  return raises === undefined ? [{ namespace }, ...names] : names;
}

function needLines(needs: readonly NamespaceNeed[]): string[] {
  const rows = needs.flatMap(({ namespace, raises = [] }) =>
    raises.map(({ quota, resource, from, to, where }): RaiseRow => {
      return { namespace, quota, resource, from: `${from}`, to: `${to}`, where: placeText(where) };
    }),
  );
  const helpless = needs.flatMap((need) => need.helpless.map((vmi) => ({ namespace: need.namespace, vmi })));
  const whom = helpless.length === 0 ? 'all of it' : 'the others';
  return [
    ...(rows.length === 0 ? [] : [`Smallest quota changes that let ${whom} through:`]),
    ...(rows.length === 0 ? [] : tableLines(RAISE_COLUMNS, rows, (text) => text)),
    ...needs.flatMap(({ namespace, raises }) =>
      raises === undefined ? [`No quota change is known to let all of namespace ${namespace} through.`] : [],
    ),
    ...(helpless.length === 0 ? [] : [`No quota change helps ${someNames(helpless)}.`]),
  ];
}

function byHandLines(drains: DrainSummary['drains']): string[] {
  const names = drains.flatMap(({ drain }) => drain.byHand);
  if (names.length === 0) return [];
  return [`No eviction strategy, so that a drain stops them unless they are migrated before: ${someNames(names)}`];
}

function someNames(names: readonly VmName[]): string {
  const shown = names.slice(0, MOST_SHOWN).map(fullName).join(', ');
  return names.length > MOST_SHOWN ? `${shown} and ${names.length - MOST_SHOWN} more` : shown;
}

function nextTimeLines(names: readonly VmName[]): string[] {
  if (names.length === 0) return [];
  return [`Cannot be moved a second time, should they land on a node whose turn comes later: ${someNames(names)}`];
}

function fullName({ namespace, vmi }: VmName): string {
  return `${namespace}/${vmi}`;
}
