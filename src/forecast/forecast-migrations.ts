import { OVERHEAD_RATIO_SETTING } from '../harvester/names.ts';
import { settingValue } from '../harvester/settings.ts';
import { noResources } from '../objects/quantity-shape.ts';
import type { ForecastObjects, Unworded } from './apply-remedy.ts';
import type { Assessment } from './assessment.ts';
import type { Forecast } from './forecast.ts';
import { type Finding, findingsEach, findingsOfSet, type Ground, groundOf } from './forecast-set.ts';
import { type Likeness, likenessesTogether } from './likeness.ts';
import { assessmentMessage, renamedMessage, unknownMessage } from './message.ts';
import { type Reforecast, remediesFor } from './remedies.ts';
import { type RemedyContext, wordedRemedy } from './remedy-text.ts';
import type { WhyUnknown } from './unknown-reasons.ts';

/** Objects of one namespace with the facts read from them, so that many forecasts read them once. */
export interface Prepared {
  readonly objects: ForecastObjects;
  readonly ground: Ground;
}

/** `before` may be what the same namespace was prepared to: then only what a what-if has changed is read anew. */
export function prepare(objects: ForecastObjects, before?: Prepared): Prepared {
  return { objects, ground: groundOf(objects, before) };
}

/** The forecast of one VMI's migration, asked for by itself, among the migrations that are under way. */
export function forecastMigration(prepared: Prepared, vmi: string): Forecast {
  return forecastTogether(prepared, [vmi])[0] as Forecast;
}

/** The forecasts of several migrations that are asked for together; parallel to `vmis`. */
export function forecastTogether(prepared: Prepared, vmis: readonly string[]): readonly Forecast[] {
  const { ground } = prepared;
  const likenesses = ground.kind === 'known' && vmis.length > 1 ? likenessesTogether(ground.namespace, vmis) : [];
  const forecasts = new Map<Likeness, Forecast>();
  return findingsOfSet(ground, vmis).map((finding, index) => {
    const vmi = vmis[index] as string;
    const likeness = likenesses[index];
    const alike = likeness === undefined ? undefined : forecasts.get(likeness);
    if (alike !== undefined) return renamed(alike, finding, vmi);
    const forecast = forecastFound(prepared, finding, vmis, index);
    forecasts.set(likeness, forecast);
    return forecast;
  });
}

/**
 * The forecast of each VMI's migration, asked for by itself. VMs of one kind share every member of it that does not name
 * them.
 */
export function* forecastEach(prepared: Prepared, vmis: readonly string[]): Generator<Forecast> {
  const forecasts = new WeakMap<Finding, Forecast>();
  let index = 0;
  for (const finding of findingsEach(prepared.ground, vmis)) {
    const vmi = vmis[index] as string;
    const known = forecasts.get(finding);
    const forecast = known === undefined ? forecastFound(prepared, finding, [vmi]) : renamed(known, finding, vmi);
    if (known === undefined) forecasts.set(finding, forecast);
    index += 1;
    yield forecast;
  }
}

/** What was found of one of `vmis`, with its remedies proved for all of them together. */
function forecastFound(prepared: Prepared, finding: Finding, vmis: readonly string[], index = 0): Forecast {
  const reforecast = (objects: ForecastObjects): Finding => {
    return findingsOfSet(prepare(objects, prepared).ground, vmis)[index] as Finding;
  };
  return forecastOf(prepared, finding, { vmi: vmis[index] as string, action: 'migrate', reforecast });
}

function renamed(forecast: Forecast, finding: Finding, vmi: string): Forecast {
  const { namespace, remedies, message } = forecast;
  const subject = { namespace, vmi };
  if (finding.kind === 'unknown') return unknownForecast(subject, finding, finding.notes);
  const { assessment } = finding;
  return { ...forecast, vmi, message: renamedMessage(message, { subject, assessment, remedies, action: 'migrate' }) };
}

/** What was asked, and how it is asked again of changed objects. */
interface Asked extends Subject {
  readonly reforecast: Reforecast;
}

interface Subject {
  readonly vmi: string;
  readonly action: 'migrate' | 'start';
}

/** A finding with proved remedies and in words. */
export function forecastOf(prepared: Prepared, finding: Finding, { reforecast, ...subject }: Asked): Forecast {
  if (finding.kind === 'unknown') return wordedForecast(prepared, finding, subject, []);
  const { objects, ground } = prepared;
  const { assessment } = finding;
  return wordedForecast(
    prepared,
    finding,
    subject,
    remediesFor({ objects, assessment, reforecast, ratio: ratioOf(ground) }),
  );
}

/** A finding with remedies that have been proved before, in words. */
export function wordedForecast(
  prepared: Prepared,
  finding: Finding,
  { vmi, action }: Subject,
  unworded: readonly Unworded[],
): Forecast {
  const subject = { namespace: prepared.objects.namespace.name, vmi };
  if (finding.kind === 'unknown') return unknownForecast(subject, finding, finding.notes);
  const { assessment } = finding;
  const remedies = unworded.map((remedy) => wordedRemedy(remedy, remedyContext(prepared)));
  const remedyTexts = remedies.map(({ text }) => text);
  const { verdict, atBest, next, needsScaleUp, needsCompensation, lines, target } = assessment;
  return {
    ...subject,
    verdict,
    ...(atBest === undefined ? {} : { atBest }),
    ...(next === undefined ? {} : { next }),
    ...refusalOf(assessment),
    needsScaleUp,
    needsCompensation,
    quotas: lines,
    target,
    remedies,
    message: assessmentMessage({ subject, assessment, remedies: unworded, remedyTexts, action }),
    notes: finding.notes,
  };
}

/** What a forecast says of a start that Harvester refuses, and of a pod that will not be stored at all. */
function refusalOf({ refused, harvesterRefusal }: Assessment): Pick<Forecast, 'reason' | 'cause'> {
  const own = harvesterRefusal === undefined ? {} : { reason: harvesterRefusal };
  if (refused === undefined) return own;
  return { reason: `${refused.by} refuses the pod: ${refused.reason}`, cause: 'not-admitted', ...own };
}

/** A forecast that says what is missing; it never becomes a denial. */
export function unknownForecast(
  subject: { readonly namespace: string; readonly vmi: string },
  { unknown, reason }: WhyUnknown,
  notes: readonly string[],
): Forecast {
  return {
    ...subject,
    verdict: 'unknown',
    unknown,
    reason,
    needsScaleUp: false,
    needsCompensation: false,
    quotas: [],
    target: noResources,
    remedies: [],
    message: unknownMessage(subject, reason),
    notes,
  };
}

/** Where whoever carries a remedy out would have to click or type. */
export function remedyContext({ objects, ground }: Prepared): RemedyContext {
  const harvester = ground.kind === 'known' ? ground.cluster.harvester : undefined;
  const hasSetting = settingValue(objects.cluster.settings.items, OVERHEAD_RATIO_SETTING) !== undefined;
  return {
    namespace: objects.namespace.name,
    isHarvester: harvester !== undefined,
    ratioPlace: harvester !== undefined && hasSetting ? 'harvester-setting' : 'kubevirt-cr',
    refusesEditWhilePending: harvester?.release.quotaEditRefusalWording !== undefined,
  };
}

/** The overhead ratio that KubeVirt uses. */
export function ratioOf(ground: Ground): string | undefined {
  const configuration = ground.kind === 'known' ? ground.cluster.configuration : undefined;
  return configuration?.additionalGuestMemoryOverheadRatio ?? undefined;
}
