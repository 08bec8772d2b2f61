/** Since when callers have been seen to trust a CA, without a gap; by time that has passed, not by a wall clock. */
export class Settling {
  readonly #milliseconds: number;
  #since: ReadonlyMap<string, number> = new Map();

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Callers trust all of `bundle` from now on; those of `before` they trusted already. */
  note(bundle: readonly string[], before: ReadonlySet<string>, elapsed: number): void {
    const since = (authority: string) => (before.has(authority) ? (this.#since.get(authority) ?? elapsed) : elapsed);
    this.#since = new Map(bundle.map((authority) => [authority, since(authority)]));
  }

  /** It is not known what callers trust: the time begins anew. */
  forget(): void {
    this.#since = new Map();
  }

  isSettled(authority: string, elapsed: number): boolean {
    const since = this.#since.get(authority);
    return since !== undefined && elapsed - since >= this.#milliseconds;
  }
}
