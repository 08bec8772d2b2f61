import type { ObjectsOfKind } from '../forecast/cluster-objects.ts';
import type { Metadata } from '../objects/metadata.ts';
import { type Api, type ApiAnswer, whyNot } from './api.ts';
import { type KubernetesObject, recordOf } from './kubernetes-objects.ts';
import { ObjectCollection } from './object-collection.ts';
import { GROUP_PATHS, type ObjectKind } from './object-kinds.ts';

/** As many as client-go's pager asks for at a time. */
const PAGE_SIZE = 500;

export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  /**
   * `cached`: what the API server's own watch cache holds, milliseconds old. A consistent list waits for that cache to
   * catch up with etcd, up to 100 ms from Kubernetes 1.31 on (progressRequestPeriod of the cacher).
   */
  readonly consistency?: 'cached';
}

type Pages =
  | { readonly kind: 'read'; readonly objects: readonly unknown[] }
  | { readonly kind: 'absent' }
  /** 410: between two pages the API server has forgotten the state that the first came from. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'failed'; readonly why: string };

/** Reads objects of the kinds known; every failure is an answer, in words that name what could not be read. */
export class ObjectReader {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** A kind that the API server does not know, because its CRD is not there, has no objects. */
  async list<T extends { readonly metadata: Metadata }>(
    kind: ObjectKind<T>,
    selection: Selection,
    signal: AbortSignal,
  ): Promise<ObjectsOfKind<T>> {
    const first = await this.#pages(kind, selection, signal);
    const pages = first.kind === 'expired' ? await this.#pages(kind, selection, signal) : first;
    switch (pages.kind) {
      case 'read':
        return objectsOf(kind, pages.objects);
      case 'absent':
        return { items: [], problems: [] };
      case 'expired':
        return unreadable(placeOf(kind, selection), 'the list has changed faster than it could be read (410)');
      case 'failed':
        return unreadable(placeOf(kind, selection), pages.why);
      default:
        return pages satisfies never;
    }
  }

  /** The object of that name, or none. Both names must have been checked to be names. */
  async get<T extends { readonly metadata: Metadata }>(
    kind: ObjectKind<T>,
    { namespace, name }: { readonly namespace?: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<ObjectsOfKind<T>> {
    const path = `${pathOf(kind, namespace)}/${encodeURIComponent(name)}`;
    const answer = await this.#api.call({ method: 'GET', path }, signal);
    if (answer.kind === 'refused' && answer.code === 404) return { items: [], problems: [] };
    const place = `${kind.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
    if (answer.kind !== 'done') return unreadable(place, whyNot(answer));
    return recordOf(answer.body) === undefined
      ? unreadable(place, 'the API server answered with something that is no object')
      : objectsOf(kind, [answer.body]);
  }

  async #pages(
    kind: Pick<ObjectKind<never>, 'group' | 'plural'>,
    selection: Selection,
    signal: AbortSignal,
  ): Promise<Pages> {
    const path = pathOf(kind, selection.namespace);
    const objects: unknown[] = [];
    let next: string | undefined;
    do {
      const answer = await this.#api.call({ method: 'GET', path, query: queryOf(selection, next) }, signal);
      if (answer.kind !== 'done') return failureOf(answer);
      const list = recordOf(answer.body);
      if (!Array.isArray(list?.items))
        return { kind: 'failed', why: 'the API server answered with something that is no list' };
      objects.push(...list.items);
      next = continueOf(list.metadata);
    } while (next !== undefined);
    return { kind: 'read', objects };
  }
}

function queryOf({ labelSelector, consistency }: Selection, next: string | undefined): Record<string, string> {
  return {
    // The watch cache has no pages.
    ...(consistency === 'cached' ? { resourceVersion: '0' } : { limit: String(PAGE_SIZE) }),
    ...(labelSelector !== undefined && { labelSelector }),
    ...(next !== undefined && { continue: next }),
  };
}

function continueOf(metadata: unknown): string | undefined {
  const token = recordOf(metadata)?.continue;
  return typeof token === 'string' && token !== '' ? token : undefined;
}

function pathOf({ group, plural }: Pick<ObjectKind<never>, 'group' | 'plural'>, namespace?: string): string {
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${GROUP_PATHS[group]}${place}/${plural}`;
}

function failureOf(answer: Exclude<ApiAnswer, { kind: 'done' }>): Pages {
  if (answer.kind === 'refused' && answer.code === 404) return { kind: 'absent' };
  if (answer.kind === 'refused' && answer.code === 410) return { kind: 'expired' };
  return { kind: 'failed', why: whyNot(answer) };
}

function objectsOf<T extends { readonly metadata: Metadata }>(
  kind: ObjectKind<T>,
  objects: readonly unknown[],
): ObjectsOfKind<T> {
  const collection = new ObjectCollection(kind);
  for (const object of objects) collection.put((recordOf(object) ?? {}) as KubernetesObject);
  return collection.all();
}

function unreadable(what: string, why: string): ObjectsOfKind<never> {
  return { items: [], problems: [], unreadable: `${what} could not be read: ${why}` };
}

function placeOf({ kind }: { readonly kind: string }, { namespace }: Selection): string {
  return namespace === undefined ? `kind ${kind}` : `kind ${kind} of namespace ${namespace}`;
}
