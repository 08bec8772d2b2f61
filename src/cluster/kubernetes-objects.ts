import { type DocumentReceiver, DocumentSplitter } from './document-splitter.ts';
import type { ReadingOfType } from './json-line.ts';
import type { BytesListener } from './packed-chunks.ts';
import { type DocumentPlace, SnapshotError, snapshotErrorAt } from './snapshot-error.ts';
import { readBlocks } from './text-blocks.ts';

/** An object of any kind, as it is stored: nothing but its type is checked. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** `text` is JSON of what is wanted of the object, where it is at hand; its bytes last as long as the call. */
export type ObjectReceiver = (object: KubernetesObject, text?: Buffer) => void;

/**
 * Hands on every object of a file (`-`: standard input) in order, those inside lists too. Throws SnapshotError.
 * Of objects that stand on a line each, members that `readingOf` does not want may be missing.
 */
export async function readObjects(
  file: string,
  receive: ObjectReceiver,
  readingOf: ReadingOfType = () => 'all',
  onBytes?: BytesListener,
): Promise<void> {
  const name = file === '-' ? 'standard input' : file;
  const receiveDocument: DocumentReceiver = (value, place, text) => {
    if (text === undefined) receiveObjects(value, place, receive);
    else receive(typedObject({ value, path: '' }, place), text);
  };
  const splitter = new DocumentSplitter(name, receiveDocument, readingOf);
  for await (const block of readBlocks(file, onBytes)) splitter.push(block);
  splitter.end();
  if (splitter.documents === 0) {
    throw new SnapshotError(`${name}: holds no Kubernetes object, expected YAML, JSON or JSON Lines`);
  }
}

interface Waiting {
  readonly value: unknown;
  /** What kubectl leaves out of the items of a typed list: a PodList's items are Pods of its version. */
  readonly type?: { readonly apiVersion: string; readonly kind: string };
  /** For example `items[3]: `. */
  readonly path: string;
}

/** Lists in lists are walked without recursion: their depth is the writer's choice, the call stack's is not. */
function receiveObjects(value: unknown, place: DocumentPlace, receive: ObjectReceiver): void {
  if (value === null || value === undefined) return;
  const waiting: Waiting[] = [{ value, path: '' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const object = typedObject(next, place);
    if (!object.kind.endsWith('List') || !Object.hasOwn(object, 'items')) receive(object);
    else for (const item of itemsOf(object, next.path, place).reverse()) waiting.push(item);
  }
}

function typedObject({ value, type, path }: Waiting, place: DocumentPlace): KubernetesObject {
  const fields = recordOf(value);
  if (fields === undefined) {
    throw snapshotErrorAt(
      place,
      `${path}expected a Kubernetes object with apiVersion and kind, found ${shapeOf(value)}`,
    );
  }
  const apiVersion = fields.apiVersion ?? type?.apiVersion;
  const kind = fields.kind ?? type?.kind;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    const missing = typeof apiVersion === 'string' ? 'kind' : 'apiVersion';
    throw snapshotErrorAt(
      place,
      `${path}expected a Kubernetes object with apiVersion and kind, found one without ${missing}`,
    );
  }
  return fields.apiVersion === apiVersion && fields.kind === kind
    ? (fields as KubernetesObject)
    : { ...fields, apiVersion, kind };
}

function itemsOf(list: KubernetesObject, path: string, place: DocumentPlace): Waiting[] {
  const items = list.items ?? [];
  if (!Array.isArray(items)) throw snapshotErrorAt(place, `${path}items: expected a list, found ${shapeOf(items)}`);
  const kind = list.kind.slice(0, -'List'.length);
  return items.map((value, index) => ({
    value,
    ...(kind === '' ? {} : { type: { apiVersion: list.apiVersion, kind } }),
    path: `${path}items[${index}]: `,
  }));
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'plain text';
  return value === null ? 'null' : `a ${typeof value}`;
}
