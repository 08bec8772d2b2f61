/** A piece of a page as the HTML standard's tokeniser cuts it; text and attribute values with their references resolved. */
export type HtmlToken =
  | { readonly kind: 'start'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'end'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'raw'; readonly element: string; readonly text: string }
  | { readonly kind: 'doctype' };

/** Whatever a browser would have to repair: a page of ours has nothing of that kind. */
class NotWellFormed extends Error {}

const REFERENCES: ReadonlyMap<string, string> = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
]);
const DOCTYPE = '<!doctype html>';
const RAW = new Set(['script', 'style']);
const TAG = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][\w:-]*(?:="[^"]*")?)*)\s*(\/?)>/y;
const ATTRIBUTE = /\s+([a-zA-Z][\w:-]*)(?:="([^"]*)")?/g;

function noReference(reference: string, where: string): never {
  throw new NotWellFormed(`${reference} in ${where}`);
}

function resolved(text: string, where: string): string {
  if (text.includes('<')) throw new NotWellFormed(`< in ${where}: ${text.slice(0, 80)}`);
  return text.replace(/&[^;\s]*;?/g, (reference) => REFERENCES.get(reference) ?? noReference(reference, where));
}

export function htmlTokens(page: string): readonly HtmlToken[] {
  const tokens: HtmlToken[] = [];
  for (let at = 0; at < page.length; ) {
    const { token, end } = tokenAt(page, at, tokens.at(-1));
    tokens.push(token);
    at = end;
  }
  return tokens;
}

interface ReadToken {
  readonly token: HtmlToken;
  /** Where the next one begins. */
  readonly end: number;
}

function tokenAt(page: string, at: number, before: HtmlToken | undefined): ReadToken {
  if (before?.kind === 'start' && RAW.has(before.name)) return rawAt(page, at, before.name);
  if (page.startsWith(DOCTYPE, at)) return { token: { kind: 'doctype' }, end: at + DOCTYPE.length };
  if (page[at] === '<') return tagAt(page, at);
  const open = page.indexOf('<', at);
  const end = open === -1 ? page.length : open;
  return { token: { kind: 'text', text: resolved(page.slice(at, end), 'text') }, end };
}

/** Raw text ends at the next end tag of its name, whatever stands before it. */
function rawAt(page: string, at: number, element: string): ReadToken {
  const end = page.toLowerCase().indexOf(`</${element}`, at);
  if (end === -1) throw new NotWellFormed(`${element} has no end`);
  return { token: { kind: 'raw', element, text: page.slice(at, end) }, end };
}

function tagAt(page: string, at: number): ReadToken {
  TAG.lastIndex = at;
  const [whole, slash, given = '', attributes = ''] = TAG.exec(page) ?? [];
  if (whole === undefined) throw new NotWellFormed(`no tag: ${page.slice(at, at + 80)}`);
  const name = given.toLowerCase();
  const token: HtmlToken =
    slash === '/' ? { kind: 'end', name } : { kind: 'start', name, attributes: attributesIn(attributes) };
  return { token, end: at + whole.length };
}

function attributesIn(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE)) {
    if (attributes.has(name)) throw new NotWellFormed(`${name} twice`);
    attributes.set(name.toLowerCase(), resolved(value, name));
  }
  return attributes;
}

/** What a browser shows. */
export function shownText(tokens: readonly HtmlToken[]): string {
  return tokens.flatMap((token) => (token.kind === 'text' ? [token.text] : [])).join('');
}
