import type { ZodError } from 'zod';
import type { ObjectProblem, ObjectsOfKind } from '../forecast/cluster-objects.ts';
import type { Metadata } from '../objects/metadata.ts';
import { type KubernetesObject, recordOf } from './kubernetes-objects.ts';
import { apiVersionOf, DEFAULT_NAMESPACE, type ObjectKind } from './object-kinds.ts';
import { reducedProblem } from './reduced-object.ts';

const MAX_ISSUES = 3;

interface Shelf<T> {
  readonly items: Map<string, T>;
  readonly problems: Map<string, ObjectProblem>;
}

/** Where an object belongs: its namespace, or its name if it is of a kind without namespaces; and its name. */
export interface ObjectPlace {
  readonly shelf: string;
  readonly name: string;
}

export function placeOf({ scope }: Pick<ObjectKind<never>, 'scope'>, object: KubernetesObject): ObjectPlace {
  const metadata = recordOf(object.metadata);
  const name = textOr(metadata?.name, '');
  return { name, shelf: scope === 'cluster' ? name : textOr(metadata?.namespace, '') || DEFAULT_NAMESPACE };
}

/** What checking an object has given: the object as its kind's shape reads it, or what is wrong with it. */
export type Checked<T> = { readonly place: ObjectPlace } & ({ readonly item: T } | { readonly problem: ObjectProblem });

/** What is left of an object that was not understood. */
export interface NotUnderstood {
  /** Reduced to what forecasts read; absent for one that none looks at. */
  readonly object?: KubernetesObject;
  readonly resourceVersion?: string;
}

/** Beside the problems and not in them: two that say the same of the same object are the same. */
const NOT_UNDERSTOOD = new WeakMap<ObjectProblem, NotUnderstood>();

/** Undefined for a problem that was not found by checking an object. */
export function notUnderstood(problem: ObjectProblem): NotUnderstood | undefined {
  return NOT_UNDERSTOOD.get(problem);
}

/** Checks an object against its kind's shape; what the shape does not name is let go. */
export function checked<T extends { readonly metadata: Metadata }>(
  { kind, group, scope, shape }: ObjectKind<T>,
  object: KubernetesObject,
): Checked<T> {
  const place = placeOf({ scope }, object);
  const namespace = scope === 'cluster' ? undefined : place.shelf;
  const read = shape.safeParse(object);
  if (read.success) return { place, item: namespace === undefined ? read.data : withNamespace(read.data, namespace) };
  const problem = { kind, namespace, name: place.name, message: messageOf(read.error) };
  // The API server's lists of its own kinds leave the type to the list.
  const left = reducedProblem({ ...object, apiVersion: apiVersionOf(group), kind });
  const version = recordOf(object.metadata)?.resourceVersion;
  NOT_UNDERSTOOD.set(problem, {
    ...(left !== undefined && { object: left }),
    ...(typeof version === 'string' && { resourceVersion: version }),
  });
  return { place, problem };
}

/** The objects of one kind, by namespace and name; a later object of the same name takes the earlier one's place. */
export class ObjectCollection<T extends { readonly metadata: Metadata }> {
  readonly #kind: ObjectKind<T>;
  readonly #shelves = new Map<string, Shelf<T>>();
  #nameless = 0;

  constructor(kind: ObjectKind<T>) {
    this.#kind = kind;
  }

  put(object: KubernetesObject): void {
    this.place(checked(this.#kind, object));
  }

  place(object: Checked<T>): void {
    const { shelf: namespace, name } = object.place;
    const key = name === '' ? this.#uniqueKey() : name;
    const shelf = this.#shelfOf(namespace);
    if ('item' in object) {
      shelf.problems.delete(key);
      shelf.items.set(key, object.item);
    } else {
      shelf.items.delete(key);
      shelf.problems.set(key, object.problem);
    }
  }

  /** Of a kind without namespaces: the object of that name. */
  inNamespace(namespace: string): ObjectsOfKind<T> {
    return contentsOf([this.#shelves.get(namespace)]);
  }

  all(): ObjectsOfKind<T> {
    return contentsOf([...this.#shelves.values()]);
  }

  /** Objects still to be named by `generateName` do not replace each other; no Kubernetes name holds a space. */
  #uniqueKey(): string {
    this.#nameless += 1;
    return ` ${this.#nameless}`;
  }

  #shelfOf(namespace: string): Shelf<T> {
    const known = this.#shelves.get(namespace);
    if (known !== undefined) return known;
    const shelf: Shelf<T> = { items: new Map(), problems: new Map() };
    this.#shelves.set(namespace, shelf);
    return shelf;
  }
}

function contentsOf<T>(shelves: readonly (Shelf<T> | undefined)[]): ObjectsOfKind<T> {
  return {
    items: shelves.flatMap((shelf) => [...(shelf?.items.values() ?? [])]),
    problems: shelves.flatMap((shelf) => [...(shelf?.problems.values() ?? [])]),
  };
}

function withNamespace<T extends { readonly metadata: Metadata }>(object: T, namespace: string): T {
  return object.metadata.namespace === namespace ? object : { ...object, metadata: { ...object.metadata, namespace } };
}

function messageOf(error: ZodError): string {
  const issues = error.issues.map(
    (issue) => `${issue.path.join('.') || 'object'}: ${issue.message.replace(/^Invalid input: /, '')}`,
  );
  const more = issues.length > MAX_ISSUES ? ` (and ${issues.length - MAX_ISSUES} more)` : '';
  return `${issues.slice(0, MAX_ISSUES).join('; ')}${more}`;
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}
