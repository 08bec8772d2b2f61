/** Code points, or code units, from and to (inclusive), in order. */
export type Ranges = readonly (readonly [number, number])[];

/** The parts of a regular expression that decide which paths a text can take through it. */
export type RegexNode =
  | { readonly kind: 'characters'; readonly ranges: Ranges }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly part: RegexNode; readonly least: number; readonly most: number }
  /** `$`, `^` and `\b` take no character. */
  | { readonly kind: 'assertion'; readonly text: string; readonly inside?: RegexNode };

export interface Regex {
  readonly source: string;
  readonly flags: string;
}

/** Thrown for what this reading does not know: such an expression has to be judged by a person. */
class UnknownSyntax extends Error {}

const known = new Map<string, Ranges>();

/** Beyond the first plane one character of each block stands for all of it. */
const BLOCK = 256;

/** What a class, an escape or a dot matches, found by asking the engine of every character there is. */
function rangesOf(atom: string, flags: string): Ranges {
  const relevant = flags.replaceAll(/[gydm]/g, '');
  const key = `${relevant}/${atom}`;
  const ranges = known.get(key) ?? matchedBy(new RegExp(`^(?:${atom})$`, relevant));
  known.set(key, ranges);
  return ranges;
}

function matchedBy(matcher: RegExp): Ranges {
  const ranges: [number, number][] = [];
  for (const [from, to] of blocks(matcher.unicode || matcher.unicodeSets ? 0x10ffff : 0xffff)) {
    if (!matcher.test(String.fromCodePoint(from))) continue;
    const open = ranges.at(-1);
    if (open?.[1] === from - 1) open[1] = to;
    else ranges.push([from, to]);
  }
  return ranges;
}

function* blocks(last: number): Generator<readonly [number, number]> {
  for (let code = 0; code <= 0xffff; code += 1) yield [code, code];
  for (let code = 0x10000; code <= last; code += BLOCK) yield [code, code + BLOCK - 1];
}

const CLASS = /^\[(?:[^\]\\]|\\.)*\]/su;
const ESCAPE = /^\\(?:[pPu]\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[A-Za-z]|[^bB1-9k])/su;
const COUNT = /^\{(\d+)(?:(,)(\d*))?\}/;
const GROUP = /^\((?:\?(?:<(?![=!])[^>]*>|:|(?<look><?[=!])))?/;

/** Reads a regular expression of JavaScript. Throws UnknownSyntax for back references. */
export function readRegex({ source, flags }: Regex): RegexNode {
  const reader = new Reader(source, flags);
  const node = reader.readChoice();
  if (!reader.isAtEnd) throw new UnknownSyntax(`what follows is not understood: ${source.slice(reader.at)}`);
  return node;
}

class Reader {
  at = 0;
  readonly #source: string;
  readonly #flags: string;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#source.length;
  }

  get #rest(): string {
    return this.#source.slice(this.at);
  }

  readChoice(): RegexNode {
    const options = [this.#readSequence()];
    while (this.#take('|')) options.push(this.#readSequence());
    return options.length === 1 ? (options[0] as RegexNode) : { kind: 'choice', options };
  }

  #take(text: string): boolean {
    if (!this.#rest.startsWith(text)) return false;
    this.at += text.length;
    return true;
  }

  #readSequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (!this.isAtEnd && !/^[|)]/.test(this.#rest)) parts.push(this.#readCount(this.#readTerm()));
    return { kind: 'sequence', parts };
  }

  #readTerm(): RegexNode {
    const assertion = /^(?:\^|\$|\\[bB])/.exec(this.#rest)?.[0];
    if (assertion !== undefined) {
      this.at += assertion.length;
      return { kind: 'assertion', text: assertion };
    }
    return this.#rest.startsWith('(') ? this.#readGroup() : this.#readCharacters();
  }

  #readGroup(): RegexNode {
    const opening = GROUP.exec(this.#rest);
    if (opening === null) throw new UnknownSyntax(`a group is not understood: ${this.#rest}`);
    this.at += opening[0].length;
    const inside = this.readChoice();
    if (!this.#take(')')) throw new UnknownSyntax('a group is not closed');
    const look = opening.groups?.look;
    return look === undefined ? inside : { kind: 'assertion', text: `(?${look}`, inside };
  }

  #readCharacters(): RegexNode {
    const rest = this.#rest;
    const single = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    if (rest.startsWith('[') || rest.startsWith('\\')) {
      const atom = (CLASS.exec(rest) ?? ESCAPE.exec(rest))?.[0];
      if (atom === undefined) throw new UnknownSyntax(`characters are not understood: ${rest}`);
      this.at += atom.length;
      return { kind: 'characters', ranges: rangesOf(atom, this.#flags) };
    }
    this.at += single.length;
    const code = single.codePointAt(0) ?? 0;
    if (single !== '.' && !this.#flags.includes('i')) return { kind: 'characters', ranges: [[code, code]] };
    const atom = /[/\]{}]/.test(single) ? `\\${single}` : single;
    return { kind: 'characters', ranges: rangesOf(atom, this.#flags) };
  }

  #readCount(part: RegexNode): RegexNode {
    const [least, most] = this.#counts() ?? [1, 1];
    if (least === 1 && most === 1) return part;
    this.#take('?');
    return { kind: 'repeat', part, least, most };
  }

  #counts(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    const count = COUNT.exec(this.#rest);
    if (count === null) return undefined;
    this.at += count[0].length;
    const [, least, comma, most] = count;
    if (comma === undefined) return [Number(least), Number(least)];
    return [Number(least), most ? Number(most) : Number.POSITIVE_INFINITY];
  }
}

/** Those that stand in look-arounds, which are tried by themselves. */
export function lookArounds(node: RegexNode): readonly RegexNode[] {
  switch (node.kind) {
    case 'characters':
      return [];
    case 'assertion':
      return node.inside === undefined ? [] : [node.inside, ...lookArounds(node.inside)];
    case 'repeat':
      return lookArounds(node.part);
    case 'sequence':
      return node.parts.flatMap(lookArounds);
    case 'choice':
      return node.options.flatMap(lookArounds);
    default:
      return node satisfies never;
  }
}
