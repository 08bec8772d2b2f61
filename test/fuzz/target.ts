import fc from 'fast-check';

/** Notes what came about in a run, so that nobody takes runs that never got anywhere for a proof. */
export type Saw = (what: string) => void;

export interface Outcome {
  readonly details: fc.RunDetails<unknown>;
  readonly seen: ReadonlyMap<string, number>;
}

export interface FuzzProperty {
  /** A true sentence. */
  readonly title: string;
  /** What comes about in every run that is long enough. */
  readonly mustSee: readonly string[];
  readonly run: (parameters: fc.Parameters<unknown>, onRun: () => void) => Promise<Outcome>;
}

/** What a file NAME.fuzz.ts exports as `target`. */
export interface FuzzTarget {
  readonly properties: readonly FuzzProperty[];
  /** Ends what the target has started. */
  readonly close?: () => Promise<void>;
}

interface Described<T> {
  readonly title: string;
  readonly given: fc.Arbitrary<T>;
  readonly mustSee?: readonly string[];
  readonly holds: (value: T, saw: Saw) => Promise<void> | void;
}

export function property<T>({ title, given, mustSee = [], holds }: Described<T>): FuzzProperty {
  return {
    title,
    mustSee,
    run: async (parameters, onRun) => {
      const seen = new Map<string, number>();
      const saw: Saw = (what) => void seen.set(what, (seen.get(what) ?? 0) + 1);
      const checked = fc.asyncProperty(given, async (value) => {
        onRun();
        await holds(value, saw);
      });
      const details = (await fc.check(checked, parameters as fc.Parameters<[T]>)) as fc.RunDetails<unknown>;
      return { details, seen };
    },
  };
}
