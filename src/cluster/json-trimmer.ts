import { hashOn, type ReadMembers, type Wanted } from './read-members.ts';

const BYTE = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  bracket: 0x5b,
  backslash: 0x5c,
  closingBracket: 0x5d,
  brace: 0x7b,
  closingBrace: 0x7d,
  space: 0x20,
} as const;
/** `[` and `{`, `]` and `}` differ in this bit alone. */
const BRACKET_KIND = 0x20;

/**
 * Leaves out of a JSON text what its shape does not read: seven eighths of a pod, which JSON.parse would build only to be
 * let go. What is left out is followed by its quotes and brackets only; everything else is left to JSON.parse to check.
 */
export class JsonTrimmer {
  #text: Buffer = Buffer.alloc(0);
  #at = 0;
  /** From here on nothing is decided yet; what was kept before is in `#kept`. */
  #undecided = 0;
  #kept = Buffer.alloc(0);
  #length = 0;

  /**
   * Of an object without blanks, as programs write it on a line; undefined: it is written otherwise, or cut off. The bytes
   * last until the next text.
   */
  trim(text: Buffer, members: ReadMembers): Buffer | undefined {
    this.#text = text;
    this.#at = 0;
    this.#undecided = 0;
    this.#length = 0;
    if (this.#kept.length < text.length) this.#kept = Buffer.alloc(2 * text.length);
    this.#readObject(members);
    if (this.#at !== text.length) return undefined;
    if (this.#undecided === 0) return text;
    this.#keepUntil(text.length);
    return this.#kept.subarray(0, this.#length);
  }

  #readObject(members: ReadMembers): void {
    this.#at += 1;
    if (this.#text[this.#at] === BYTE.closingBrace) this.#at += 1;
    else
      do this.#readMember(members);
      while (this.#isFollowed(BYTE.closingBrace));
  }

  #readList(members: ReadMembers): void {
    this.#at += 1;
    if (this.#text[this.#at] === BYTE.closingBracket) this.#at += 1;
    else
      do this.#readElement(members);
      while (this.#isFollowed(BYTE.closingBracket));
  }

  /** Behind a member or an element: whether there is one more. */
  #isFollowed(closing: number): boolean {
    const byte = this.#text[this.#at];
    this.#at += 1;
    if (byte !== BYTE.comma && byte !== closing) this.#giveUp();
    return byte === BYTE.comma;
  }

  #readMember(members: ReadMembers): void {
    const start = this.#at;
    const wanted = this.#readName(members);
    if (wanted === undefined) {
      this.#at = afterValue(this.#text, this.#at);
      this.#leaveOut(start);
    } else if (wanted !== 'all' && this.#text[this.#at] === BYTE.bracket) this.#readList(wanted);
    else if (wanted !== 'all') this.#readElement(wanted);
    else this.#at = afterValue(this.#text, this.#at);
  }

  #readElement(members: ReadMembers): void {
    if (this.#text[this.#at] === BYTE.brace) this.#readObject(members);
    else this.#at = afterValue(this.#text, this.#at);
  }

  /** Whether the member of this name is wanted; one whose name is written with escapes is kept. */
  #readName(members: ReadMembers): Wanted | undefined {
    const text = this.#text;
    let at = this.#at + 1;
    let hash = 0;
    let byte = text[at];
    for (; byte !== BYTE.quote && byte !== BYTE.backslash && byte !== undefined; byte = text[at]) {
      hash = hashOn(hash, byte);
      at += 1;
    }
    const end = byte === BYTE.backslash ? afterString(text, at) : at + 1;
    if (text[this.#at] !== BYTE.quote || text[end] !== BYTE.colon) this.#giveUp();
    else this.#at = end + 1;
    return byte === BYTE.backslash ? 'all' : members.get(hash);
  }

  #leaveOut(start: number): void {
    this.#keepUntil(start);
    const isLast = this.#text[this.#at] !== BYTE.comma;
    this.#undecided = isLast ? this.#at : this.#at + 1;
    if (isLast && this.#kept[this.#length - 1] === BYTE.comma) this.#length -= 1;
  }

  #keepUntil(end: number): void {
    if (end <= this.#undecided) return;
    this.#length += this.#text.copy(this.#kept, this.#length, this.#undecided, end);
  }

  #giveUp(): void {
    this.#at = this.#text.length + 1;
  }
}

function afterValue(text: Buffer, start: number): number {
  const byte = text[start];
  if (byte === BYTE.quote) return afterString(text, start + 1);
  if (byte === BYTE.brace || byte === BYTE.bracket) return afterNested(text, start + 1);
  let at = start;
  while (isOfScalar(text[at])) at += 1;
  return at;
}

function isOfScalar(byte = 0): boolean {
  return byte > BYTE.space && byte !== BYTE.comma && byte !== BYTE.closingBrace && byte !== BYTE.closingBracket;
}

function afterNested(text: Buffer, start: number): number {
  const end = text.length;
  let depth = 1;
  let at = start;
  while (depth > 0 && at < end) {
    const byte = text[at] ?? 0;
    at += 1;
    if (byte === BYTE.quote) at = afterString(text, at);
    else if ((byte | BRACKET_KIND) === BYTE.brace) depth += 1;
    else if ((byte | BRACKET_KIND) === BYTE.closingBrace) depth -= 1;
  }
  return at;
}

/** From within a string to behind its end. */
function afterString(text: Buffer, start: number): number {
  const end = text.length;
  let at = start;
  for (let byte = text[at]; byte !== BYTE.quote && at < end; byte = text[at]) at += byte === BYTE.backslash ? 2 : 1;
  return at + 1;
}
