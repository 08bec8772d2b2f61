import { CommanderError } from 'commander';
import { KubeconfigError, UnreadableCluster } from '../cluster/cluster-error.ts';
import { SnapshotError } from '../cluster/snapshot-error.ts';
import { ConfigError } from '../config/serve-config.ts';
import { CommandError } from './command-error.ts';
import { EXIT_ERROR, EXIT_FINE } from './exit-code.ts';
import { type Io, note, OutputClosed } from './io.ts';
import { createProgram, type Invocation, type ProgramRun } from './program.ts';
import { withProgress } from './progress.ts';

/** Runs one command and gives its exit code. Whatever goes wrong is said in a sentence on stderr. */
export async function run(invocation: Invocation): Promise<number> {
  const { io, end } = withProgress(invocation.io);
  const started = createProgram({ ...invocation, io });
  try {
    await started.program.parseAsync([...invocation.args], { from: 'user' });
    return started.exitCode;
  } catch (error) {
    return await failureCode(error, started, { ...invocation, io });
  } finally {
    await end();
  }
}

async function failureCode(error: unknown, started: ProgramRun, invocation: Invocation): Promise<number> {
  const { io } = invocation;
  if (error instanceof OutputClosed) return EXIT_FINE;
  if (error instanceof CommanderError) return commanderCode(error, started, io);
  if (isExplained(error)) {
    for (const line of error.message.split('\n')) await note(io, `error: ${line}`);
    return EXIT_ERROR;
  }
  await note(io, `error: ${error instanceof Error ? error.message : String(error)}`);
  const isVerbose = invocation.args.some((given) => given === '-v' || given === '--verbose');
  if (isVerbose && error instanceof Error && error.stack !== undefined) await noteLines(io, error.stack);
  return EXIT_ERROR;
}

async function noteLines(io: Io, text: string): Promise<void> {
  for (const line of text.split('\n')) await note(io, line);
}

/** What says by itself what is wrong and needs no stack. */
const EXPLAINED = [CommandError, SnapshotError, ConfigError, KubeconfigError, UnreadableCluster];

function isExplained(error: unknown): error is Error {
  return EXPLAINED.some((type) => error instanceof type);
}

/** Help that was asked for is data; help that is given because nothing was asked is not. */
async function commanderCode(error: CommanderError, { help, complaints }: ProgramRun, io: Io): Promise<number> {
  try {
    if (help.length > 0) await io.stdout.write(help.join(''));
  } catch (closed) {
    if (!(closed instanceof OutputClosed)) throw closed;
  }
  if (complaints.length > 0) await noteLines(io, complaints.join('').trimEnd());
  return error.exitCode === 0 ? EXIT_FINE : EXIT_ERROR;
}
