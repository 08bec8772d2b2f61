import { Argument, type Command, Option } from 'commander';
import type { CommandContext } from './command-context.ts';
import { answerText, FILES_ANSWER, NO_ANSWER, wantedAt } from './completion-candidates.ts';
import { readTypedLine, type TypedLine } from './completion-line.ts';
import { type NameSource, namesOf } from './completion-names.ts';
import { answerInTime, IN_PROCESS, WITHIN } from './completion-process.ts';
import { COMPLETION_SCRIPTS, SHELLS, type Shell } from './completion-scripts.ts';
import { EXIT_FINE } from './exit-code.ts';
import { type Io, OutputClosed } from './io.ts';
import { addGlobalOptions } from './options.ts';

const EXAMPLES = [
  ['for bash, now', 'completion bash > headroom.bash && source headroom.bash'],
  ['for zsh, in a folder of its $fpath', 'completion zsh > _headroom'],
  ['for fish, in ~/.config/fish/completions', 'completion fish > headroom.fish'],
  ['for kubectl headroom, executable and on the PATH', 'completion kubectl > kubectl_complete-headroom'],
] as const;

export function addCompletionCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('completion')
    .summary('print a script that completes command lines')
    .description(
      'Prints a script by which a shell, or kubectl for its plugin headroom, completes commands, options and their ' +
        'values; names of VMs, namespaces and nodes are those of the cluster, or of the --snapshot given on the line.',
    )
    .addArgument(new Argument('<shell>', 'what the script is for').choices(SHELLS))
    .action((shell: Shell, _options, self: Command) => context.finish(printScript(shell, context.ioFor(self))));
  addGlobalOptions(command);
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
  addCompleteCommand(program, context);
}

async function printScript(shell: Shell, io: Io): Promise<number> {
  await io.stdout.write(COMPLETION_SCRIPTS[shell]);
  return EXIT_FINE;
}

interface HowToAnswer {
  readonly inProcess?: boolean;
  readonly within?: number;
}

/** What the scripts ask: the words typed so far, and after them the one at the cursor. */
function addCompleteCommand(program: Command, context: CommandContext): void {
  program
    .command('__complete', { hidden: true })
    .summary('answer a completion script')
    .addOption(new Option(IN_PROCESS).hideHelp())
    .addOption(new Option(`${WITHIN} <seconds>`).argParser(Number).hideHelp())
    .helpOption(false)
    .argument('[words...]')
    .action((words: string[], { inProcess, within }: HowToAnswer, self: Command) => {
      const read = (line: TypedLine) => (inProcess === true ? namesAnswer(line, context) : answerInTime(words, within));
      return context.finish(complete(program, words, { io: context.ioFor(self), read }));
    });
}

/** Nothing that goes wrong may be seen in the line that somebody is typing. */
async function complete(
  program: Command,
  words: readonly string[],
  { io, read }: { readonly io: Io; readonly read: (line: TypedLine) => Promise<string> },
): Promise<number> {
  const answer = await answerTo(program, words, read).catch(() => NO_ANSWER);
  try {
    await io.stdout.write(answer);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
  return EXIT_FINE;
}

async function answerTo(
  program: Command,
  words: readonly string[],
  read: (line: TypedLine) => Promise<string>,
): Promise<string> {
  const line = readTypedLine(program, words);
  const wanted = wantedAt(line);
  switch (wanted.kind) {
    case 'files':
      return FILES_ANSWER;
    case 'listed':
      return answerText(wanted.candidates, line.part);
    case 'names':
      return read(line);
    default:
      return wanted satisfies never;
  }
}

async function namesAnswer(line: TypedLine, { environment }: CommandContext): Promise<string> {
  const wanted = wantedAt(line);
  if (wanted.kind !== 'names') return NO_ANSWER;
  const last = (name: string): string | undefined => line.given.get(name)?.at(-1);
  const source: NameSource = {
    snapshots: line.given.get('snapshot') ?? [],
    kubeconfig: last('kubeconfig'),
    context: last('context'),
    namespace: last('namespace'),
    environment,
  };
  const named = await namesOf(wanted.of, source);
  return answerText(
    named.filter(({ value }) => !line.operands.includes(value)),
    line.part,
  );
}
