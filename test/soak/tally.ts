/** What became of one request. */
export type Result =
  | { readonly kind: 'answered'; readonly verdict: string }
  /** Malformed, and refused as such. */
  | { readonly kind: 'refused' }
  /** Lost with the replica that it was sent to, which was killed. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'error'; readonly why: string };

/** Figures of one part of the run. */
export class Tally {
  readonly #quiet: number[] = [];
  readonly #disturbed: number[] = [];
  readonly #verdicts = new Map<string, number>();
  readonly errors: string[] = [];
  refused = 0;
  lost = 0;
  /** Of VMs that are there, while nothing was wrong with the API server. */
  unknownWithoutReason = 0;

  note(result: Result, milliseconds: number, weather: 'quiet' | 'disturbed'): void {
    (weather === 'quiet' ? this.#quiet : this.#disturbed).push(milliseconds);
    switch (result.kind) {
      case 'answered':
        this.#verdicts.set(result.verdict, (this.#verdicts.get(result.verdict) ?? 0) + 1);
        return;
      case 'refused':
        this.refused += 1;
        return;
      case 'lost':
        this.lost += 1;
        return;
      case 'error':
        this.errors.push(result.why);
        return;
      default:
        result satisfies never;
    }
  }

  get requests(): number {
    return this.#quiet.length + this.#disturbed.length;
  }

  get disturbed(): number {
    return this.#disturbed.length;
  }

  verdicts(): ReadonlyMap<string, number> {
    return this.#verdicts;
  }

  /** Milliseconds, of requests that no fault of the API server has met. */
  quiet(share: number): number {
    return quantile(this.#quiet, share);
  }

  /** Milliseconds, of all requests. */
  all(share: number): number {
    return quantile([...this.#quiet, ...this.#disturbed], share);
  }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
