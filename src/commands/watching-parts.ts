import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Api } from '../cluster/api.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import type { Metrics } from '../server/metrics.ts';
import type { ReviewObserver } from '../server/seen-review.ts';
import type { ServeParts } from '../server/serve.ts';
import type { SurveyedCluster } from '../survey/surveyor.ts';

/** Each decision's facts and arithmetic in the log, where that is wanted: at the level debug. */
export async function tracing(logger: Logger): Promise<readonly ReviewObserver[]> {
  if (!logger.isLevelEnabled('debug')) return [];
  const { traceObserver } = await import('../trace/trace-observer.ts');
  return [traceObserver(logger)];
}

interface EventsWith {
  readonly open: () => Promise<Api>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Events on VirtualMachineInstances, where they are wanted. */
export async function eventParts(
  { events }: ServeConfig,
  { open, logger, metrics }: EventsWith,
): Promise<{ readonly observers: readonly ReviewObserver[] } & Pick<ServeParts, 'close'>> {
  if (events === 'off') return { observers: [] };
  const { createEventWriter } = await import('../events/event-writer.ts');
  const writer = createEventWriter({
    api: await open(),
    logger,
    now: Date.now,
    after: (milliseconds, task) => setTimeout(task, milliseconds).unref(),
    instance: hostname(),
    onEvent: (outcome) => metrics.recordEvent(outcome),
  });
  return { observers: [(seen) => writer.observe(seen)], close: () => writer.close() };
}

/** Looks at the room of all namespaces, unless the interval is 0. */
export async function surveysOf(
  open: () => Promise<SurveyedCluster>,
  { surveyIntervalSeconds }: ServeConfig,
  logger: Logger,
): Promise<Pick<ServeParts, 'surveys'>> {
  if (surveyIntervalSeconds === 0) return {};
  const { startSurveys } = await import('../survey/surveyor.ts');
  const surveys = startSurveys(await open(), {
    intervalSeconds: surveyIntervalSeconds,
    now: () => performance.now(),
    date: () => new Date(),
    pause: (milliseconds, signal) => sleep(milliseconds, undefined, { signal, ref: false }),
    timeLimit: (milliseconds) => AbortSignal.timeout(milliseconds),
    random: Math.random,
    reportUnread: (why) => logger.warn({ why }, 'the survey of room could not read everything'),
    reportBug: (error) => logger.error({ err: error }, 'internal error in the survey of room'),
  });
  return { surveys };
}
