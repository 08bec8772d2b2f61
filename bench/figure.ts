import type { Measured, Spread } from './rounds.ts';

export interface Target {
  readonly of: 'value' | 'ratio';
  readonly bound: 'at least' | 'below';
  readonly amount: number;
}

/** One line of the result. */
export interface Figure {
  readonly part: 'engine' | 'whole cluster' | 'report' | 'HTTPS' | 'live';
  readonly what: string;
  readonly unit: 'per s' | 's' | 'ms' | 'MB' | 'us';
  readonly value: Spread;
  /** What was measured beside it in the same rounds, and this figure by that one. */
  readonly yardstick: { readonly what: string; readonly value: Spread };
  readonly ratio: Spread;
  readonly target?: Target & { readonly reached: boolean };
}

interface Labels extends Pick<Figure, 'part' | 'unit'> {
  /** By what is measured. */
  readonly targets: Readonly<Record<string, Target>>;
}

/** The figures of all that was measured beside the first. */
export function figuresOf([yardstick, ...subjects]: readonly Measured[], labels: Labels): readonly Figure[] {
  if (yardstick === undefined) return [];
  const { part, unit, targets } = labels;
  return subjects.map(({ what, value, ratio }) => {
    const target = targets[what];
    const figure = { part, what, unit, value, yardstick: { what: yardstick.what, value: yardstick.value }, ratio };
    return target === undefined ? figure : { ...figure, target: { ...target, reached: isReached(target, figure) } };
  });
}

function isReached({ of, bound, amount }: Target, figure: Pick<Figure, 'value' | 'ratio'>): boolean {
  const { median } = figure[of];
  return bound === 'at least' ? median >= amount : median < amount;
}
