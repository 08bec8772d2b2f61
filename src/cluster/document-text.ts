import { parseDocument } from 'yaml';
import { findJsonFault } from './json-fault.ts';
import { type DocumentPlace, snapshotErrorAt } from './snapshot-error.ts';

/** Aliases that a document may resolve to in all: enough for what tools write, too few for a "billion laughs" text. */
const MAX_ALIASES = 100;

/** JSON quotes its property names; `{name: x}` is YAML. */
const JSON_START = /^\s*[{[]\s*(?:["{}[\]]|$)/;

/** The value of one document's text, JSON or YAML by its first characters. */
export function readDocumentText(text: string, place: DocumentPlace): unknown {
  return JSON_START.test(text) ? readJson(text, place) : readYaml(text, place);
}

function readJson(text: string, place: DocumentPlace): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw jsonError(text, place);
  }
}

export function jsonError(text: string, place: DocumentPlace): Error {
  const fault = findJsonFault(text) ?? { offset: 0, expected: 'value' };
  const at = Math.min(fault.offset, text.trimEnd().length);
  const found = wordsFor(text.slice(at), fault.expected);
  return snapshotErrorAt(placeOfOffset(text, at, place), `not valid JSON: expected ${fault.expected}, found ${found}`);
}

function wordsFor(rest: string, expected: string): string {
  if (rest.trim() === '') return 'the end';
  if (rest.startsWith('"') && /^(value|property)/.test(expected))
    return 'a string that is not closed or not well escaped';
  return JSON.stringify(/^.{0,16}/u.exec(rest)?.[0]);
}

function readYaml(text: string, place: DocumentPlace): unknown {
  try {
    // kubectl refuses duplicate keys too; taking the last would lose a whole list where two outputs were joined.
    const document = parseDocument(text, { prettyErrors: false, logLevel: 'error', uniqueKeys: true });
    const [fault] = document.errors;
    if (fault !== undefined)
      throw snapshotErrorAt(placeOfOffset(text, fault.pos[0], place), `not valid YAML: ${fault.message}`);
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (error instanceof RangeError) throw snapshotErrorAt(place, 'nested too deeply');
    if (error instanceof ReferenceError) throw snapshotErrorAt(place, `not valid YAML: ${error.message}`);
    throw error;
  }
}

function placeOfOffset(text: string, offset: number, start: DocumentPlace): DocumentPlace {
  let line = start.line;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return { ...start, line };
}
