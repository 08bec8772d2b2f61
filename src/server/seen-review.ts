import type { Outcome } from '../admission/response.ts';

/** A review that has been decided. */
export interface SeenReview {
  /** Of the webhook: `/validate/migrations`. */
  readonly path: string;
  /** The AdmissionReview's own. */
  readonly uid: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly at: Date;
}

/** Called before the answer is sent: it takes note and leaves what takes time for later. It never throws. */
export type ReviewObserver = (seen: SeenReview) => void;
