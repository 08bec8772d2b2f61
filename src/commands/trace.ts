import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { documentText } from './documents.ts';
import { EXIT_ERROR, EXIT_FINE } from './exit-code.ts';
import { type Io, note } from './io.ts';
import { addGlobalOptions, type GlobalOptions, givenOptions, isDocument } from './options.ts';
import type { DecisionTrace } from './trace-log.ts';

/** Of little use to the other commands, which start without it. */
const loadLog = () => import('./trace-log.ts');

interface TraceOptions extends GlobalOptions {
  readonly uid?: string;
  readonly scenario?: string;
}

const EXAMPLES = [
  ['which decisions does a log of `serve -v` hold?', 'trace headroom.log'],
  ['all that one of them stood on', 'trace headroom.log --uid b6f6c0de-0001-4d3f-9c52-6a1b7d1d1a01'],
  ['the same as a scenario, to be replayed', 'trace headroom.log --uid UID --scenario folder'],
] as const;

export function addTraceCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('trace <file>')
    .summary('show what a decision of the webhook stood on')
    .description(
      'Reads what `serve -v` has logged (a file, - is standard input) and lists its decisions, or shows one of them: ' +
        'the objects read, the overhead term by term, each quota, and the verdict. With --scenario it writes the ' +
        'decision as a folder that `replay` takes, and replays it.',
    )
    .option('--uid <uid>', "the decision about the request of this uid, which the log's lines carry")
    .option('--scenario <folder>', 'write the decision into this new folder, as before.yaml and vmims.yaml')
    .action((file: string, _options, self: Command) =>
      context.finish(traceCommand(file, givenOptions(self), context.ioFor(self))),
    );
  addGlobalOptions(command);
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

async function traceCommand(file: string, options: TraceOptions, io: Io): Promise<number> {
  const { uid, scenario, output = 'table' } = options;
  if (scenario !== undefined && uid === undefined) throw new CommandError('--scenario: expected with --uid');
  const { readTraceLog } = await loadLog();
  const { traces, cutOff } = await readTraceLog(file, uid);
  if (cutOff.length > 0) await note(io, `note: ${cutOffText(cutOff)}`);
  if (traces.length === 0) throw new CommandError(nothingFound(file, uid));
  if (uid === undefined) await list(traces, output, io);
  else if (scenario === undefined) await show(traces, output, io);
  else return await write(traces, scenario, io);
  return EXIT_FINE;
}

const MOST_NUMBERS = 10;

function cutOffText(numbers: readonly number[]): string {
  const shown = numbers.slice(0, MOST_NUMBERS).join(', ');
  const more = numbers.length > MOST_NUMBERS ? ` and ${numbers.length - MOST_NUMBERS} more` : '';
  return `lines of traces that are cut off: ${shown}${more}`;
}

function nothingFound(file: string, uid: string | undefined): string {
  const place = file === '-' ? 'standard input' : file;
  if (uid !== undefined)
    return `${place}: holds no trace of a request ${JSON.stringify(uid)}; without --uid all are listed`;
  return `${place}: holds no trace; expected the log of a webhook at level debug (serve -v)`;
}

type Output = NonNullable<GlobalOptions['output']>;

async function list(traces: readonly DecisionTrace[], output: Output, io: Io): Promise<void> {
  const { missingOf } = await loadLog();
  if (isDocument(output)) {
    const decisions = traces.map((trace) => {
      const { uid, request, verdict } = trace;
      return { uid, request, verdict, incomplete: missingOf(trace) };
    });
    await io.stdout.write(await documentText(output, decisions));
    return;
  }
  const [{ decisionLines }, { painterFor }] = await Promise.all([import('./trace-text.ts'), import('./text-table.ts')]);
  await io.stdout.write(`${decisionLines(traces, painterFor(io)).join('\n')}\n`);
  const incomplete = traces.filter((trace) => missingOf(trace).length > 0).length;
  if (incomplete === 0) return;
  await note(io, `note: ${incomplete} of ${traces.length} are not complete; --uid says what is missing`);
}

async function show(traces: readonly DecisionTrace[], output: Output, io: Io): Promise<void> {
  if (isDocument(output)) {
    const { missingOf } = await loadLog();
    const shown = traces.map((trace) => {
      const { uid, request, evidence, verdict } = trace;
      return { uid, request, evidence, verdict, incomplete: missingOf(trace) };
    });
    await io.stdout.write(await documentText(output, shown));
    return;
  }
  const [{ traceLines }, { painterFor }] = await Promise.all([import('./trace-text.ts'), import('./text-table.ts')]);
  const paint = painterFor(io);
  const texts = traces.map((trace) => traceLines(trace, output, paint).join('\n'));
  await io.stdout.write(`${texts.join('\n\n')}\n`);
}

async function write(traces: readonly DecisionTrace[], folder: string, io: Io): Promise<number> {
  const last = traces.at(-1) as DecisionTrace;
  if (traces.length > 1) await note(io, `note: ${traces.length} decisions have this uid; the last is written`);
  const [{ writeScenario }, { missingOf }] = await Promise.all([import('./trace-scenario.ts'), loadLog()]);
  const { objects, gaps, verdict, differences } = await writeScenario(last, folder);
  for (const sentence of missingOf(last)) await note(io, `note: ${sentence}`);
  for (const gap of gaps) await note(io, `note: a scenario cannot say ${gap}`);
  for (const difference of differences) await note(io, `error: ${folder} does not replay the decision: ${difference}`);
  const outcome = differences.length === 0 ? `replays as it was decided: ${verdict}` : `replays as ${verdict}`;
  await io.stdout.write(`${folder}: ${objects} objects and a migration; ${outcome}\n`);
  return differences.length === 0 ? EXIT_FINE : EXIT_ERROR;
}
