import type { ObjectsOfKind } from '../forecast/cluster-objects.ts';
import type { Metadata } from '../objects/metadata.ts';
import { isObjectName } from '../objects/names.ts';
import { type Api, whyNot } from './api.ts';
import type { AskedFor } from './api-fault.ts';
import { type KubernetesObject, recordOf } from './kubernetes-objects.ts';
import { type Failure, listAll, PAGE_SIZE } from './list-pages.ts';
import { ObjectCollection } from './object-collection.ts';
import { GROUP_PATHS, type ObjectKind } from './object-kinds.ts';
import type { ProgressListener } from './reading-progress.ts';

export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  /**
   * `cached`: what the API server's own watch cache holds, milliseconds old. A consistent list waits for that cache to
   * catch up with etcd, up to 100 ms from Kubernetes 1.31 on (progressRequestPeriod of the cacher).
   */
  readonly consistency?: 'cached';
}

/** How a reader tells others what it does and what has come of it. */
export interface ReaderOptions {
  readonly onProgress?: ProgressListener | undefined;
  /** Why a call came to nothing, to end a sentence with. */
  readonly whyNot?: ((answer: Failure, asked: AskedFor) => string) | undefined;
}

/** Reads objects of the kinds known; every failure is an answer, in words that name what could not be read. */
export class ObjectReader {
  readonly #api: Api;
  readonly #onProgress: ProgressListener | undefined;
  readonly #whyNot: NonNullable<ReaderOptions['whyNot']>;

  constructor(api: Api, options: ReaderOptions = {}) {
    this.#api = api;
    this.#onProgress = options.onProgress;
    this.#whyNot = options.whyNot ?? whyNot;
  }

  /** A kind that the API server does not know, because its CRD is not there, has no objects. */
  async list<T extends { readonly metadata: Metadata }>(
    kind: ObjectKind<T>,
    selection: Selection,
    signal: AbortSignal,
  ): Promise<ObjectsOfKind<T>> {
    const place = placeOf(kind, selection);
    if (!areNames(selection.namespace)) return unreadable(place, NO_NAME);
    const listed = await listAll(this.#api, {
      path: pathOf(kind, selection.namespace),
      query: queryOf(selection),
      signal: () => signal,
      keep: (object) => object ?? {},
      onPage: (done, total) =>
        this.#onProgress?.({ doing: `reading ${place}`, done, unit: 'objects', ...(total !== undefined && { total }) }),
    });
    switch (listed.kind) {
      case 'read':
        return objectsOf(kind, listed.objects);
      case 'absent':
        return { items: [], problems: [] };
      case 'failed': {
        const { namespace } = selection;
        return unreadable(place, this.#whyNot(listed.answer, { kind, verb: 'list', namespace }));
      }
      default:
        return listed satisfies never;
    }
  }

  /** A list as kubectl prints it: the columns of its kind, of each object. Undefined where it cannot be had. */
  async table(
    kind: Pick<ObjectKind<never>, 'group' | 'plural'>,
    selection: Selection,
    signal: AbortSignal,
  ): Promise<unknown> {
    if (!areNames(selection.namespace)) return undefined;
    const query = { ...queryOf(selection), includeObject: 'None' };
    const call = { method: 'GET', path: pathOf(kind, selection.namespace), query, accept: TABLE } as const;
    const answer = await this.#api.call(call, signal);
    return answer.kind === 'done' ? answer.body : undefined;
  }

  /** The object of that name, or none. */
  async get<T extends { readonly metadata: Metadata }>(
    kind: ObjectKind<T>,
    { namespace, name }: { readonly namespace?: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<ObjectsOfKind<T>> {
    const place = `${kind.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
    if (!areNames(namespace, name)) return unreadable(place, NO_NAME);
    const path = `${pathOf(kind, namespace)}/${encodeURIComponent(name)}`;
    const answer = await this.#api.call({ method: 'GET', path }, signal);
    if (answer.kind === 'refused' && answer.code === 404) return { items: [], problems: [] };
    if (answer.kind !== 'done') return unreadable(place, this.#whyNot(answer, { kind, verb: 'get', namespace, name }));
    return recordOf(answer.body) === undefined
      ? unreadable(place, 'the API server answered with something that is no object')
      : objectsOf(kind, [answer.body]);
  }
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const NO_NAME = 'that is no name of Kubernetes';

function areNames(...names: readonly (string | undefined)[]): boolean {
  return names.every((name) => name === undefined || isObjectName(name));
}

function queryOf({ labelSelector, consistency }: Selection): Record<string, string> {
  return {
    // The watch cache has no pages.
    ...(consistency === 'cached' ? { resourceVersion: '0' } : { limit: String(PAGE_SIZE) }),
    ...(labelSelector !== undefined && { labelSelector }),
  };
}

export function pathOf({ group, plural }: Pick<ObjectKind<never>, 'group' | 'plural'>, namespace?: string): string {
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${GROUP_PATHS[group]}${place}/${plural}`;
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
