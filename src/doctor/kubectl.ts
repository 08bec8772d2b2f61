const PLAIN_WORD = /^[\w./:=-]+$/;
const START = 'kubectl ';

/** A command line to be typed as it is. Names of a snapshot may be anything, and must not become commands of a shell. */
export function kubectl(...words: readonly string[]): string {
  return `${START}${words.map(shellWord).join(' ')}`;
}

/** Whether a line of a remedy is such a command: it then stands alone, and is not broken. */
export function isCommand(line: string): boolean {
  return line.startsWith(START);
}

function shellWord(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
