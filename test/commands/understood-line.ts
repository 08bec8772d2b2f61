import { documentedProgram } from '../../scripts/documented-program.ts';
import { givenOptions } from '../../src/commands/options.ts';
import type { Flags } from '../../src/config/serve-config.ts';

/** The words after the program's name, up to where the shell takes over. */
function wordsOf(line: string): string[] {
  const [own = ''] = line.split(/ (?:[|>#]|&&|\|\|) ?/);
  const words = own.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return words.slice(1).map((word) => word.replaceAll(/^["']|["']$/g, ''));
}

interface UnderstoodLine {
  /** The name of the command that the line would run. */
  readonly command: string | undefined;
  readonly options: Flags;
}

/** A documented line, read as the program reads it; nothing runs. */
export async function understoodLine(line: string): Promise<UnderstoodLine> {
  const [{ command: program }] = documentedProgram();
  let understood: UnderstoodLine = { command: undefined, options: {} };
  for (const one of program.commands) {
    one.action(() => {
      understood = { command: one.name(), options: givenOptions(one) };
    });
  }
  await program.parseAsync(wordsOf(line), { from: 'user' });
  return understood;
}

export async function commandOf(line: string): Promise<string | undefined> {
  return (await understoodLine(line)).command;
}
