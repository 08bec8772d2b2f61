import { type Unknown, unknownBecause } from '../forecast/unknown-reasons.ts';
import type { AdmissionContext } from './context.ts';
import type { Forecaster, PodDescription } from './forecaster.ts';
import { unknownMigration } from './migration-decision.ts';

class DeadlinePassed extends Error {}

async function withinDeadline<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlinePassed()), milliseconds);
  });
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A forecaster that always answers, and in time: neither a bug nor a hang of the one behind it may become a webhook that
 * blocks migrations. The API server waits for `timeoutSeconds`; the deadline has to lie below.
 */
export function boundForecaster(
  forecaster: Forecaster,
  timeoutMilliseconds: number,
  reportBug: AdmissionContext['reportBug'],
): Forecaster {
  const whyUnknown = (error: unknown, about: Record<string, string>): Unknown => {
    if (error instanceof DeadlinePassed) {
      return unknownBecause('too-slow', `no answer within ${timeoutMilliseconds} ms`);
    }
    reportBug(error, about);
    return unknownBecause('internal-error', 'internal error');
  };
  function bound<T>(ask: () => T | Promise<T>, unknown: (why: Unknown) => T, about: Record<string, string>) {
    const answerError = (error: unknown): T => unknown(whyUnknown(error, about));
    try {
      const answer = ask();
      return answer instanceof Promise ? withinDeadline(answer, timeoutMilliseconds).catch(answerError) : answer;
    } catch (error) {
      return answerError(error);
    }
  }
  return {
    forecastMigration: (request) => {
      const { namespace, vmi } = request;
      const unknown = (why: Unknown) => unknownMigration(namespace, vmi, why);
      return bound(() => forecaster.forecastMigration(request), unknown, { namespace, vmi });
    },
    describePod: (pod, namespace) => {
      const unknown = (why: Unknown): PodDescription => why;
      return bound(() => forecaster.describePod(pod, namespace), unknown, { namespace, pod: pod.metadata.name });
    },
  };
}
