import { jsonError, readDocumentText } from './document-text.ts';
import { type DocumentPlace, snapshotErrorAt } from './snapshot-error.ts';

export type DocumentReceiver = (value: unknown, place: DocumentPlace) => void;

interface OpenDocument {
  readonly place: DocumentPlace;
  readonly form: 'json' | 'yaml';
  /** What earlier blocks hold of it. */
  readonly parts: Buffer[];
  /** Where it starts in the block at hand. */
  start: number;
  /** The last visible character of its last line; kept for JSON only. */
  lastByte: number;
}

const BYTE = {
  newline: 0x0a,
  tab: 0x09,
  return: 0x0d,
  space: 0x20,
  hash: 0x23,
  percent: 0x25,
  brace: 0x7b,
  closingBrace: 0x7d,
  bracket: 0x5b,
} as const;
/** After these a JSON object goes on with the next line, even if that starts with `{`. */
const JSON_GOES_ON = new Set([...Buffer.from('[,:')]);

/**
 * Takes a text apart into its documents without being told its format: a line that is a whole JSON object is one, so is
 * what stands between two `---`, and so is a `{` in the first column after an object that is complete. The value of a
 * JSON line is handed on at once and nothing of it is kept, so memory does not grow with the file.
 */
export class DocumentSplitter {
  readonly #file: string;
  readonly #receive: DocumentReceiver;
  readonly #unread: readonly Buffer[];
  #block: Buffer = Buffer.alloc(0);
  #open: OpenDocument | undefined;
  #layout: 'lines' | 'documents' = 'documents';
  #line = 0;
  #documents = 0;

  /** JSON lines that begin with one of `unread` are only looked at for where they end. */
  constructor(file: string, receive: DocumentReceiver, unread: readonly string[] = []) {
    this.#file = file;
    this.#receive = receive;
    this.#unread = unread.map((prefix) => Buffer.from(prefix));
  }

  get documents(): number {
    return this.#documents;
  }

  /** Takes the next block of whole lines. */
  push(block: Buffer): void {
    this.#block = block;
    for (let start = 0; start < block.length; ) {
      const newline = block.indexOf(BYTE.newline, start);
      const end = newline === -1 ? block.length : newline + 1;
      this.#line += 1;
      this.#readLine(start, end);
      start = end;
    }
    if (this.#open === undefined) return;
    this.#open.parts.push(block.subarray(this.#open.start));
    this.#open.start = 0;
  }

  end(): void {
    this.#block = Buffer.alloc(0);
    this.#finishDocument(0);
  }

  #readLine(start: number, end: number): void {
    const marker = markerAt(this.#block, start, end);
    if (marker === undefined) {
      this.#readContent(start, end);
      return;
    }
    this.#finishDocument(start);
    this.#layout = 'documents';
    if (marker === '---') this.#readContent(start + marker.length, end);
  }

  #readContent(start: number, end: number): void {
    const visible = firstVisible(this.#block, start, end);
    const isObjectStart = visible === start && this.#block[visible] === BYTE.brace;
    if (isObjectStart && this.#open && !goesOn(this.#open)) this.#finishDocument(start);
    if (this.#open) noteLastByte(this.#open, this.#block.subarray(visible, end));
    else if (visible < end && !isPreamble(this.#block[visible])) this.#beginDocument(start, visible, end);
  }

  #beginDocument(start: number, visible: number, end: number): void {
    if (this.#block[visible] === BYTE.brace && this.#readJsonLine(visible, end)) return;
    if (this.#layout === 'lines') throw jsonError(this.#block.toString('utf8', start, end), this.#lineAlone());
    const first = this.#block[visible];
    this.#documents += 1;
    this.#open = {
      place: { file: this.#file, document: this.#documents, line: this.#line },
      form: first === BYTE.brace || first === BYTE.bracket ? 'json' : 'yaml',
      parts: [],
      start,
      lastByte: 0,
    };
    noteLastByte(this.#open, this.#block.subarray(visible, end));
  }

  /** False: the object does not end on its line. */
  #readJsonLine(start: number, end: number): boolean {
    if (this.#isUnread(this.#block.subarray(start, end))) {
      this.#layout = 'lines';
      this.#documents += 1;
      return true;
    }
    const value = parsedOrUndefined(textOf([this.#block.subarray(start, end)], this.#lineAlone()));
    if (value === undefined) return false;
    this.#layout = 'lines';
    this.#documents += 1;
    this.#receive(value, this.#lineAlone());
    return true;
  }

  /** A line that was cut off does not end like an object, and is read so that its fault is told. */
  #isUnread(line: Buffer): boolean {
    if (!this.#unread.some((prefix) => line.subarray(0, prefix.length).equals(prefix))) return false;
    return line[lastVisible(line)] === BYTE.closingBrace;
  }

  #finishDocument(end: number): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const text = textOf([...open.parts, this.#block.subarray(open.start, end)], open.place);
    this.#receive(readDocumentText(text, open.place), open.place);
  }

  #lineAlone(): DocumentPlace {
    return { file: this.#file, line: this.#line };
  }
}

/** Neither marker can stand in the first columns of a YAML scalar, not even of a block scalar: YAML 1.2.2, 9.1.2. */
function markerAt(block: Buffer, start: number, end: number): '---' | '...' | undefined {
  const byte = block[start];
  if (byte !== 0x2d && byte !== 0x2e) return undefined;
  if (block[start + 1] !== byte || block[start + 2] !== byte) return undefined;
  if (start + 3 < end && !isBlank(block[start + 3])) return undefined;
  return byte === 0x2d ? '---' : '...';
}

function firstVisible(block: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(block[at])) at += 1;
  return at;
}

/** Comments and directives (`%YAML 1.2`) before a document are no part of it. */
function isPreamble(byte: number | undefined): boolean {
  return byte === BYTE.hash || byte === BYTE.percent;
}

function goesOn(open: OpenDocument): boolean {
  return open.form === 'yaml' || JSON_GOES_ON.has(open.lastByte);
}

function noteLastByte(open: OpenDocument, line: Buffer): void {
  if (open.form === 'yaml') return;
  const at = lastVisible(line);
  if (at >= 0) open.lastByte = line[at] ?? 0;
}

function lastVisible(line: Buffer): number {
  let at = line.length - 1;
  while (at >= 0 && isBlank(line[at])) at -= 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === BYTE.space || byte === BYTE.newline || byte === BYTE.return || byte === BYTE.tab;
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(parts: readonly Buffer[], place: DocumentPlace): string {
  try {
    const [only] = parts;
    return (parts.length === 1 && only ? only : Buffer.concat(parts)).toString('utf8');
  } catch {
    throw snapshotErrorAt(place, 'is too large for one document; write one object a line (JSON Lines) instead');
  }
}
