/** Numbers that look random and are the same for the same seed, on every machine. */
export interface Random {
  /** From 0 up to, and without, `count`. */
  below(count: number): number;
  /** Both ends are in it. */
  between(least: number, most: number): number;
  chance(percent: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** One of the names, each as often as its number says. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T;
  /** In any order, each at most once. */
  some<T>(choices: readonly T[], count: number): readonly T[];
}

export function randomOf(...seeds: readonly (string | number)[]): Random {
  let state = hashOf(seeds.join('/'));
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const random: Random = {
    below: (count) => Math.floor(next() * count),
    between: (least, most) => least + random.below(most - least + 1),
    chance: (percent) => next() * 100 < percent,
    pick: <T>(choices: readonly T[]) => choices[random.below(choices.length)] as T,
    weighted: <T extends string>(weights: Readonly<Record<T, number>>) => {
      const names = Object.keys(weights) as T[];
      let left = next() * names.reduce((sum, name) => sum + weights[name], 0);
      for (const name of names) {
        left -= weights[name];
        if (left < 0) return name;
      }
      return names.at(-1) as T;
    },
    some: <T>(choices: readonly T[], count: number) => {
      const left = [...choices];
      const taken = Array.from({ length: Math.min(count, left.length) }, () =>
        left.splice(random.below(left.length), 1),
      );
      return taken.flat();
    },
  };
  return random;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}
