import type { Forecast, QuotaLine } from '../forecast/forecast.ts';
import { firstLine } from './migration-decision.ts';
import { printableLines } from './plain-text.ts';
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
  return [{ reason: 'not-admitted', message: forecast.reason ?? firstLine(forecast.message), field: 'spec.vmiName' }];
}

/** ResourceQuota refuses with 403 Forbidden, and so do we. */
export function denialStatus(request: ReviewRequest, forecast: Forecast): DenialStatus {
  return {
    status: 'Failure',
    code: 403,
    reason: 'Forbidden',
    message: printableLines(forecast.message),
    details: {
      name: request.name ?? '',
      group: request.resource.group,
      kind: request.resource.resource,
      causes: causesOf(forecast),
    },
  };
}
