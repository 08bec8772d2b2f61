import type { ObjectsOfKind } from '../forecast/cluster-objects.ts';
import type { Metadata } from '../objects/metadata.ts';
import { isObjectName } from '../objects/names.ts';
import { type Api, whyNot } from './api.ts';
import type { AskedFor } from './api-fault.ts';
import { type KubernetesObject, recordOf } from './kubernetes-objects.ts';
import { type Failure, listAll, PAGE_SIZE } from './list-pages.ts';
import { type Checked, checked, ObjectCollection } from './object-collection.ts';
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
  /** Objects of a page, which is parsed and checked in one piece; PAGE_SIZE without it. */
  readonly pageSize?: number;
}

/** Reads objects of the kinds known; every failure is an answer, in words that name what could not be read. */
export class ObjectReader {
  readonly #api: Api;
  readonly #onProgress: ProgressListener | undefined;
  readonly #pageSize: number;
  readonly #whyNot: NonNullable<ReaderOptions['whyNot']>;

  constructor(api: Api, options: ReaderOptions = {}) {
    this.#api = api;
    this.#onProgress = options.onProgress;
    this.#pageSize = options.pageSize ?? PAGE_SIZE;
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
      query: this.#queryOf(selection),
      signal: () => signal,
      // Of a page that has been looked at, only what its shape reads stays in memory.
      keep: (object) => checked(kind, objectOf(object)),
      onPage: (done, total) =>
        this.#onProgress?.({ doing: `reading ${place}`, done, unit: 'objects', ...(total !== undefined && { total }) }),
    });
    switch (listed.kind) {
      case 'read':
        return collected(kind, listed.objects);
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

  /** The namespaces that hold objects of a kind, of which nothing else is read and no page is kept. */
  async namespacesOf(
    kind: ObjectKind<{ readonly metadata: Metadata }>,
    signal: AbortSignal,
  ): Promise<{ readonly namespaces: ReadonlySet<string>; readonly unreadable?: string }> {
    const namespaces = new Set<string>();
    const listed = await listAll(this.#api, {
      path: pathOf(kind),
      query: this.#queryOf({}),
      accept: METADATA_ALONE,
      signal: () => signal,
      keep: (object) => {
        const namespace = recordOf(recordOf(object)?.metadata)?.namespace;
        if (typeof namespace === 'string') namespaces.add(namespace);
        return undefined;
      },
    });
    if (listed.kind !== 'failed') return { namespaces };
    const why = this.#whyNot(listed.answer, { kind, verb: 'list', namespace: undefined });
    return { namespaces, unreadable: `kind ${kind.kind} could not be read: ${why}` };
  }

  /** A list as kubectl prints it: the columns of its kind, of each object. Undefined where it cannot be had. */
  async table(
    kind: Pick<ObjectKind<never>, 'group' | 'plural'>,
    selection: Selection,
    signal: AbortSignal,
  ): Promise<unknown> {
    if (!areNames(selection.namespace)) return undefined;
    const query = { ...this.#queryOf(selection), includeObject: 'None' };
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
      : collected(kind, [checked(kind, objectOf(answer.body))]);
  }

  #queryOf({ labelSelector, consistency }: Selection): Record<string, string> {
    return {
      // The watch cache has no pages.
      ...(consistency === 'cached' ? { resourceVersion: '0' } : { limit: String(this.#pageSize) }),
      ...(labelSelector !== undefined && { labelSelector }),
    };
  }
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const METADATA_ALONE = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
const NO_NAME = 'that is no name of Kubernetes';

function areNames(...names: readonly (string | undefined)[]): boolean {
  return names.every((name) => name === undefined || isObjectName(name));
}

export function pathOf({ group, plural }: Pick<ObjectKind<never>, 'group' | 'plural'>, namespace?: string): string {
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${GROUP_PATHS[group]}${place}/${plural}`;
}

function objectOf(value: unknown): KubernetesObject {
  return (recordOf(value) ?? {}) as KubernetesObject;
}

function collected<T extends { readonly metadata: Metadata }>(
  kind: ObjectKind<T>,
  objects: readonly Checked<T>[],
): ObjectsOfKind<T> {
  const collection = new ObjectCollection(kind);
  for (const object of objects) collection.place(object);
  return collection.all();
}

function unreadable(what: string, why: string): ObjectsOfKind<never> {
  return { items: [], problems: [], unreadable: `${what} could not be read: ${why}` };
}

function placeOf({ kind }: { readonly kind: string }, { namespace }: Selection): string {
  return namespace === undefined ? `kind ${kind}` : `kind ${kind} of namespace ${namespace}`;
}
