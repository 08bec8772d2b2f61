import type { Placed } from './markdown.ts';

/** A line of a shell in the pieces that matter here: words in quotes, operators, and the white space between. */
const PIECE = /'[^']*'|"(?:\\.|[^"\\])*"|\\.|\s+|&&|\|\||[^\s'"\\&|]+|[&|]/g;

/** What is typed as one: lines that a backslash at their end joins, without comments and white space beyond a space. */
export function typedLines(lines: readonly string[], first: number): readonly Placed[] {
  const typed: Placed[] = [];
  let before = '';
  let start = first;
  for (const [index, line] of lines.entries()) {
    if (before === '') start = first + index;
    const joined = `${before} ${line}`.trim();
    if (joined.endsWith('\\')) {
      before = joined.slice(0, -1);
      continue;
    }
    before = '';
    const text = withoutComment(joined);
    if (text !== '') typed.push({ text, line: start });
  }
  if (before !== '') throw new Error(`line ${start} goes on, and nothing follows`);
  return typed;
}

function piecesOf(line: string): readonly string[] {
  return line.match(PIECE) ?? [];
}

/** A comment begins with a `#` that begins a word. */
function withoutComment(line: string): string {
  let kept = '';
  for (const piece of piecesOf(line)) {
    const isNewWord = kept === '' || kept.endsWith(' ');
    if (isNewWord && piece.startsWith('#')) break;
    kept += /^\s/.test(piece) ? ' ' : piece;
  }
  return kept.trim();
}

/** The commands of a line that come one after the other if all goes well: what `&&` joins. */
export function stepsOf(line: string): readonly string[] {
  const steps = [''];
  for (const piece of piecesOf(line)) {
    if (piece === '&&') steps.push('');
    else steps[steps.length - 1] += piece;
  }
  return steps.map((step) => step.trim());
}

/** The words as a shell hands them on; nothing is expanded. */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  let isInWord = false;
  for (const piece of piecesOf(line)) {
    if (/^\s/.test(piece)) {
      isInWord = false;
      continue;
    }
    if (!isInWord) words.push('');
    isInWord = true;
    words[words.length - 1] += unquoted(piece);
  }
  return words;
}

function unquoted(piece: string): string {
  if (piece.startsWith("'")) return piece.slice(1, -1);
  if (piece.startsWith('"')) return piece.slice(1, -1).replaceAll(/\\(["$`\\])/g, '$1');
  return piece.startsWith('\\') ? piece.slice(1) : piece;
}

/** The program that a line begins with, behind variables that are set for it. */
export function programOf(line: string): string | undefined {
  return wordsOf(line).find((word) => !/^[A-Z_]+=/.test(word));
}

/** Whether a shell has to do with it: pipes, redirections other than one to a file, substitutions, lists. */
export function needsShell(line: string): boolean {
  const bare = piecesOf(line).filter((piece) => !piece.startsWith("'"));
  return bare.some((piece) => /^(?:&&|\|\||[&|])$|[;{}]|^source$|[<$`]/.test(piece));
}
