const PLAIN_WORD = /^[\w./:=-]+$/;
const START = 'kubectl ';
/** Of ours. A name that begins with a dash would be another one: `--all`. */
const FLAGS: ReadonlySet<string> = new Set(['-n', '--overwrite']);

/** A command line to be typed as it is. Names of a snapshot may be anything, and must not become commands of a shell. */
export function kubectl(...words: readonly string[]): string {
  return `${START}${words.map((word) => shellWord(isOption(word) ? `./${word}` : word)).join(' ')}`;
}

/** Whether a line of a remedy is such a command: it then stands alone, and is not broken. */
export function isCommand(line: string): boolean {
  return line.startsWith(START);
}

function isOption(word: string): boolean {
  return word.startsWith('-') && !FLAGS.has(word);
}

/** A word as a shell takes it for one, whatever is in it. */
export function shellWord(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
