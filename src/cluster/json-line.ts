import { JsonTrimmer } from './json-trimmer.ts';
import type { Wanted } from './read-members.ts';

/** How much of an object is read. */
export type Reading = Wanted | 'nothing';
export type ReadingOfType = (apiVersion: string, kind: string) => Reading;

type ParsedObject = Readonly<Record<string, unknown>>;

/** An object and, where not all of it has been read, the text of what has been; its bytes last until the next line. */
export interface LineObject {
  readonly object: ParsedObject;
  readonly text: Buffer;
}

/** As kubectl and headroom begin an object on a line; one that begins otherwise is read whole. */
const TYPE = /^\{"apiVersion":"([^"\\]+)","kind":"([^"\\]+)",/;
const TYPE_BYTES = 256;
/** Many times what an API server stores of one object (etcd takes 1.5 MB). */
const LARGEST_LINE_BYTES = 1 << 24;
const CLOSING_BRACE = 0x7d;

/** Reads objects that stand on a line each, no more of each than is read of its type. */
export class JsonLineReader {
  readonly #readingOf: ReadingOfType;
  readonly #trimmer = new JsonTrimmer();

  constructor(readingOf: ReadingOfType) {
    this.#readingOf = readingOf;
  }

  /** Of a line without blanks around it; undefined: it must be read whole, if only to tell what is wrong with it. */
  read(line: Buffer): LineObject | 'unread' | undefined {
    const [, apiVersion, kind] = TYPE.exec(line.toString('latin1', 0, TYPE_BYTES)) ?? [];
    if (apiVersion === undefined || kind === undefined) return undefined;
    const read = this.#readOnly(this.#readingOf(apiVersion, kind), line);
    if (read === undefined || read === 'unread') return read;
    // The last of two members counts: the object may be of another type than its line begins with.
    return read.object.apiVersion === apiVersion && read.object.kind === kind ? read : undefined;
  }

  #readOnly(reading: Reading, line: Buffer): LineObject | 'unread' | undefined {
    if (reading === 'all' || line.length > LARGEST_LINE_BYTES) return undefined;
    // A line that was cut off does not end like an object.
    if (reading === 'nothing') return line.at(-1) === CLOSING_BRACE ? 'unread' : undefined;
    const text = this.#trimmer.trim(line, reading);
    const object = text && parsedOrUndefined(text.toString());
    return object && { object, text };
  }
}

/** The value of a text that begins like a JSON object. */
export function parsedOrUndefined(text: string): ParsedObject | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
