import { isPlainObject } from './review.ts';

/** One step of an RFC 6902 JSON Patch. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: string | Readonly<Record<string, string>> }
  | { readonly op: 'remove'; readonly path: string };

/** The values that annotations are to have; `undefined` where one is to be absent. */
export type WantedAnnotations = ReadonlyMap<string, string | undefined>;

const ANNOTATIONS_PATH = '/metadata/annotations';

/** RFC 6901: `~` first, or the `~1` made of a slash would be escaped again. */
function pathOf(key: string): string {
  return `${ANNOTATIONS_PATH}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function operationFor(
  present: Readonly<Record<string, unknown>>,
  key: string,
  wanted: string | undefined,
): PatchOperation | undefined {
  const isPresent = Object.hasOwn(present, key);
  if (wanted === undefined) return isPresent ? { op: 'remove', path: pathOf(key) } : undefined;
  if (!isPresent) return { op: 'add', path: pathOf(key), value: wanted };
  return present[key] === wanted ? undefined : { op: 'replace', path: pathOf(key), value: wanted };
}

function addAll(wanted: WantedAnnotations): readonly PatchOperation[] {
  const added = [...wanted].filter((entry): entry is [string, string] => entry[1] !== undefined);
  return added.length === 0 ? [] : [{ op: 'add', path: ANNOTATIONS_PATH, value: Object.fromEntries(added) }];
}

/**
 * The steps that bring an object's annotations to what is wanted, and no step where they are so already: the API server
 * may call a webhook twice for one object. An object whose metadata is not understood is left as it is.
 */
export function patchAnnotations(object: unknown, wanted: WantedAnnotations): readonly PatchOperation[] {
  const metadata = isPlainObject(object) ? object.metadata : undefined;
  if (!isPlainObject(metadata)) return [];
  const present = metadata.annotations;
  if (present === undefined || present === null) return addAll(wanted);
  if (!isPlainObject(present)) return [];
  return [...wanted].flatMap(([key, value]) => operationFor(present, key, value) ?? []);
}
