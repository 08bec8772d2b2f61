/** JSON that somebody put into an annotation or a Setting: it may be anything. */
export type JsonText =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly message: string };

export function readJson(text: string): JsonText {
  try {
    return { kind: 'read', value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: 'invalid', message: `expected JSON, got ${JSON.stringify(text.slice(0, 60))}` };
  }
}

/** A member of a JSON object by its name in any case, as Go's encoding/json finds it; the last one wins. */
export function memberOf(value: unknown, name: string): unknown {
  if (!isJsonObject(value)) return undefined;
  const lowerCased = name.toLowerCase();
  return Object.entries(value).findLast(([key]) => key.toLowerCase() === lowerCased)?.[1];
}

export function isJsonObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
