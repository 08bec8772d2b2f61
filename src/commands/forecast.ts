import type { Command } from 'commander';
import type { Cluster } from '../forecast/cluster-objects.ts';
import type { Verdict } from '../forecast/forecast.ts';
import type { CommandContext } from './command-context.ts';
import { countVerdicts, exitCodeOf } from './exit-code.ts';
import { answersOf, standingOf, verdictsNow } from './forecast-answers.ts';
import { forecastDrains } from './forecast-drain.ts';
import { askedQuestions, type ForecastOptions, type Question, refuseContradictions } from './forecast-questions.ts';
import { ForecastTally } from './forecast-tally.ts';
import { type Ending, forecastWriter } from './forecast-writers.ts';
import { type Io, note } from './io.ts';
import { addClusterOptions, addGlobalOptions, collect, givenOptions } from './options.ts';
import { openClusterOnce } from './read-once.ts';
import type { Selections } from './vm-selection.ts';
import { readWhatIf, type WhatIf } from './what-if-options.ts';
import { outlookOf } from './what-if-outlook.ts';
import { whatIfEnding } from './what-if-summary.ts';

const EXAMPLES = [
  ['one VM, with the figures and what to do', 'forecast vm1 -n team-a --snapshot cluster.yaml'],
  ['every VM of the cluster, for a program', 'forecast -A --snapshot cluster.jsonl -o json'],
  ['can a node be drained, in which order, and what is missing?', 'forecast --node harv1 --snapshot cluster.yaml'],
  ['can every node be drained in turn, as an upgrade does?', 'forecast --every-node --snapshot cluster.yaml'],
  ['migrations that are about to be created', 'forecast -f migrations.yaml --snapshot cluster.yaml'],
  ['would the stopped VMs start?', 'forecast --start -n team-a --snapshot cluster.yaml'],
  ['what if the overhead ratio were 4.5?', 'forecast -A --ratio 4.5 --snapshot cluster.yaml'],
  ['what if a quota were larger?', 'forecast --quota team-a/default-x7k2p:limits.memory=8Gi --snapshot cluster.yaml'],
] as const;

export function addForecastCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('forecast [vmi...]')
    .summary('say which migrations fit their quotas')
    .description('Forecasts whether live migrations fit the ResourceQuotas of their namespaces.')
    .option('-f, --filename <file>', 'file of VirtualMachineInstanceMigrations, as one set (repeatable)', collect)
    .option('--node <name>', 'what a drain of the node must move, as many at a time as KubeVirt lets')
    .option('--every-node', 'the same for every node in turn, as in an upgrade')
    .option('--together', 'forecast what is selected as one set, not each by itself')
    .option('--start', 'forecast the start of stopped VMs instead')
    .option('--ratio <ratio>', 'what if additional-guest-memory-overhead-ratio were this')
    .option(
      '--quota <change>',
      'what if NAMESPACE/NAME:KEY were VALUE, as NAMESPACE/NAME:KEY=VALUE (repeatable)',
      collect,
    )
    .action((names: string[], _options, self: Command) =>
      context.finish(forecast(names, givenOptions<ForecastOptions>(self), context.ioFor(self))),
    );
  addGlobalOptions(addClusterOptions(command));
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

/** The spine of the command: a cluster, a what-if, answers, an exit code. */
async function forecast(names: readonly string[], options: ForecastOptions, io: Io): Promise<number> {
  refuseContradictions(names, options);
  const without = options.start === true ? 'nothing' : 'virtual-machines';
  const cluster = await openClusterOnce(options, without, io.onProgress);
  const isDrain = options.node !== undefined || options.everyNode === true;
  const asked = isDrain ? undefined : await askedQuestions(cluster, names, options);
  const whatIf = await readWhatIf(cluster, options);
  const notes = [...(asked?.notes ?? []), ...(whatIf?.notes ?? []), ...unaskedNotes(whatIf, asked?.questions)];
  for (const text of notes) await note(io, `note: ${text}`);
  const writer = await forecastWriter(options.output, io);
  const tally = new ForecastTally(writer);
  const endings =
    asked === undefined
      ? await forecastDrains(cluster, options, whatIf, tally)
      : await forecastQuestions(cluster, asked.questions, whatIf, tally);
  await writer.end(endings);
  for (const text of tally.notes) await note(io, `note: ${text}`);
  return exitCodeOf(tally.counts);
}

async function forecastQuestions(
  cluster: Cluster,
  questions: Selections<Question>,
  whatIf: WhatIf | undefined,
  tally: ForecastTally,
): Promise<readonly Ending[]> {
  const before: Verdict[] = [];
  const outlook = outlookOf(whatIf);
  for await (const question of questions) {
    const standing = await standingOf(cluster, question, whatIf);
    if (whatIf !== undefined) for (const verdict of verdictsNow(standing)) before.push(verdict);
    outlook?.look(standing);
    for (const answer of answersOf(standing)) await tally.add(answer);
  }
  if (whatIf === undefined) return [];
  return [whatIfEnding({ whatIf, before: countVerdicts(before), after: tally.counts, outlook })];
}

/** A quota counts in its own namespace alone. Where one is to be otherwise, all questions are known beforehand. */
function unaskedNotes(whatIf: WhatIf | undefined, questions: Selections<Question> | undefined): string[] {
  if (questions === undefined || !('length' in questions)) return [];
  const asked = new Set(questions.map(({ namespace }) => namespace));
  const others = (whatIf?.quotas ?? []).filter(({ namespace }) => !asked.has(namespace));
  return others.map(({ namespace, change }) => `--quota ${namespace}/${change.quota} changes nothing of what is asked`);
}
