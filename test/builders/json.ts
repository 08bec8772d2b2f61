/** An object as Kubernetes stores it, before anything has checked it. */
export type Json = Readonly<Record<string, unknown>>;

export type Amounts = Readonly<Record<string, string>>;

/** A copy with the changes laid over it: objects are merged, everything else is replaced, `undefined` takes away. */
export function merged(object: Json, changes: Json): Json {
  const result = new Map(Object.entries(object));
  for (const [key, change] of Object.entries(changes)) {
    const there = result.get(key);
    if (change === undefined) result.delete(key);
    else result.set(key, isObject(there) && isObject(change) ? merged(there, change) : change);
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at a path, or an empty object. */
export function objectAt(object: Json, ...path: readonly string[]): Json {
  let found: unknown = object;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  return isObject(found) ? found : {};
}

export function nameOf(object: Json): string {
  return String(objectAt(object, 'metadata').name);
}
