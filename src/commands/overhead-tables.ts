import { printableLine } from '../admission/plain-text.ts';
import type { OverheadTerm } from '../kubevirt/memory-overhead.ts';
import type { Saving } from '../kubevirt/savings.ts';
import { mebibytesText } from './byte-text.ts';
import { bytesText, changesText, overcommitText } from './overhead-columns.ts';
import { type Column, type Painter, tableLines } from './text-table.ts';
import { type OverheadFigures, overheadDifference } from './vm-overhead.ts';

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
    ...summaryLines(figures),
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
  const { running, guestMemory, amounts } = figures;
  return [
    ...(running === undefined ? [] : [{ fact: 'overhead of the running pod', bytes: running.overheadBytes }]),
    ...(running === undefined ? [] : [{ fact: 'difference', bytes: overheadDifference(figures) }]),
    { fact: 'guest memory', bytes: guestMemory?.value() },
    { fact: 'workload of the next pod', bytes: amounts.workloadBytes },
    { fact: 'limit of the next pod', bytes: amounts.limit?.value() },
    { fact: 'request of the next pod', bytes: amounts.request?.value() },
  ];
}

/** Sentences that say what the table's figures come to. */
function summaryLines({ running, amounts }: OverheadFigures): string[] {
  const changes = changesText(running?.changes ?? []);
  const overcommit = overcommitText(amounts);
  return [
    ...(changes === '' ? [] : [`Why the overhead changes: ${printableLine(changes, LONGEST_TITLE)}`]),
    ...(overcommit === ''
      ? []
      : [`Effective overcommit: ${overcommit} (what the VM was promised, of what its next pod requests)`]),
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
