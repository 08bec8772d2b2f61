/** Go's encoding/json, and so every API server, reads no deeper than this. */
export const DEEPEST_NESTING = 10_000;

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

/**
 * Whether JSON text nests deeper than `deepest`, in one pass. JSON.parse itself does not mind, but whatever walks its
 * result by recursion would run out of stack.
 */
export function isNestedDeeper(json: string, deepest: number): boolean {
  // So much nesting has as many brackets; what the API server usually sends is shorter than that.
  if (json.length <= deepest) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else depth += stepOf(code);
    if (depth > deepest) return true;
  }
  return false;
}
