import { displayWidth } from './display-width.ts';

/** Narrower than this nothing can be read. */
const LEAST_COLUMNS = 40;

/** A text as lines of at most so many columns, broken between words; a word that is wider stands alone. */
export function wrappedLines(
  text: string,
  columns: number,
  indent: { readonly first: string; readonly others: string },
): string[] {
  const most = Math.max(columns, LEAST_COLUMNS);
  const lines: string[] = [];
  let line = indent.first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && displayWidth(line) + 1 + displayWidth(word) > most) {
      lines.push(line);
      line = indent.others;
      isEmpty = true;
    }
    line = isEmpty ? `${line}${word}` : `${line} ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
