import { type Backtracking, Places } from './regex-paths.ts';
import { lookArounds, type Regex, type RegexNode, readRegex } from './regex-syntax.ts';

/**
 * How the time of a backtracking engine can grow with the text, by the theorem of Weber and Seidl about ambiguous automata:
 * exponentially if some place leads back to itself by two paths over one text, polynomially if two loops can share a text
 * and one leads to the other over it.
 */
export function backtracking(regex: Regex): Backtracking {
  const node = readRegex(regex);
  const isAnchored = regex.flags.includes('y') || startsAnchored(node);
  const found = [node, ...lookArounds(node)].map((part) => {
    return backtrackingOf(new Places(part, isAnchored ? 'at the start' : 'anywhere'));
  });
  if (found.includes('exponential')) return 'exponential';
  return found.includes('polynomial') ? 'polynomial' : 'linear';
}

function startsAnchored(node: RegexNode): boolean {
  if (node.kind === 'assertion') return node.text === '^';
  if (node.kind === 'choice') return node.options.every(startsAnchored);
  return node.kind === 'sequence' && node.parts[0] !== undefined && startsAnchored(node.parts[0]);
}

type Tuple = readonly number[];

function backtrackingOf(places: Places): Backtracking {
  const paths = new Paths(places);
  const all = places.sets.map((_, place) => place);
  const loops = all.filter((place) => paths.leads(place, place));
  if (loops.some((place) => paths.hasTwoWaysBack(place))) return 'exponential';
  const isFailing = (place: number) => !places.accepting.has(place);
  const isPolynomial = loops.some((from) =>
    loops.some((to) => from !== to && isFailing(to) && paths.leads(from, to) && paths.shareText(from, to)),
  );
  return isPolynomial ? 'polynomial' : 'linear';
}

/** Several walks through the places of an expression over one and the same text. */
class Paths {
  readonly #places: Places;
  /** From each place, those that it leads to. */
  readonly #reach: readonly ReadonlySet<number>[];

  constructor(places: Places) {
    this.#places = places;
    this.#reach = places.sets.map((_, place) => reachable(places, place));
  }

  leads(from: number, to: number): boolean {
    return this.#reach[from]?.has(to) === true;
  }

  /** Two walks from a place to itself: they part somewhere, or take the same step in two ways. */
  hasTwoWaysBack(place: number): boolean {
    const steps = (tuple: Tuple) => this.#steps(tuple, [place, place]);
    return walk([[place, place]], steps, (before) => {
      return steps(before).some((after) => {
        const isParted = after[0] !== after[1];
        if (!isParted && countOf(this.#places.next(before[0] ?? 0), after[0]) < 2) return false;
        return isBack(after, place) || walk([after], steps, (next) => steps(next).some((one) => isBack(one, place)));
      });
    });
  }

  /** Over one text `from` leads to itself and to `to`, and `to` to itself. */
  shareText(from: number, to: number): boolean {
    const ends = [from, to, to];
    const steps = (tuple: Tuple) => this.#steps(tuple, ends);
    const isEnd = (tuple: Tuple) => tuple.every((place, index) => place === ends[index]);
    return walk([[from, from, to]], steps, (tuple) => steps(tuple).some(isEnd));
  }

  /** Every step that all walks can take over one character, and from where each can still reach its end. */
  #steps(tuple: Tuple, ends: Tuple): readonly Tuple[] {
    const choices = tuple.map((place, index) => {
      const end = ends[index] ?? 0;
      return [...new Set(this.#places.next(place))].filter((next) => next === end || this.leads(next, end));
    });
    const combined = choices.reduce<readonly Tuple[]>(
      (before, next) => before.flatMap((start) => next.map((place) => [...start, place])),
      [[]],
    );
    return combined.filter((next) => this.#places.canShare(...next));
  }
}

function isBack(tuple: Tuple, place: number): boolean {
  return tuple.every((one) => one === place);
}

function reachable(places: Places, start: number): ReadonlySet<number> {
  const found = new Set<number>();
  const waiting = [...places.next(start)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...places.next(next));
  }
  return found;
}

/** Whether some tuple on the way is what is looked for. */
function walk(start: readonly Tuple[], steps: (tuple: Tuple) => readonly Tuple[], isGoal: (tuple: Tuple) => boolean) {
  const seen = new Set<string>();
  const waiting = [...start];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const key = next.join(' ');
    if (seen.has(key)) continue;
    seen.add(key);
    if (isGoal(next)) return true;
    waiting.push(...steps(next));
  }
  return false;
}

function countOf(places: readonly number[], wanted: number | undefined): number {
  return places.filter((place) => place === wanted).length;
}
