import { Quantity } from '../quantity/quantity.ts';
import { applyRemedy, type ForecastObjects, type Unworded } from './apply-remedy.ts';
import type { Assessment } from './assessment.ts';
import type { DefaultLimit, QuotaChange } from './forecast.ts';
import type { Finding } from './forecast-set.ts';
import { highest } from './highest.ts';
import { raisedBy, roundedUp } from './quota-raise.ts';
import type { Shortfall } from './shortfalls.ts';

/** A forecast of the same question over changed objects: what a remedy is proved with. */
export type Reforecast = (objects: ForecastObjects) => Finding;

interface Plight {
  readonly objects: ForecastObjects;
  readonly assessment: Assessment;
  readonly reforecast: Reforecast;
  /** The overhead ratio that KubeVirt uses. */
  readonly ratio: string | undefined;
}

/** Raising a limit changes what others and Harvester reckon; after a few rounds it has settled or never will. */
const MOST_ROUNDS = 5;

/**
 * The changes that would make the forecast `fits`, the most direct first. Each has been applied to the facts and
 * forecast again before it is given; what does not help by itself is not offered.
 */
export function remediesFor(plight: Plight): readonly Unworded[] {
  return proposed(plight, [raisedQuota, enabledScaling, containerLimits, lowerRatio, freedRoom]);
}

/** Those that change no amount: of the pod, or of how Harvester treats its quota. */
export function remediesBesideAmounts(plight: Plight): readonly Unworded[] {
  return proposed(plight, [enabledScaling, containerLimits]);
}

type Proposal = (plight: Plight) => Unworded | undefined;

function proposed(plight: Plight, proposals: readonly Proposal[]): readonly Unworded[] {
  const { assessment } = plight;
  if (assessment.verdict !== 'exceeds' && assessment.next !== 'exceeds') return [];
  return proposals.map((propose) => propose(plight)).filter((remedy) => remedy !== undefined);
}

function cures(plight: Plight, remedy: Unworded): boolean {
  return isCure(plight, reassessed(plight, remedy));
}

function isCure({ assessment }: Plight, reassessment: Assessment | undefined): boolean {
  if (reassessment?.verdict !== 'fits') return false;
  return assessment.verdict === 'exceeds' || reassessment.next === undefined;
}

function reassessed({ objects, reforecast }: Plight, remedy: Unworded): Assessment | undefined {
  const finding = reforecast(applyRemedy(objects, remedy));
  return finding.kind === 'assessed' ? finding.assessment : undefined;
}

function raisedQuota(plight: Plight): Unworded | undefined {
  let changes: readonly QuotaChange[] = [];
  let best: Unworded | undefined;
  let current: Assessment | undefined = plight.assessment;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const short = missing(current);
    if (short.length === 0) break;
    changes = raisedBy(changes, short);
    const remedy: Unworded = { kind: 'raise-quota', changes };
    current = reassessed(plight, remedy);
    // The first that cures is kept; one that also lets the next migration through is better.
    if (isCure(plight, current) && (best === undefined || current?.next === undefined)) best = remedy;
  }
  return best;
}

function missing(assessment: Assessment | undefined): readonly Shortfall[] {
  if (assessment === undefined) return [];
  return assessment.verdict === 'fits' ? assessment.nextShortfalls : assessment.shortfalls;
}

function enabledScaling(plight: Plight): Unworded | undefined {
  const off = plight.assessment.shortfalls.find(({ scaling }) => scaling === 'off');
  if (off === undefined) return undefined;
  const remedy: Unworded = { kind: 'enable-scaling', quota: off.quota };
  return cures(plight, remedy) ? remedy : undefined;
}

function containerLimits(plight: Plight): Unworded | undefined {
  if (plight.assessment.lines.every(({ cause }) => cause !== 'no-limits')) return undefined;
  const sidecars: Unworded = { kind: 'set-container-limits', container: 'sidecar' };
  if (cures(plight, sidecars)) return sidecars;
  const defaults: Unworded = { kind: 'add-limit-range', defaults: defaultLimits(plight.assessment) };
  return cures(plight, defaults) ? defaults : undefined;
}

/** Limits that the guest never reaches: its memory with the pod's overhead, and a core for each of its CPUs. */
function defaultLimits({ pod, vmi, lines }: Assessment): readonly DefaultLimit[] {
  if (pod === undefined || vmi === undefined) return [];
  const { cpu, memory, resources } = vmi.spec.domain;
  const guest = memory?.guest ?? resources.requests.get('memory') ?? Quantity.zero;
  const compute = pod.launcher.spec.containers?.find(({ name }) => name === 'compute')?.resources.requests;
  const needs = {
    cpu: Quantity.of(BigInt((cpu?.cores || 1) * (cpu?.sockets || 1) * (cpu?.threads || 1))),
    memory: guest.add(pod.overhead.total),
  };
  return (['cpu', 'memory'] as const).flatMap((resource) => {
    const isMissing = lines.some((line) => line.cause === 'no-limits' && line.resource === `limits.${resource}`);
    const least = needs[resource].max(compute?.get(resource) ?? Quantity.zero);
    return isMissing ? [{ resource, limit: roundedUp(resource, least) }] : [];
  });
}

function lowerRatio(plight: Plight): Unworded | undefined {
  const ratio = Number(plight.ratio ?? '1');
  const guess = guessedTenths(plight, ratio);
  return largestLowerRatio(ratio, [guess, guess + 1], (remedy) => cures(plight, remedy));
}

/** The highest ratio below `ratio`, in tenths, that helps. Where the scale-up moves with the pod, there is none. */
export function largestLowerRatio(
  ratio: number,
  guessedTenths: readonly number[],
  helps: (remedy: Unworded) => boolean,
): Unworded | undefined {
  if (!(ratio > 1) || ratio > 1000) return undefined;
  const at = (tenths: number): Unworded => ({ kind: 'lower-ratio', ratio: (tenths / 10).toFixed(1) });
  if (!helps(at(LEAST_TENTHS))) return undefined;
  const range = { helps: LEAST_TENTHS, fails: Math.ceil(ratio * 10) };
  return at(highest(range, guessedTenths, (tenths) => helps(at(tenths))));
}

/** A ratio below 1.0 is refused. */
const LEAST_TENTHS = 10;

/** The overhead is all but linear in the ratio, so the edge is mostly between this and the next tenth. */
function guessedTenths({ assessment }: Plight, ratio: number): number {
  const short = missing(assessment).filter(({ resource }) => resource.endsWith('memory'));
  const most = Math.max(0, ...short.map(({ shortBy }) => Number(shortBy.value())));
  return Math.floor((ratio - most / Number(assessment.pod?.overhead.baseBytes ?? 1n)) * 10);
}

function freedRoom(plight: Plight): Unworded | undefined {
  const { shortfalls } = plight.assessment;
  const amounts = shortfalls.map(({ quota, resource, shortByAlone }): QuotaChange => {
    return { quota, resource, to: roundedUp(resource, shortByAlone), where: 'resource-quota' };
  });
  const isThere = amounts.every(({ to }, index) => !to.exceeds(shortfalls[index]?.usedByOthers ?? Quantity.zero));
  const remedy: Unworded = { kind: 'free-room', amounts };
  return amounts.length > 0 && isThere && cures(plight, remedy) ? remedy : undefined;
}
