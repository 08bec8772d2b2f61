import type { FastifyInstance } from 'fastify';
import { answerReview, webhooks } from '../admission/answer-review.ts';
import type { AdmissionContext } from '../admission/context.ts';
import type { Outcome } from '../admission/response.ts';
import type { AppOptions } from './app-options.ts';
import { DriftLog } from './drift-log.ts';
import { errorSchema, reviewResponseSchema } from './response-schema.ts';
import { UnreadableRequest } from './review-body.ts';

/** What is recorded of a review, whichever webhook answered it. */
type Recorder = (path: string, uid: string, outcome: Outcome, startedAt: number) => void;

function recorder({ logger, metrics }: Pick<AppOptions, 'logger' | 'metrics'>): Recorder {
  const drifts = new DriftLog(logger, () => performance.now());
  return (path, uid, outcome, startedAt) => {
    const milliseconds = performance.now() - startedAt;
    metrics.recordReview(path, outcome, milliseconds / 1000);
    const { verdict, migrationClass, policy, namespace, vmi } = outcome.decision;
    const level = verdict === 'ignored' ? 'debug' : 'info';
    const denied = outcome.denial !== undefined;
    const took = Math.round(milliseconds * 1000) / 1000;
    logger[level](
      { path, uid, namespace, vmi, class: migrationClass, policy, verdict, denied, milliseconds: took },
      'review',
    );
    if (outcome.drift === undefined) return;
    metrics.recordDrift(outcome.drift);
    drifts.report({ namespace, vmi }, outcome.drift);
  };
}

export function addReviewRoutes(
  app: FastifyInstance,
  context: AdmissionContext,
  observers: Pick<AppOptions, 'logger' | 'metrics'>,
): void {
  const record = recorder(observers);
  const schema = { response: { 200: reviewResponseSchema, '4xx': errorSchema, '5xx': errorSchema } };
  for (const [path, webhook] of webhooks) {
    app.post(path, { schema }, async (request) => {
      const startedAt = performance.now();
      const answer = await answerReview(webhook, request.body, context);
      if (answer.kind === 'unreadable') throw new UnreadableRequest(400, answer.message);
      record(path, answer.uid, answer.outcome, startedAt);
      return answer.review;
    });
  }
}

/** 405 where the path is right and the method is not, else 404. */
export function answerUnknownRoutes(app: FastifyInstance, paths: readonly string[]): void {
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    if (paths.includes(path)) {
      return reply
        .code(405)
        .header('allow', 'POST')
        .send({ code: 405, error: `expected POST at ${path}` });
    }
    return reply.code(404).send({ code: 404, error: `nothing is here; expected one of ${paths.join(', ')}` });
  });
}
