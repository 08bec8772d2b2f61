import type { MigrationRequest } from './forecaster.ts';
import type { Promised } from './promised-room.ts';

/** From the mutating to the validating webhook of one creation it takes milliseconds. */
const LIFE_MILLISECONDS = 2000;
const MOST_ANSWERS = 1000;

/**
 * What the mutating webhook was told, for the validating one: the API server asks both about the same creation, one right
 * after the other, and reading everything twice would double what headroom adds to it. Each is used once.
 */
export class RecentAnswers {
  readonly #now: () => number;
  readonly #answers = new Map<string, { readonly promised: Promised; readonly at: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  remember(asked: MigrationRequest, promised: Promised): void {
    const key = keyOf(asked);
    this.#answers.delete(key);
    this.#forgetOld();
    this.#answers.set(key, { promised, at: this.#now() });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MOST_ANSWERS && oldest !== undefined) this.#answers.delete(oldest);
  }

  take(asked: MigrationRequest): Promised | undefined {
    const key = keyOf(asked);
    const answer = this.#answers.get(key);
    this.#answers.delete(key);
    return answer !== undefined && this.#isFresh(answer) ? answer.promised : undefined;
  }

  /** Each holds the facts that it stands on; the oldest are the first. */
  #forgetOld(): void {
    for (const [key, answer] of this.#answers) {
      if (this.#isFresh(answer)) return;
      this.#answers.delete(key);
    }
  }

  #isFresh({ at }: { readonly at: number }): boolean {
    return this.#now() - at <= LIFE_MILLISECONDS;
  }
}

function keyOf({ namespace, vmi, isDryRun }: MigrationRequest): string {
  return `${namespace}/${vmi}/${isDryRun}`;
}
