const HOUR_MILLISECONDS = 3_600_000;
const SECOND_MILLISECONDS = 1000;

/** How far before its making a certificate begins, for clients whose clock is behind. */
export const BACKDATED_MILLISECONDS = HOUR_MILLISECONDS;

/** A certificate that begins later than this is not made by a replica with a bad clock; no caller could use it. */
export const FUTURE_MILLISECONDS = 24 * HOUR_MILLISECONDS;

/** Every interval of the keeping of certificates, all from the life of a serving certificate. In milliseconds. */
export interface Lifetimes {
  readonly leaf: number;
  readonly authority: number;
  /** A leaf with less left than this is renewed. */
  readonly leafReserve: number;
  /** A CA with less left than this gets a successor: it could still sign one more whole leaf, with half a life to spare. */
  readonly authorityReserve: number;
  /** A leaf with more left than this was not made by these rules. */
  readonly leafAtMost: number;
  readonly check: number;
  /** From the sight of a CA in the webhook configurations to the first leaf signed by it: API servers watch those. */
  readonly settling: number;
  /** A Secret that is gone is not made again before: an uninstall deletes it before it ends the replicas. */
  readonly missing: number;
  /** By how much the clocks of replicas and callers may differ when trust is taken away. */
  readonly skew: number;
}

export function lifetimesOf(leafSeconds: number): Lifetimes {
  const leaf = leafSeconds * SECOND_MILLISECONDS;
  const check = Math.max(SECOND_MILLISECONDS / 2, Math.min(30 * SECOND_MILLISECONDS, leaf / 30));
  return {
    leaf,
    authority: 4 * leaf,
    leafReserve: leaf / 3,
    authorityReserve: 1.5 * leaf,
    leafAtMost: 4 * leaf + 2 * HOUR_MILLISECONDS,
    check,
    // Two checks, so that every living replica too has read the Secret that holds the new CA.
    settling: 2 * check,
    missing: Math.min(5 * SECOND_MILLISECONDS, check),
    skew: Math.min(HOUR_MILLISECONDS, leaf),
  };
}
