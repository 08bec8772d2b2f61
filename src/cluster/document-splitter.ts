import { jsonError, readDocumentText } from './document-text.ts';
import { JsonLineReader, parsedOrUndefined, type ReadingOfType } from './json-line.ts';
import { type DocumentPlace, snapshotErrorAt } from './snapshot-error.ts';

/** `text` is JSON of an object on a line, without what nobody reads of it; its bytes last as long as the call. */
export type DocumentReceiver = (value: unknown, place: DocumentPlace, text?: Buffer) => void;

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
  readonly #lines: JsonLineReader;
  #block: Buffer = Buffer.alloc(0);
  #open: OpenDocument | undefined;
  #layout: 'lines' | 'documents' = 'documents';
  #line = 0;
  #documents = 0;

  /** Of an object on a line of its own no more is handed on than `readingOf` says. */
  constructor(file: string, receive: DocumentReceiver, readingOf: ReadingOfType) {
    this.#file = file;
    this.#receive = receive;
    this.#lines = new JsonLineReader(readingOf);
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
    const line = this.#block.subarray(start, end);
    const read = this.#lines.read(line.subarray(0, lastVisible(line) + 1));
    const object = read === undefined ? parsedOrUndefined(textOf([line], this.#lineAlone())) : undefined;
    if (read === undefined && object === undefined) return false;
    this.#layout = 'lines';
    this.#documents += 1;
    if (object !== undefined) this.#receive(object, this.#lineAlone());
    else if (read !== undefined && read !== 'unread') this.#receive(read.object, this.#lineAlone(), read.text);
    return true;
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

function textOf(parts: readonly Buffer[], place: DocumentPlace): string {
  try {
    const [only] = parts;
    return (parts.length === 1 && only ? only : Buffer.concat(parts)).toString('utf8');
  } catch {
    throw snapshotErrorAt(place, 'is too large for one document; write one object a line (JSON Lines) instead');
  }
}
