import type { Forecast, QuotaLine } from '../forecast/forecast.ts';
import { firstLine } from './migration-decision.ts';
import { printableLine, printableLines } from './plain-text.ts';
import type { DenialStatus, StatusCause } from './response.ts';
import type { ReviewRequest } from './review.ts';

function figuresOf(line: QuotaLine): string {
  return [
    `used ${line.used}`,
    `requested ${line.requested}`,
    `hard after scale-up ${line.hardAfterScaleUp}`,
    ...(line.shortBy === undefined ? [] : [`short by ${line.shortBy}`]),
  ].join(', ');
}

/** With all the figures of a quota key, and two names of 253 characters. */
const LONGEST_CAUSE = 1024;

/** `field` is written as the option `--quota` takes a key: NAMESPACE/QUOTA:KEY. */
function causeOf(namespace: string, line: QuotaLine): StatusCause {
  return {
    reason: line.cause ?? 'over-quota',
    message: `quota ${line.quota}, ${line.resource}: ${figuresOf(line)}`,
    field: `${namespace}/${line.quota}:${line.resource}`,
  };
}

function causesOf(forecast: Forecast): readonly StatusCause[] {
  const short = forecast.quotas.filter((line) => line.shortBy !== undefined || line.cause !== undefined);
  if (short.length > 0) return short.map((line) => causeOf(forecast.namespace, line));
  // No quota is short: a LimitRange or KubeVirt itself will not have the pod.
  const message = forecast.reason ?? firstLine(forecast.message);
  return [{ reason: 'not-admitted', message, field: 'spec.vmiName' }];
}

/** An owner may make as many quotas with as many keys as he likes; each is a line and a cause. */
const LONGEST_MESSAGE = 16 * 1024;
const MOST_CAUSES = 64;
const LEFT_OUT = '\n…';

/** Whole lines from the first on, which stands by itself and has at most 256 characters. */
function boundedMessage(message: string): string {
  const text = printableLines(message);
  if (text.length <= LONGEST_MESSAGE) return text;
  const room = text.slice(0, LONGEST_MESSAGE - LEFT_OUT.length);
  return room.slice(0, room.lastIndexOf('\n')) + LEFT_OUT;
}

/** ResourceQuota refuses with 403 Forbidden, and so do we. */
export function denialStatus(request: ReviewRequest, forecast: Forecast): DenialStatus {
  return {
    status: 'Failure',
    code: 403,
    reason: 'Forbidden',
    message: boundedMessage(forecast.message),
    details: {
      name: request.name ?? '',
      group: request.resource.group,
      kind: request.resource.resource,
      causes: causesOf(forecast)
        .slice(0, MOST_CAUSES)
        .map(({ reason, message, field }) => ({
          reason,
          message: printableLine(message, LONGEST_CAUSE),
          field: printableLine(field, LONGEST_CAUSE),
        })),
    },
  };
}
