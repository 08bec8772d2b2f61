import { JsonTrimmer } from './json-trimmer.ts';
import type { Wanted } from './read-members.ts';

/** How much of an object is read. */
export type Reading = Wanted | 'nothing';
export type ReadingOfType = (apiVersion: string, kind: string) => Reading;

type ParsedObject = Readonly<Record<string, unknown>>;

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
  read(line: Buffer): ParsedObject | 'unread' | undefined {
    const [, apiVersion, kind] = TYPE.exec(line.toString('latin1', 0, TYPE_BYTES)) ?? [];
    if (apiVersion === undefined || kind === undefined) return undefined;
    const object = this.#readOnly(this.#readingOf(apiVersion, kind), line);
    if (object === undefined || object === 'unread') return object;
    // The last of two members counts: the object may be of another type than its line begins with.
    return object.apiVersion === apiVersion && object.kind === kind ? object : undefined;
  }

  #readOnly(reading: Reading, line: Buffer): ParsedObject | 'unread' | undefined {
    if (reading === 'all' || line.length > LARGEST_LINE_BYTES) return undefined;
    // A line that was cut off does not end like an object.
    if (reading === 'nothing') return line.at(-1) === CLOSING_BRACE ? 'unread' : undefined;
    return parsedOrUndefined(this.#trimmer.trim(line, reading) ?? '');
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
