import { printableLine } from '../admission/plain-text.ts';
import type { OverheadTerm } from '../kubevirt/memory-overhead.ts';
import type { Saving } from '../kubevirt/savings.ts';
import { mebibytesText, signedText } from './byte-text.ts';
import { type Column, type Painter, tableLines } from './text-table.ts';
import type { OverheadFigures, VmOverhead } from './vm-overhead.ts';

/** Two names of 253 characters, and what stands around them. */
const LONGEST_TITLE = 700;

type TermRow = Omit<OverheadTerm, 'source'> & { readonly source?: string };

const TERM_COLUMNS: readonly Column<TermRow>[] = [
  { title: 'TERM', text: ({ name }) => name },
  { title: 'BYTES', align: 'right', text: ({ bytes }) => `${bytes}` },
  { title: 'MI', align: 'right', text: ({ bytes }) => mebibytesText(bytes) },
];
const SOURCE: Column<TermRow> = { title: 'SOURCE', text: ({ source }) => source ?? '' };

/** One VM: its overhead term by term, what that comes to, and what could be saved. */
export function overheadLines(figures: OverheadFigures, format: 'table' | 'wide', paint: Painter): string[] {
  const { namespace, name, kubeVirtVersion, architecture, savings } = figures;
  const columns = format === 'wide' ? [...TERM_COLUMNS, SOURCE] : TERM_COLUMNS;
  const title = `VM ${namespace}/${name} at its next ${figures.occasion}: KubeVirt ${kubeVirtVersion}, ${architecture}`;
  return [
    printableLine(title, LONGEST_TITLE),
    '',
    ...tableLines(columns, termRows(figures), paint),
    '',
    ...tableLines(FACT_COLUMNS, factRows(figures), paint),
    ...(savings.length === 0 ? [] : ['', ...tableLines(SAVING_COLUMNS, savings, paint)]),
  ];
}

function termRows({ overhead, ratio, networkBytes, totalBytes }: OverheadFigures): TermRow[] {
  const network = networkBytes === 0n ? [] : [{ name: 'network bindings', bytes: networkBytes }];
  return [
    ...overhead.terms,
    { name: 'sum', bytes: overhead.baseBytes },
    { name: ratio === undefined ? 'no ratio' : `ratio ${ratio}`, bytes: overhead.ratioShareBytes },
    ...network,
    { name: 'total', bytes: totalBytes },
  ];
}

interface FactRow {
  readonly fact: string;
  readonly bytes: bigint | undefined;
}

const FACT_COLUMNS: readonly Column<FactRow>[] = [
  { title: 'MEMORY', text: ({ fact }) => fact },
  { title: 'BYTES', align: 'right', text: ({ bytes }) => (bytes === undefined ? 'unknown' : `${bytes}`) },
  { title: 'MI', align: 'right', text: ({ bytes }) => (bytes === undefined ? '' : mebibytesText(bytes)) },
];

function factRows(figures: OverheadFigures): FactRow[] {
  const { occasion, nowBytes, totalBytes, guestMemory, podMemoryLimit, podMemoryRequest } = figures;
  const now = [
    { fact: 'overhead of the running pod', bytes: nowBytes },
    { fact: 'difference', bytes: nowBytes === undefined ? undefined : totalBytes - nowBytes },
  ];
  return [
    ...(occasion === 'migration' ? now : []),
    { fact: 'guest memory', bytes: guestMemory?.value() },
    { fact: 'limit of the next pod', bytes: podMemoryLimit?.value() },
    { fact: 'request of the next pod', bytes: podMemoryRequest?.value() },
  ];
}

const CHANGES: Readonly<Record<Saving['change'], string>> = {
  'no-graphics-device': 'no graphics device (autoattachGraphicsDevice: false)',
  'no-console-log': 'no console log (logSerialConsole: false)',
  'overcommit-guest-overhead': 'overcommitGuestOverhead: true',
};

const SAVING_COLUMNS: readonly Column<Saving>[] = [
  { title: 'WOULD SAVE', text: ({ change }) => CHANGES[change] },
  { title: 'LIMIT', align: 'right', text: ({ limits }) => bytesText(limits.get('memory')?.value()) },
  { title: 'REQUEST', align: 'right', text: ({ requests }) => bytesText(requests.get('memory')?.value()) },
];

function bytesText(bytes: bigint | undefined): string {
  return bytes === undefined ? '' : mebibytesText(bytes);
}

const LIST_COLUMNS: readonly Column<VmOverhead>[] = [
  { title: 'NAMESPACE', text: ({ namespace }) => namespace },
  { title: 'VM', text: ({ name }) => name },
  { title: 'NOW', align: 'right', text: (vm) => (vm.kind === 'unknown' ? '' : bytesText(vm.nowBytes)) },
  { title: 'NEXT', align: 'right', text: (vm) => (vm.kind === 'unknown' ? '' : mebibytesText(vm.totalBytes)) },
  { title: 'DIFFERENCE', align: 'right', text: differenceText },
  figureColumn('GUEST', ({ guestMemory }) => guestMemory?.value()),
  figureColumn('LIMIT', ({ podMemoryLimit }) => podMemoryLimit?.value()),
  figureColumn('REQUEST', ({ podMemoryRequest }) => podMemoryRequest?.value()),
];

const WIDE_LIST_COLUMNS: readonly Column<VmOverhead>[] = [
  ...LIST_COLUMNS,
  { title: 'NEXT-BYTES', align: 'right', text: (vm) => (vm.kind === 'unknown' ? '' : `${vm.totalBytes}`) },
  { title: 'RATIO', text: (vm) => (vm.kind === 'unknown' ? '' : (vm.ratio ?? '')) },
  { title: 'KUBEVIRT', text: (vm) => (vm.kind === 'unknown' ? '' : vm.kubeVirtVersion) },
];
const REASON: Column<VmOverhead> = { title: 'UNKNOWN', text: (vm) => (vm.kind === 'unknown' ? vm.reason : '') };

function figureColumn(title: string, bytes: (vm: OverheadFigures) => bigint | undefined): Column<VmOverhead> {
  return { title, align: 'right', text: (vm) => (vm.kind === 'unknown' ? '' : bytesText(bytes(vm))) };
}

function differenceText(vm: VmOverhead): string {
  if (vm.kind === 'unknown' || vm.nowBytes === undefined) return '';
  return signedText(vm.totalBytes - vm.nowBytes);
}

/** Several VMs, a line each. */
export function overheadListLines(vms: readonly VmOverhead[], format: 'table' | 'wide', paint: Painter): string[] {
  const columns = format === 'wide' ? WIDE_LIST_COLUMNS : LIST_COLUMNS;
  const hasUnknown = vms.some(({ kind }) => kind === 'unknown');
  return tableLines(hasUnknown ? [...columns, REASON] : columns, vms, paint);
}
