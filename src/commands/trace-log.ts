import { recordOf } from '../cluster/kubernetes-objects.ts';
import { readBlocks } from '../cluster/text-blocks.ts';
import {
  EVIDENCE_SORTS,
  type EvidenceLine,
  type EvidenceSort,
  type RequestLine,
  type TraceLine,
  type VerdictLine,
} from '../trace/trace-line.ts';
import { CommandError } from './command-error.ts';
import { type LoggedLine, TRACE_SORTS, traceLineShape } from './trace-line-shape.ts';

/** What a log says of one decision. Its beginning or its end may be missing: logs are rotated. */
export interface DecisionTrace {
  readonly uid: string;
  readonly request?: RequestLine;
  readonly evidence: readonly EvidenceLine[];
  readonly verdict?: VerdictLine;
  /** How many lines of each sort were found. */
  readonly found: Readonly<Record<EvidenceSort, number>>;
}

export interface ReadLog {
  /** In the order in which they begin. */
  readonly traces: readonly DecisionTrace[];
  /** Numbers of lines that begin as a trace's and are no JSON. */
  readonly cutOff: readonly number[];
}

/** Reads the traces of a log (`-`: standard input); of `uid` whole, or of all decisions without their evidence. */
export async function readTraceLog(file: string, uid: string | undefined): Promise<ReadLog> {
  const traces = new Traces(uid);
  const cutOff: number[] = [];
  for await (const { text, number } of linesOf(file)) {
    const read = traceLineIn(text, uid, `${file === '-' ? 'standard input' : file}: line ${number}`);
    if (read === 'cut-off') cutOff.push(number);
    else if (read !== undefined) traces.add(read);
  }
  return { traces: traces.all(), cutOff };
}

async function* linesOf(file: string): AsyncGenerator<{ readonly text: string; readonly number: number }> {
  let number = 0;
  for await (const block of readBlocks(file)) {
    if (block.length === 0) continue;
    const lines = block.toString('utf8').split('\n');
    // A block ends with its last line's end, but for the last block of a file that does not.
    if (lines.at(-1) === '') lines.pop();
    for (const text of lines) {
      number += 1;
      yield { text, number };
    }
  }
}

const MARK = /"trace": ?"(?:request|fact|unread|problem|overhead|quota|verdict)"/;

/**
 * Other lines are passed over: kubectl mixes those of several containers and versions, and may put a prefix before each. So
 * are those of other decisions than `uid`, whatever they are like.
 */
function traceLineIn(text: string, uid: string | undefined, place: string): LoggedLine | 'cut-off' | undefined {
  if (!MARK.test(text)) return undefined;
  const given = jsonIn(text);
  if (given === undefined) return 'cut-off';
  if (!TRACE_SORTS.has(given.trace) || given.uid === undefined || given.decision === undefined) return undefined;
  if (uid !== undefined && given.uid !== uid) return undefined;
  const read = traceLineShape.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const member = issue?.path.join('.') || 'line';
  const expected = `${issue?.message}`.replace(/^Invalid input: /, '');
  throw new CommandError(`${place}: ${given.trace}: ${member}: ${expected}; is it of another version of headroom?`);
}

function jsonIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return recordOf(JSON.parse(text.slice(text.indexOf('{'))));
  } catch {
    return undefined;
  }
}

interface Begun {
  readonly uid: string;
  request?: RequestLine;
  evidence: EvidenceLine[];
  verdict?: VerdictLine;
  found: Record<EvidenceSort, number>;
}

class Traces {
  readonly #isWhole: boolean;
  readonly #begun = new Map<string, Begun>();
  readonly #all: Begun[] = [];

  constructor(uid: string | undefined) {
    this.#isWhole = uid !== undefined;
  }

  add({ uid, decision, ...line }: LoggedLine): void {
    const one = this.#traceOf(uid, decision, line.trace);
    if (line.trace === 'request') {
      one.request = line;
      // Collectors of logs may hand them out with the last line first.
      if (one.verdict !== undefined) one.evidence.reverse();
    } else if (line.trace === 'verdict') one.verdict = line;
    else {
      one.found[line.trace] += 1;
      if (this.#isWhole) one.evidence.push(line);
    }
  }

  all(): readonly DecisionTrace[] {
    return this.#all;
  }

  /** A process that has been started again numbers its decisions anew. */
  #traceOf(uid: string, decision: number, sort: TraceLine['trace']): Begun {
    const key = `${decision} ${uid}`;
    const known = this.#begun.get(key);
    const isAnother = (sort === 'request' || sort === 'verdict') && known?.[sort] !== undefined;
    if (known !== undefined && !isAnother) return known;
    const found = { unread: 0, problem: 0, fact: 0, overhead: 0, quota: 0 };
    const begun: Begun = { uid, evidence: [], found };
    this.#begun.set(key, begun);
    this.#all.push(begun);
    return begun;
  }
}

/** What of a trace the log does not hold, in sentences. */
export function missingOf({ request, verdict, found }: DecisionTrace): readonly string[] {
  const beginning = request === undefined ? ['the line of the request is missing'] : [];
  if (verdict === undefined) {
    return [...beginning, 'the line of the verdict is missing, and so how many lines there were before it'];
  }
  const short = EVIDENCE_SORTS.filter((sort) => found[sort] < verdict.lines[sort]).map((sort) => {
    const all = verdict.lines[sort];
    return `${sort} lines missing: ${all - found[sort]} of ${all}`;
  });
  const { leftOut } = verdict;
  const untold = leftOut > 0 ? [`facts that were not logged, for there were too many: ${leftOut}`] : [];
  return [...beginning, ...short, ...untold];
}
