/**
 * One moment of a race, packed: the steps of all contestants as digits of base 8, and the compensation in the quota.
 * A walk visits tens of thousands of them, so they are compared and stored as numbers.
 */
export interface State {
  readonly code: number;
  readonly compensation: bigint;
}

const BASE = 8;

export function packedSteps(steps: readonly number[]): number {
  return steps.reduceRight((code, step) => code * BASE + step, 0);
}

export function stepOf(code: number, index: number): number {
  return Math.floor(code / BASE ** index) % BASE;
}

export function withStep({ code, compensation }: State, index: number, step: number): State {
  return { code: code + (step - stepOf(code, index)) * BASE ** index, compensation };
}

/** Calls `visit` once for every state that can be reached; `visit` says which states follow. */
export function walk(first: readonly State[], visit: (state: State) => readonly State[]): void {
  const seen = new Map<bigint, Set<number>>();
  const open = [...first];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const codes = seen.get(state.compensation) ?? new Set();
    if (codes.has(state.code)) continue;
    seen.set(state.compensation, codes.add(state.code));
    open.push(...visit(state));
  }
}
