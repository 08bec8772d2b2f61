import type { ResourceList } from '../objects/quantity-shape.ts';
import type { DefaultLimit, Forecast, QuotaChange, QuotaLine, Remedy } from './forecast.ts';

/** A forecast as `-o json` prints it; quantities are canonical Kubernetes strings. */
export function forecastJson(forecast: Forecast): object {
  return { ...annotationJson(forecast), message: forecast.message };
}

/** The same without `message`: what the annotation on a migration holds. */
export function annotationJson(forecast: Forecast): object {
  const { namespace, vmi, verdict, atBest, next, reason, needsScaleUp, needsCompensation } = forecast;
  return {
    namespace,
    vmi,
    verdict,
    ...(atBest === undefined ? {} : { atBest }),
    ...(next === undefined ? {} : { next }),
    ...(reason === undefined ? {} : { reason }),
    ...(forecast.cause === undefined ? {} : { cause: forecast.cause }),
    needsScaleUp,
    needsCompensation,
    quotas: forecast.quotas.map(lineJson),
    target: resourcesJson(forecast.target),
    remedies: forecast.remedies.map(remedyJson),
  };
}

function lineJson({ quota, resource, used, requested, hard, hardAfterScaleUp, shortBy, cause }: QuotaLine): object {
  const amounts = {
    used: `${used}`,
    requested: `${requested}`,
    hard: `${hard}`,
    hardAfterScaleUp: `${hardAfterScaleUp}`,
  };
  const short = shortBy === undefined ? {} : { shortBy: `${shortBy}` };
  return { quota, resource, ...amounts, ...short, ...(cause === undefined ? {} : { cause }) };
}

function remedyJson(remedy: Remedy): object {
  if (remedy.kind === 'raise-quota') return { ...remedy, changes: remedy.changes.map(changeJson) };
  if (remedy.kind === 'free-room') return { ...remedy, amounts: remedy.amounts.map(changeJson) };
  if (remedy.kind === 'add-limit-range') return { ...remedy, defaults: remedy.defaults.map(defaultJson) };
  return remedy;
}

function defaultJson({ resource, limit }: DefaultLimit): object {
  return { resource, limit: `${limit}` };
}

function changeJson({ quota, resource, to, where }: QuotaChange): object {
  return { quota, resource, to: `${to}`, where };
}

export function resourcesJson(resources: ResourceList): object {
  return Object.fromEntries([...resources].map(([key, amount]) => [key, amount.toString()]));
}
