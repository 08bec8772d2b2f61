import type { AdmissionContext } from './context.ts';
import { mutateMigration } from './mutate-migration.ts';
import { mutatePod } from './mutate-pod.ts';
import { type AdmissionReviewResponse, buildReview, type Outcome } from './response.ts';
import { type ReviewRequest, readReview } from './review.ts';
import { validateMigration } from './validate-migration.ts';

export type Webhook = (request: ReviewRequest, context: AdmissionContext) => Promise<Outcome>;

/** Each path and the webhook that answers there. */
export const webhooks: ReadonlyMap<string, Webhook> = new Map([
  ['/validate/migrations', validateMigration],
  ['/mutate/migrations', mutateMigration],
  ['/mutate/pods', mutatePod],
]);

export type Answer =
  | { readonly kind: 'unreadable'; readonly message: string }
  | {
      readonly kind: 'answered';
      readonly uid: string;
      readonly outcome: Outcome;
      readonly review: AdmissionReviewResponse;
    };

const internalError: Outcome = {
  decision: { verdict: 'unknown', unknown: 'internal-error' },
  warnings: ['verdict unknown: internal error'],
};

/** The spine: an AdmissionReview in, an AdmissionReview out. */
export async function answerReview(webhook: Webhook, body: unknown, context: AdmissionContext): Promise<Answer> {
  const read = readReview(body);
  if (read.kind === 'unreadable') return read;
  const { apiVersion, request } = read;
  const { uid } = request;
  let outcome = internalError;
  try {
    outcome = await webhook(request, context);
  } catch (error) {
    context.reportBug(error, { uid });
  }
  return { kind: 'answered', uid, outcome, review: buildReview(apiVersion, uid, outcome) };
}
