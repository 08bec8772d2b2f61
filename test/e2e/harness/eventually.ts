import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  readonly withinSeconds?: number;
  readonly everyMilliseconds?: number;
}

/** What is meant to become true has not: tried again until the time is over. Anything thrown counts as not yet. */
export async function eventually<T>(what: string, attempt: () => Promise<T> | T, patience: Patience = {}): Promise<T> {
  const { withinSeconds = 10, everyMilliseconds = 25 } = patience;
  const end = performance.now() + withinSeconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw new Error(`not within ${withinSeconds} s: ${what}`, { cause: error });
    }
    await sleep(everyMilliseconds);
  }
}

/** For conditions that are looked at and not thrown. */
export function eventuallyTrue(what: string, holds: () => Promise<boolean> | boolean, patience?: Patience) {
  return eventually(
    what,
    async () => {
      if (!(await holds())) throw new Error('it does not hold');
    },
    patience,
  );
}
