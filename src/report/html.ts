/** Markup that is known to be safe; everything else is text and is escaped when it is put into markup. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Piece = Html | string | number | undefined | readonly Html[];

/** Markup with its values escaped, wherever they stand: between tags or in a quoted attribute. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  let markup = strings[0] as string;
  for (let index = 0; index < values.length; index += 1) {
    markup += markupOf(values[index]) + (strings[index + 1] as string);
  }
  return new Html(markup);
}

function markupOf(value: Piece): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  return value instanceof Html ? value.markup : value.map(({ markup }) => markup).join('');
}

const PLAIN = /^[\x20-\x7e]*$/;
const SPECIAL = /[&<>"']/g;
const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/**
 * Control characters, invisible and direction-changing ones, line separators, and what no character is. A browser would
 * let them hide or reorder what a reader sees, so each is shown as a replacement character.
 */
const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}]/gu;
const REPLACEMENT = '\ufffd';
/** A text may be megabytes of somebody's annotation; no name, message or remedy comes near this. */
const MOST_CHARACTERS = 4000;

function escaped(text: string): string {
  const shown = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  const plain = PLAIN.test(shown) ? shown : shown.toWellFormed().replace(UNSHOWABLE, REPLACEMENT);
  return plain.replace(SPECIAL, (character) => REFERENCES[character] as string);
}
