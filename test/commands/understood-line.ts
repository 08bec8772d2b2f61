import { documentedProgram } from '../../scripts/documented-program.ts';

/** The words after the program's name, up to where the shell takes over. */
function wordsOf(line: string): string[] {
  const [own = ''] = line.split(/ (?:[|>#]|&&|\|\|) ?/);
  const words = own.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return words.slice(1).map((word) => word.replaceAll(/^["']|["']$/g, ''));
}

/** The name of the command that a documented line would run; it is read as the program reads it, and nothing runs. */
export async function commandOf(line: string): Promise<string | undefined> {
  const [{ command: program }] = documentedProgram();
  let ran: string | undefined;
  for (const one of program.commands) {
    one.action(() => {
      ran = one.name();
    });
  }
  await program.parseAsync(wordsOf(line), { from: 'user' });
  return ran;
}
