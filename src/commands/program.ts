import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { addCompletionCommand } from './completion.ts';
import { addDoctorCommand } from './doctor.ts';
import { addForecastCommand } from './forecast.ts';
import type { Io } from './io.ts';
import { addGlobalOptions, type GlobalOptions, givenOptions } from './options.ts';
import { addOverheadCommand } from './overhead.ts';
import { addReplayCommand } from './replay.ts';
import { addReportCommand } from './report.ts';
import { addSelfTestCommand } from './self-test.ts';
import { addServeCommand } from './serve.ts';
import { addSnapshotCommand } from './snapshot.ts';
import { addTraceCommand } from './trace.ts';
import { addVersionCommand } from './version.ts';

/** How and by what name the program was called. */
export interface Invocation {
  /** What follows the program's name. */
  readonly args: readonly string[];
  readonly programName: 'headroom' | 'kubectl headroom';
  readonly version: string;
  readonly environment: CommandContext['environment'];
  readonly io: Io;
}

/** What a run of the program leaves behind: commander's own output, and the command's exit code. */
export interface ProgramRun {
  readonly program: Command;
  readonly help: string[];
  readonly complaints: string[];
  exitCode: number;
}

const EXAMPLES = [
  ['does a migration of vm1 fit?', 'forecast vm1 -n team-a --snapshot cluster.yaml'],
  ['every VM at another overhead ratio', 'forecast -A --ratio 4.5 --snapshot cluster.yaml'],
  ['where the overhead of vm1 comes from', 'overhead vm1 -n team-a --snapshot cluster.yaml'],
  ['the admission webhook over a file', 'serve --snapshot cluster.yaml'],
] as const;

export function createProgram(invocation: Invocation): ProgramRun {
  const program = new Command(invocation.programName);
  const run: ProgramRun = { program, help: [], complaints: [], exitCode: 0 };
  program
    .description('Says whether live migrations fit the ResourceQuotas of their namespaces on Harvester and KubeVirt.')
    .version(invocation.version, '--version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => run.help.push(text),
      writeErr: (text) => run.complaints.push(text),
      getOutHelpWidth: () => invocation.io.columns,
      getErrHelpWidth: () => invocation.io.columns,
    })
    .showHelpAfterError(`(${invocation.programName} --help lists commands and options)`);
  addGlobalOptions(program);
  const context = contextOf(invocation, run);
  addForecastCommand(program, context);
  addOverheadCommand(program, context);
  addReportCommand(program, context);
  addDoctorCommand(program, context);
  addSnapshotCommand(program, context);
  addServeCommand(program, context);
  addTraceCommand(program, context);
  addReplayCommand(program, context);
  addSelfTestCommand(program, context);
  addCompletionCommand(program, context);
  addVersionCommand(program, context);
  program.addHelpText('after', () => context.examplesText(EXAMPLES));
  program.addHelpText('after', EXIT_CODES);
  return run;
}

const EXIT_CODES =
  '\nExit codes: 0 fine, 1 error, 2 something exceeds its quota (or doctor has found something), 3 something is unknown.';

function contextOf({ version, environment, io, programName }: Invocation, run: ProgramRun): CommandContext {
  return {
    version,
    environment,
    finish: async (exitCode) => {
      run.exitCode = await exitCode;
    },
    ioFor: (command) => {
      const isPlain = givenOptions<GlobalOptions>(command).color === false;
      return isPlain ? { ...io, color: false } : io;
    },
    examplesText: (examples) => {
      const lines = examples.flatMap(([purpose, args]) => [`  # ${purpose}`, `  ${programName} ${args}`]);
      return ['', 'Examples:', ...lines].join('\n');
    },
  };
}
