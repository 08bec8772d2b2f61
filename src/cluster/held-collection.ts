import type { ObjectsOfKind } from '../forecast/cluster-objects.ts';
import type { Metadata } from '../objects/metadata.ts';
import { type KeptText, type KeptTexts, parsedText } from './kept-texts.ts';
import type { KubernetesObject } from './kubernetes-objects.ts';
import { type Checked, checked, ObjectCollection, placeOf } from './object-collection.ts';
import type { ObjectKind } from './object-kinds.ts';

/**
 * The objects of one kind, held until they are asked for. One whose text is at hand is held as that text, a fifth of
 * what the object would take, and checked whenever its namespace is asked for; any other is checked at once.
 */
export class HeldCollection<T extends { readonly metadata: Metadata }> {
  readonly #kind: ObjectKind<T>;
  readonly #texts: KeptTexts;
  readonly #shelves = new Map<string, (Checked<T> | KeptText)[]>();

  constructor(kind: ObjectKind<T>, texts: KeptTexts) {
    this.#kind = kind;
    this.#texts = texts;
  }

  /** `text` may be JSON of the object, or of what the kind's shape reads of it. */
  put(object: KubernetesObject, text: Buffer | undefined): void {
    const { shelf } = placeOf(this.#kind, object);
    const held = this.#shelves.get(shelf) ?? [];
    if (held.length === 0) this.#shelves.set(shelf, held);
    held.push(text === undefined ? checked(this.#kind, object) : this.#texts.keep(text));
  }

  /** Of a kind without namespaces: the object of that name. */
  inNamespace(namespace: string): ObjectsOfKind<T> {
    return this.#read(this.#shelves.get(namespace) ?? []);
  }

  all(): ObjectsOfKind<T> {
    return this.#read([...this.#shelves.values()].flat());
  }

  namespaces(): Iterable<string> {
    return this.#shelves.keys();
  }

  #read(held: readonly (Checked<T> | KeptText)[]): ObjectsOfKind<T> {
    const objects = new ObjectCollection(this.#kind);
    for (const one of held) {
      if ('block' in one) objects.put(parsedText(one) as KubernetesObject);
      else objects.place(one);
    }
    return objects.all();
  }
}
