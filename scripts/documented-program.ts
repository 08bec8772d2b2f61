// The program's commands with what their help says, for whoever documents or checks them.
import type { Command } from 'commander';
import { createProgram } from '../src/commands/program.ts';

export interface Example {
  readonly purpose: string;
  /** As one types it: `headroom forecast -A`. */
  readonly line: string;
}

export interface DocumentedCommand {
  readonly command: Command;
  /** `headroom`, `headroom forecast`. */
  readonly path: string;
  readonly examples: readonly Example[];
  /** `0 fine, 1 error`, where the help says it. */
  readonly exitCodes: string | undefined;
  /** What else follows the options in the help. */
  readonly notes: readonly string[];
}

/** The program itself, then its visible commands in the order of its help. */
export function documentedProgram(): readonly [DocumentedCommand, ...DocumentedCommand[]] {
  const silent = { write: async () => undefined };
  const io = { stdout: silent, stderr: silent, isTerminal: false, color: false, columns: 100 };
  const { program, help } = createProgram({
    args: [],
    programName: 'headroom',
    version: '0.0.0',
    environment: {},
    io,
  });
  const commands = program.createHelp().visibleCommands(program);
  const own = commands.filter((command) => program.commands.includes(command));
  return [documented(program, help), ...own.map((command) => documented(command, help))];
}

function documented(command: Command, help: string[]): DocumentedCommand {
  help.length = 0;
  command.outputHelp();
  const after = help.join('').slice(command.helpInformation().length).trim();
  const { parent } = command;
  const blocks = after === '' ? [] : after.split(/\n{2,}|\n(?=Exit codes: )/);
  const examples = blocks.find((block) => block.startsWith(EXAMPLES));
  const exitCodes = blocks.find((block) => block.startsWith(EXIT_CODES));
  return {
    command,
    path: parent === null ? command.name() : `${parent.name()} ${command.name()}`,
    examples: examples === undefined ? [] : examplesIn(examples),
    exitCodes: exitCodes?.slice(EXIT_CODES.length).replace(/\.$/, '').trim(),
    notes: blocks.filter((block) => block !== examples && block !== exitCodes),
  };
}

const EXAMPLES = 'Examples:';
const EXIT_CODES = 'Exit codes:';

function examplesIn(block: string): Example[] {
  return [...block.matchAll(/^ *# (.+)\n *(.+)$/gm)].map(([, purpose = '', line = '']) => ({ purpose, line }));
}
