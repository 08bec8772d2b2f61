import { printableLine, printableLines } from '../admission/plain-text.ts';
import { Quantity } from '../quantity/quantity.ts';
import type {
  EvidenceLine,
  FactLine,
  OverheadLine,
  ProblemLine,
  QuotaSumLine,
  RequestLine,
  UnreadLine,
  VerdictLine,
} from '../trace/trace-line.ts';
import { mebibytesText } from './byte-text.ts';
import { type Column, type Paint, type Painter, tableLines } from './text-table.ts';
import { type DecisionTrace, missingOf } from './trace-log.ts';

const LONGEST_LINE = 1000;

const PAINTS: Readonly<Record<string, Paint>> = { fits: 'green', waits: 'yellow', exceeds: 'red', unknown: 'magenta' };

const DECISIONS: readonly Column<DecisionTrace>[] = [
  { title: 'TIME', text: ({ request }) => request?.at ?? '' },
  { title: 'UID', text: ({ uid }) => uid },
  { title: 'PATH', text: ({ request }) => request?.path ?? '' },
  { title: 'NAMESPACE', text: ({ request }) => request?.namespace ?? '' },
  { title: 'VM', text: ({ request }) => request?.vmi ?? '' },
  {
    title: 'VERDICT',
    text: ({ verdict }) => verdict?.verdict ?? '',
    paint: ({ verdict }) => PAINTS[verdict?.verdict ?? ''],
  },
  { title: 'ANSWER', text: ({ verdict }) => (verdict === undefined ? '' : answerOf(verdict)) },
  { title: 'FACTS', align: 'right', text: ({ found }) => `${found.fact}` },
];

/** One line a decision. */
export function decisionLines(traces: readonly DecisionTrace[], paint: Painter): string[] {
  return tableLines(DECISIONS, traces, paint);
}

function answerOf({ denied }: VerdictLine): string {
  return denied ? 'denied' : 'admitted';
}

/** One decision, from what was asked to what was answered. */
export function traceLines(trace: DecisionTrace, format: 'table' | 'wide', paint: Painter): string[] {
  const { request, verdict, evidence } = trace;
  const blocks = [
    request === undefined ? [`request ${trace.uid}`] : requestLines(trace.uid, request),
    factLines(evidence, paint),
    unreadLines(evidence),
    ...linesOf(evidence, 'overhead').map((line) => overheadLines(line, format, paint)),
    linesOf(evidence, 'quota').map(sumLine),
    verdict === undefined ? [] : verdictLines(verdict, paint),
    missingOf(trace).map((sentence) => `incomplete: ${sentence}`),
  ];
  return blocks.flatMap((lines) => (lines.length === 0 ? [] : ['', ...lines])).slice(1);
}

function linesOf<Sort extends EvidenceLine['trace']>(
  evidence: readonly EvidenceLine[],
  sort: Sort,
): readonly Extract<EvidenceLine, { trace: Sort }>[] {
  return evidence.filter((line): line is Extract<EvidenceLine, { trace: Sort }> => line.trace === sort);
}

function requestLines(uid: string, request: RequestLine): string[] {
  const { at, path, about, namespace, vmi, name, dryRun } = request;
  const named = name === undefined ? '' : ` ${name}`;
  const subject = about === 'nothing known' ? about : `${about}${named} of VM ${namespace}/${vmi}`;
  const asked = request.class === undefined ? '' : `, class ${request.class}`;
  return [
    printableLine(`request ${uid} at ${at}, ${path}`, LONGEST_LINE),
    printableLine(`${subject}${asked}${dryRun === true ? ', dry run' : ''}`, LONGEST_LINE),
  ];
}

const FACTS: readonly Column<FactLine>[] = [
  { title: 'KIND', text: ({ kind }) => kind },
  { title: 'NAMESPACE', text: ({ namespace }) => namespace ?? '' },
  { title: 'NAME', text: ({ name }) => name },
  {
    title: 'RESOURCEVERSION',
    text: ({ resourceVersion, promised }) => (promised ? 'promised' : (resourceVersion ?? '')),
  },
];

