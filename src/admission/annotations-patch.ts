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

/** Of names and values together (apimachinery v0.34, ValidateAnnotationsSize); an object with more is refused. */
const LARGEST_ANNOTATIONS_BYTES = 256 * 1024;

function bytesOf(key: string, value: unknown): number {
  return Buffer.byteLength(key) + (typeof value === 'string' ? Buffer.byteLength(value) : 0);
}

/** What finds no room beside the user's own is absent: an object that is refused for ours would be blocked by us. */
function fitting(present: Readonly<Record<string, unknown>>, wanted: WantedAnnotations): WantedAnnotations {
  const others = Object.entries(present).filter(([key]) => !wanted.has(key));
  let free = others.reduce((left, [key, value]) => left - bytesOf(key, value), LARGEST_ANNOTATIONS_BYTES);
  const fits = (key: string, value: string): boolean => {
    const bytes = bytesOf(key, value);
    if (bytes > free) return false;
    free -= bytes;
    return true;
  };
  return new Map([...wanted].map(([key, value]) => [key, value !== undefined && fits(key, value) ? value : undefined]));
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
  return [...fitting(present, wanted)].flatMap(([key, value]) => operationFor(present, key, value) ?? []);
}
