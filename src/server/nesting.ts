/** Go's encoding/json, and so every API server, reads no deeper than this. */
export const DEEPEST_NESTING = 10_000;

/** Of the 1.5 MiB that etcd takes, only an object that was made for it has as many. */
export const MOST_VALUES = 200_000;

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at;
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}

function stepOf(code: number): number {
  if (code === OPENING_BRACKET || code === OPENING_BRACE) return 1;
  if (code === CLOSING_BRACKET || code === CLOSING_BRACE) return -1;
  return 0;
}

/** Each value but the first of a list or an object follows a comma, the first its bracket. */
function beginsValue(code: number, step: number): number {
  return step === 1 || code === COMMA ? 1 : 0;
}

export interface Structure {
  /** How deep arrays and objects may nest. */
  readonly depth: number;
  /** How many values there may be. */
  readonly values: number;
}

/**
 * Of which of the two JSON text has more than it may, in one pass. JSON.parse itself does not mind depth, but whatever
 * walks its result by recursion would run out of stack. Values become many times their text: 7 MiB of `{},{},…` take
 * 250 MiB.
 */
export function excessOf(json: string, most: Structure): keyof Structure | undefined {
  // A level has two brackets, and a value a comma besides itself; what the API server usually sends is shorter than that.
  if (json.length <= 2 * Math.min(most.depth, most.values)) return undefined;
  let depth = 0;
  let values = 1;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(json, at);
      continue;
    }
    const step = stepOf(code);
    depth += step;
    values += beginsValue(code, step);
    if (depth > most.depth) return 'depth';
    if (values > most.values) return 'values';
  }
  return undefined;
}