function factLines(evidence: readonly EvidenceLine[], paint: Painter): string[] {
  const facts = linesOf(evidence, 'fact');
  return facts.length === 0 ? ['no facts'] : tableLines(FACTS, facts, paint);
}

/** Each sentence names what it is about. */
function unreadLines(evidence: readonly EvidenceLine[]): string[] {
  const unread = linesOf(evidence, 'unread').map(({ message }: UnreadLine) => message);
  const problems = linesOf(evidence, 'problem').map(({ kind, namespace, name, message }: ProblemLine) => {
    return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} is not understood: ${message}`;
  });
  return [...unread, ...problems].map((sentence) => printableLine(sentence, LONGEST_LINE));
}

interface TermRow {
  readonly name: string;
  readonly bytes: string;
  readonly source?: string;
}

const TERMS: readonly Column<TermRow>[] = [
  { title: 'TERM', text: ({ name }) => name },
  { title: 'BYTES', align: 'right', text: ({ bytes }) => bytes },
  { title: 'MI', align: 'right', text: ({ bytes }) => mebibytesText(BigInt(bytes)) },
];
const SOURCE: Column<TermRow> = { title: 'SOURCE', text: ({ source }) => source ?? '' };

function overheadLines(line: OverheadLine, format: 'table' | 'wide', paint: Painter): string[] {
  const { by, ratio, terms, baseBytes, ratioShareBytes, networkBytes, totalBytes } = line;
  const rows: readonly TermRow[] = [
    ...terms,
    { name: 'sum', bytes: baseBytes },
    { name: ratio === undefined ? 'no ratio' : `ratio ${ratio}`, bytes: ratioShareBytes },
    ...(networkBytes === '0' ? [] : [{ name: 'network bindings', bytes: networkBytes }]),
    { name: 'total', bytes: totalBytes },
  ];
  const title = printableLine(`memory overhead by ${by}`, LONGEST_LINE);
  return [title, ...tableLines(format === 'wide' ? [...TERMS, SOURCE] : TERMS, rows, paint)];
}

function sumLine({ quota, resource, used, requested, hard, hardAfterScaleUp, shortBy, cause }: QuotaSumLine): string {
  const total = Quantity.parse(used).add(Quantity.parse(requested));
  const comparison = total.exceeds(Quantity.parse(hardAfterScaleUp)) ? '>' : '<=';
  const sum = `${used} used + ${requested} requested = ${total} ${comparison} ${hardAfterScaleUp}`;
  const now = hard === hardAfterScaleUp ? '' : ` (hard is ${hard} now)`;
  const short = shortBy === undefined ? '' : `, short by ${shortBy}`;
  const why = cause === undefined ? '' : `, cause ${cause}`;
  return printableLine(`${quota} ${resource}: ${sum}${now}${short}${why}`, LONGEST_LINE);
}

function verdictLines(line: VerdictLine, paint: Painter): string[] {
  const { verdict, policy, forecast, reason, annotations, warnings } = line;
  const atBest = forecast?.atBest === undefined ? '' : `, at best ${forecast.atBest}`;
  const next = forecast?.next === undefined ? '' : `, next ${forecast.next}`;
  const underPolicy = policy === undefined ? '' : `, policy ${policy}`;
  const shown = paint(printableLine(verdict, LONGEST_LINE), PAINTS[verdict]);
  const told = warnings.map((warning) => `warning: ${warning}`);
  return [
    `verdict ${shown}${printableLine(`${atBest}${next}${underPolicy}: ${answerOf(line)}`, LONGEST_LINE)}`,
    ...(forecast === undefined ? [] : printableLines(forecast.message).split('\n')),
    ...(forecast?.notes ?? []).map((assumed) => printableLine(`assumed: ${assumed}`, LONGEST_LINE)),
    ...(reason === undefined ? [] : [printableLine(reason, LONGEST_LINE)]),
    ...Object.entries(annotations ?? {}).map(([name, value]) => printableLine(`${name}: ${value}`, LONGEST_LINE)),
    ...told.map((text) => printableLine(text, LONGEST_LINE)),
  ];
}
