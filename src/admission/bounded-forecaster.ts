import type { AdmissionContext } from './context.ts';
import type { Forecaster } from './forecaster.ts';
import { unknownMigration } from './migration-decision.ts';

const INTERNAL_ERROR = 'internal error';

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
  const reasonOf = (error: unknown, about: Record<string, string>): string => {
    if (error instanceof DeadlinePassed) return `no answer within ${timeoutMilliseconds} ms`;
    reportBug(error, about);
    return INTERNAL_ERROR;
  };
  return {
    forecastMigration: async (request) => {
      try {
        return await withinDeadline(forecaster.forecastMigration(request), timeoutMilliseconds);
      } catch (error) {
        const { namespace, vmi } = request;
        return unknownMigration(namespace, vmi, reasonOf(error, { namespace, vmi }));
      }
    },
    describePod: async (pod, namespace) => {
      try {
        return await withinDeadline(forecaster.describePod(pod, namespace), timeoutMilliseconds);
      } catch (error) {
        return { kind: 'unknown', reason: reasonOf(error, { namespace, pod: pod.metadata.name }) };
      }
    },
  };
}
