/**
 * Control characters, invisible and direction-changing ones, line and paragraph separators. The API server drops a
 * warning that holds a control character; in a terminal or a log the others could forge what a reader sees.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
/** What nearly every text is made of, and told with little work. */
const PLAIN = /^[ -~]*$/;
const UNPRINTABLE_IN_LINES = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A cut must not leave half of a surrogate pair behind. */
function withoutHalfCharacter(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}

/** Text as one printable line of at most `maxCharacters`, cut at a word where one ends near the limit. */
export function printableLine(text: string, maxCharacters: number): string {
  // Only so much is looked at: the text may be megabytes of somebody's annotation.
  const looked = text.slice(0, 4 * maxCharacters);
  const line = (PLAIN.test(looked) ? looked : looked.toWellFormed().replace(UNPRINTABLE, ' ')).trim();
  if (line.length <= maxCharacters) return line;
  const cut = withoutHalfCharacter(line.slice(0, maxCharacters - 1));
  const wordEnd = cut.lastIndexOf(' ');
  return `${wordEnd > maxCharacters * 0.75 ? cut.slice(0, wordEnd) : cut}…`;
}

/** Text of several lines in which nothing but the line breaks controls anything. */
export function printableLines(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE_IN_LINES, ' ');
}

/** A line of any length, in which names that it was made with begin no other line, and control nothing. */
export function printableOneLine(text: string): string {
  return printableLines(text).replaceAll('\n', ' ');
}

/** A name of unknown origin, quoted and short enough to stand in a sentence. */
export function quotedName(name: string): string {
  return `"${printableLine(name, 63)}"`;
}
