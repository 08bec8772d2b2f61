/** What is done to one node of a tree; the text of a value is put in as it is. */
export type NodeChange =
  | { readonly kind: 'replace'; readonly text: string }
  | { readonly kind: 'remove' }
  /** The member gets another name; of a list's item, nothing. */
  | { readonly kind: 'rename'; readonly name: string }
  /** The same name, or one more item, with another value before or behind it. */
  | { readonly kind: 'precede'; readonly text: string }
  | { readonly kind: 'follow'; readonly text: string }
  | { readonly kind: 'put in'; readonly name: string; readonly text: string }
  | { readonly kind: 'repeat'; readonly times: number };

/** Deeper than this lie the insides of specs and managed fields. */
const OUTER_DEPTH = 4;
const INSIDES = /^(managedFields|options|status)$/;

/**
 * A JSON value whose nodes can be changed while it is printed. Names may so stand twice and values be what no JavaScript
 * value is; the value itself is never copied.
 */
export class JsonTree {
  /** Numbers of nodes, in the order that they are printed in. */
  readonly all: readonly number[];
  readonly outer: readonly number[];
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
    const all: number[] = [];
    const outer: number[] = [];
    const note = (node: unknown, depth: number): void => {
      if (depth <= OUTER_DEPTH) outer.push(all.length);
      all.push(all.length);
      for (const [name, child] of childrenOf(node)) note(child, INSIDES.test(name) ? OUTER_DEPTH + 1 : depth + 1);
    };
    note(value, 0);
    this.all = all;
    this.outer = outer;
  }

  print(changes: ReadonlyMap<number, NodeChange>): string {
    return new Printer(changes).print(this.#value);
  }
}

function childrenOf(node: unknown): [string, unknown][] {
  return typeof node === 'object' && node !== null ? Object.entries(node) : [];
}

class Printer {
  readonly #changes: ReadonlyMap<number, NodeChange>;
  #next = 0;

  constructor(changes: ReadonlyMap<number, NodeChange>) {
    this.#changes = changes;
  }

  print(root: unknown): string {
    const [text = 'null'] = this.#written(root, '');
    return text;
  }

  /** A node with what its change makes of it: none, one or several values, each after its prefix (a name, or nothing). */
  #written(node: unknown, name: string): string[] {
    const change = this.#changes.get(this.#next);
    this.#next += 1;
    const text = this.#inside(node, change?.kind === 'put in' ? change : undefined);
    switch (change?.kind) {
      case undefined:
      case 'put in':
        return [name + text];
      case 'replace':
        return [name + change.text];
      case 'remove':
        return [];
      case 'rename':
        return [`${name === '' ? '' : `${JSON.stringify(change.name)}:`}${text}`];
      case 'precede':
        return [name + change.text, name + text];
      case 'follow':
        return [name + text, name + change.text];
      case 'repeat':
        return Array(change.times).fill(name + text);
      default:
        return change satisfies never;
    }
  }

  #inside(node: unknown, added: { readonly name: string; readonly text: string } | undefined): string {
    if (Array.isArray(node)) {
      const items = node.flatMap((item) => this.#written(item, ''));
      return `[${[...(added === undefined ? [] : [added.text]), ...items].join(',')}]`;
    }
    if (typeof node !== 'object' || node === null) return JSON.stringify(node);
    const members = Object.entries(node).flatMap(([name, child]) => this.#written(child, `${JSON.stringify(name)}:`));
    const first = added === undefined ? [] : [`${JSON.stringify(added.name)}:${added.text}`];
    return `{${[...first, ...members].join(',')}}`;
  }
}
