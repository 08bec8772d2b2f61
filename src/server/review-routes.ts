import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { answerReview, webhooks } from '../admission/answer-review.ts';
import type { AdmissionContext } from '../admission/context.ts';
import type { Outcome } from '../admission/response.ts';
import type { AppOptions } from './app-options.ts';
import { DriftLog } from './drift-log.ts';
import { errorSchema, reviewResponseSchema } from './response-schema.ts';
import { UnreadableRequest } from './review-body.ts';
import type { ReviewObserver, SeenReview } from './seen-review.ts';

type Watching = Pick<AppOptions, 'logger' | 'metrics' | 'observers'>;

/** What is recorded of a review, whichever webhook answered it. */
type Recorder = (path: string, uid: string, outcome: Outcome, startedAt: number) => void;

function recorder({ logger, metrics, observers = [] }: Watching): Recorder {
  const drifts = new DriftLog(logger, () => performance.now());
  return (path, uid, outcome, startedAt) => {
    const milliseconds = performance.now() - startedAt;
    const seconds = milliseconds / 1000;
    metrics.recordReview(path, outcome, seconds);
    const { verdict, unknown, migrationClass, policy, namespace, vmi } = outcome.decision;
    const level = verdict === 'ignored' ? 'debug' : 'info';
    const denied = outcome.denial !== undefined;
    const took = Math.round(milliseconds * 1000) / 1000;
    logger[level](
      { path, uid, namespace, vmi, class: migrationClass, policy, verdict, unknown, denied, milliseconds: took },
      'review',
    );
    if (observers.length > 0) {
      const seen = { path, uid, outcome, seconds, at: new Date() };
      for (const observe of observers) tell(observe, seen, logger);
    }
    if (outcome.drift === undefined) return;
    metrics.recordDrift(outcome.drift);
    drifts.report({ namespace, vmi }, outcome.drift);
  };
}

/** Whatever is wrong with who watches, the decision has been made, and is answered. */
function tell(observe: ReviewObserver, seen: SeenReview, logger: Logger): void {
  try {
    observe(seen);
  } catch (error) {
    logger.error({ uid: seen.uid, err: error }, 'internal error of a watcher; the decision stands');
  }
}

export function addReviewRoutes(app: FastifyInstance, context: AdmissionContext, watching: Watching): void {
  const record = recorder(watching);
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
