import type { RegexNode } from './regex-syntax.ts';

/** What a backtracking engine can be made to do by a text of n characters. */
export type Backtracking = 'linear' | 'polynomial' | 'exponential';

/** A part between two places; `ways` counts in how many ways one character can lead to the next. */
interface Part {
  readonly isNullable: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** Longer counts are taken for unbounded, which at worst says too much. */
const MOST_COUNTED = 6;

/**
 * The places of an expression's characters, and which can follow which (Glushkov's automaton). Two ways from one place to
 * the next are kept as two: `(a*)*` has no more places than `a*`, and takes exponential time.
 */
export class Places {
  readonly sets: (RegexNode & { readonly kind: 'characters' })[] = [];
  readonly #follow = new Map<number, number[]>();
  readonly whole: Part;
  /** Places after which the expression has matched, whatever follows. */
  readonly accepting: ReadonlySet<number>;

  constructor(node: RegexNode, search: 'anywhere' | 'at the start') {
    const scan: number[] = search === 'anywhere' ? [this.#place({ kind: 'characters', ranges: [[0, 0x10ffff]] })] : [];
    for (const place of scan) this.#link([place], [place]);
    this.whole = this.#partOf(node);
    this.#link(scan, this.whole.first);
    this.accepting = endsAnchored(node) ? new Set() : new Set(this.whole.last);
  }

  next(place: number): readonly number[] {
    return this.#follow.get(place) ?? [];
  }

  canShare(...places: readonly number[]): boolean {
    const [first = [], ...others] = places.map((place) => this.sets[place]?.ranges ?? []);
    const shared = others.reduce(
      (left, right) =>
        left.flatMap(([from, to]) =>
          right.flatMap(([low, high]) => {
            const [start, end] = [Math.max(from, low), Math.min(to, high)];
            return start <= end ? [[start, end] as const] : [];
          }),
        ),
      first,
    );
    return shared.length > 0;
  }

  #place(set: RegexNode & { readonly kind: 'characters' }): number {
    this.sets.push(set);
    return this.sets.length - 1;
  }

  #link(from: readonly number[], to: readonly number[]): void {
    for (const place of from) this.#follow.set(place, [...(this.#follow.get(place) ?? []), ...to]);
  }

  #partOf(node: RegexNode): Part {
    switch (node.kind) {
      case 'characters': {
        const place = this.#place(node);
        return { isNullable: false, first: [place], last: [place] };
      }
      case 'assertion':
        return { isNullable: true, first: [], last: [] };
      case 'sequence':
        return node.parts.reduce<Part>((before, part) => this.#joined(before, this.#partOf(part)), EMPTY);
      case 'choice': {
        const parts = node.options.map((option) => this.#partOf(option));
        return {
          isNullable: parts.some(({ isNullable }) => isNullable),
          first: parts.flatMap(({ first }) => first),
          last: parts.flatMap(({ last }) => last),
        };
      }
      case 'repeat':
        return this.#repeated(node);
      default:
        return node satisfies never;
    }
  }

  #joined(before: Part, after: Part): Part {
    this.#link(before.last, after.first);
    return {
      isNullable: before.isNullable && after.isNullable,
      first: before.isNullable ? [...before.first, ...after.first] : before.first,
      last: after.isNullable ? [...before.last, ...after.last] : after.last,
    };
  }

  #repeated({ part, least, most }: RegexNode & { readonly kind: 'repeat' }): Part {
    const required = Array.from({ length: Math.min(least, MOST_COUNTED) }, () => this.#partOf(part));
    const start = required.reduce((before, each) => this.#joined(before, each), EMPTY);
    if (most <= MOST_COUNTED) {
      const optional = Array.from({ length: most - least }, () => ({ ...this.#partOf(part), isNullable: true }));
      return optional.reduce((before, each) => this.#joined(before, each), start);
    }
    const looped = this.#partOf(part);
    this.#link(looped.last, looped.first);
    return this.#joined(start, { ...looped, isNullable: true });
  }
}

const EMPTY: Part = { isNullable: true, first: [], last: [] };

/** Whether what has been matched can still turn out to be no match. */
function endsAnchored(node: RegexNode): boolean {
  if (node.kind === 'sequence') return node.parts.some((part) => part.kind === 'assertion' && part.text !== '^');
  return node.kind === 'choice' && node.options.some(endsAnchored);
}
