import type { ZodError } from 'zod';
import type { ObjectProblem, ObjectsOfKind } from '../forecast/cluster-objects.ts';
import type { Metadata } from '../objects/metadata.ts';
import { type KubernetesObject, recordOf } from './kubernetes-objects.ts';
import type { ObjectKind } from './object-kinds.ts';

/** kubectl's own: what an object of a namespaced kind without a namespace is created in. */
export const DEFAULT_NAMESPACE = 'default';
const MAX_ISSUES = 3;

interface Shelf<T> {
  readonly items: Map<string, T>;
  readonly problems: Map<string, ObjectProblem>;
}

/** The objects of one kind, by namespace and name; a later object of the same name takes the earlier one's place. */
export class ObjectCollection<T extends { readonly metadata: Metadata }> {
  readonly #kind: ObjectKind<T>;
  readonly #shelves = new Map<string, Shelf<T>>();
  #nameless = 0;

  constructor(kind: ObjectKind<T>) {
    this.#kind = kind;
  }

  /** Checks an object against its kind's shape; what the shape does not name is let go. */
  put(object: KubernetesObject): void {
    const { name, namespace } = this.#identityOf(object);
    const key = name === '' ? this.#uniqueKey() : name;
    const shelf = this.#shelfOf(this.#kind.scope === 'cluster' ? name : namespace);
    const read = this.#kind.shape.safeParse(object);
    if (read.success) {
      shelf.problems.delete(key);
      shelf.items.set(key, this.#kind.scope === 'cluster' ? read.data : withNamespace(read.data, namespace));
      return;
    }
    shelf.items.delete(key);
    const place = this.#kind.scope === 'cluster' ? undefined : namespace;
    shelf.problems.set(key, { kind: this.#kind.kind, namespace: place, name, message: messageOf(read.error) });
  }

  /** Of a kind without namespaces: the object of that name. */
  inNamespace(namespace: string): ObjectsOfKind<T> {
    return contentsOf([this.#shelves.get(namespace)]);
  }

  all(): ObjectsOfKind<T> {
    return contentsOf([...this.#shelves.values()]);
  }

  namespaces(): Iterable<string> {
    return this.#shelves.keys();
  }

  #identityOf(object: KubernetesObject): { readonly name: string; readonly namespace: string } {
    const metadata = recordOf(object.metadata);
    return {
      name: textOr(metadata?.name, ''),
      namespace: textOr(metadata?.namespace, '') || DEFAULT_NAMESPACE,
    };
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
