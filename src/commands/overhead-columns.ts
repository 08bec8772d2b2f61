import { NO_RATIO, type OverheadCause, type OverheadChange } from '../kubevirt/overhead-change.ts';
import { mebibytesText, signedText } from './byte-text.ts';
import { type OverheadTotal, totalOf, totalsByNamespace } from './overhead-totals.ts';
import { overcommitPercent, type PodAmounts } from './pod-amounts.ts';
import { type Column, type Paint, type Painter, tableLines } from './text-table.ts';
import { type OverheadFigures, overheadDifference, type VmOverhead } from './vm-overhead.ts';

/** A line of the list: a VM, or the sum that stands last. No namespace can have a name in brackets. */
type ListRow = VmOverhead | { readonly kind: 'total'; readonly total: OverheadTotal };
const ALL = '(total)';

/** Why an overhead will change, in a few words. */
function changeText(change: OverheadChange): string {
  switch (change.cause) {
    case 'ratio':
      return `ratio ${change.from} to ${change.to}`;
    case 'version':
      return `KubeVirt ${change.from} to ${change.to}`;
    case 'hotplug':
      return `hotplug of ${change.resource} ${change.from} to ${change.to}`;
    case 'devices':
      return `new ${change.added}`;
    case 'unexplained':
      return 'unexplained';
    default:
      return change satisfies never;
  }
}

export function changesText(changes: readonly OverheadChange[]): string {
  return changes.map(changeText).join(', ');
}

export function bytesText(bytes: bigint | undefined): string {
  return bytes === undefined ? '' : mebibytesText(bytes);
}

export function overcommitText({ overcommit }: Pick<PodAmounts, 'overcommit'>): string {
  return overcommit === undefined ? '' : `${overcommitPercent(overcommit)}%`;
}

const PAINTS: Partial<Readonly<Record<OverheadCause, Paint>>> = { unexplained: 'magenta' };

const LIST_COLUMNS: readonly Column<ListRow>[] = [
  { title: 'NAMESPACE', text: (row) => (row.kind === 'total' ? ALL : row.namespace) },
  { title: 'VM', text: (row) => (row.kind === 'total' ? `${row.total.vms}` : row.name) },
  memoryColumn('NOW', ({ running }) => running?.overheadBytes, 'nowBytes'),
  memoryColumn('NEXT', ({ totalBytes }) => totalBytes, 'totalBytes'),
  { title: 'DIFFERENCE', align: 'right', text: differenceText },
  {
    title: 'WHY',
    text: (row) => (row.kind === 'reckoned' ? changesText(row.running?.changes ?? []) : ''),
    paint: (row) => (row.kind === 'reckoned' ? PAINTS[row.running?.changes[0]?.cause ?? 'ratio'] : undefined),
  },
  memoryColumn('GUEST', ({ guestMemory }) => guestMemory?.value(), 'guestBytes'),
  memoryColumn('WORKLOAD', ({ amounts }) => amounts.workloadBytes, 'workloadBytes'),
  memoryColumn('LIMIT', ({ amounts }) => amounts.limit?.value(), 'podMemoryLimitBytes'),
  memoryColumn('REQUEST', ({ amounts }) => amounts.request?.value(), 'podMemoryRequestBytes'),
  {
    title: 'OVERCOMMIT',
    align: 'right',
    text: (row) => (row.kind === 'unknown' ? '' : overcommitText(row.kind === 'total' ? row.total : row.amounts)),
  },
];

const WIDE_LIST_COLUMNS: readonly Column<ListRow>[] = [
  ...LIST_COLUMNS,
  wideColumn('NOW-BYTES', ({ running }) => running?.overheadBytes),
  wideColumn('NEXT-BYTES', ({ totalBytes }) => totalBytes),
  wideColumn('NOW-LIMIT', ({ running }) => bytesText(running?.amounts.limit?.value())),
  wideColumn('NOW-REQUEST', ({ running }) => bytesText(running?.amounts.request?.value())),
  wideColumn('NOW-RATIO', ({ running }) => running?.circumstances && (running.circumstances.ratio || NO_RATIO)),
  wideColumn('RATIO', ({ ratio }) => ratio ?? NO_RATIO),
  wideColumn('NOW-KUBEVIRT', ({ running }) => running?.circumstances?.version),
  wideColumn('KUBEVIRT', ({ kubeVirtVersion }) => kubeVirtVersion),
];
const REASON: Column<ListRow> = { title: 'UNKNOWN', text: (row) => (row.kind === 'unknown' ? row.reason : '') };

type Sum = Exclude<keyof OverheadTotal, 'namespace' | 'vms' | 'overcommit'>;

function memoryColumn(title: string, bytes: (vm: OverheadFigures) => bigint | undefined, sum: Sum): Column<ListRow> {
  const bytesOf = (row: ListRow): bigint | undefined => {
    if (row.kind === 'unknown') return undefined;
    return row.kind === 'total' ? row.total[sum] : bytes(row);
  };
  return { title, align: 'right', text: (row) => bytesText(bytesOf(row)) };
}

function wideColumn(title: string, figure: (vm: OverheadFigures) => bigint | string | undefined): Column<ListRow> {
  const text = (row: ListRow): string => (row.kind === 'reckoned' ? `${figure(row) ?? ''}` : '');
  return title.endsWith('KUBEVIRT') ? { title, text } : { title, align: 'right', text };
}

function differenceText(row: ListRow): string {
  if (row.kind === 'unknown') return '';
  const difference = row.kind === 'total' ? row.total.differenceBytes : overheadDifference(row);
  return difference === undefined ? '' : signedText(difference);
}

/** Several VMs, a line each, and their sum. */
export function overheadListLines(vms: readonly VmOverhead[], format: 'table' | 'wide', paint: Painter): string[] {
  const columns = format === 'wide' ? WIDE_LIST_COLUMNS : LIST_COLUMNS;
  const hasUnknown = vms.some(({ kind }) => kind === 'unknown');
  const rows: ListRow[] = vms.length > 1 ? [...vms, { kind: 'total', total: totalOf(vms) }] : [...vms];
  return tableLines(hasUnknown ? [...columns, REASON] : columns, rows, paint);
}

const TOTAL_COLUMNS: readonly Column<OverheadTotal>[] = [
  { title: 'NAMESPACE', text: ({ namespace }) => namespace ?? ALL },
  { title: 'VMS', align: 'right', text: ({ vms }) => `${vms}` },
  { title: 'NOW', align: 'right', text: ({ nowBytes }) => mebibytesText(nowBytes) },
  { title: 'NEXT', align: 'right', text: ({ totalBytes }) => mebibytesText(totalBytes) },
  { title: 'DIFFERENCE', align: 'right', text: ({ differenceBytes }) => signedText(differenceBytes) },
  { title: 'GUEST', align: 'right', text: ({ guestBytes }) => mebibytesText(guestBytes) },
  { title: 'WORKLOAD', align: 'right', text: ({ workloadBytes }) => mebibytesText(workloadBytes) },
  { title: 'LIMIT', align: 'right', text: ({ podMemoryLimitBytes }) => mebibytesText(podMemoryLimitBytes) },
  { title: 'REQUEST', align: 'right', text: ({ podMemoryRequestBytes }) => mebibytesText(podMemoryRequestBytes) },
  { title: 'OVERCOMMIT', align: 'right', text: overcommitText },
];

/** A line for each namespace, and one for all. */
export function overheadTotalLines(vms: readonly VmOverhead[], paint: Painter): string[] {
  return tableLines(TOTAL_COLUMNS, [...totalsByNamespace(vms), totalOf(vms)], paint);
}
