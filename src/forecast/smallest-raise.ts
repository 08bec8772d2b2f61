import { applyRemedy, type ForecastObjects } from './apply-remedy.ts';
import type { QuotaChange } from './forecast.ts';
import type { Finding } from './forecast-set.ts';
import { ofSteps, raisedBy, stepsOf } from './quota-raise.ts';
import type { Shortfall } from './shortfalls.ts';

/** A limit to raise, and what it is now. */
export interface QuotaRaise extends QuotaChange {
  readonly from: QuotaChange['to'];
}

/** A question about several migrations that is asked again with other limits; answers are in the same order each time. */
export interface Trial {
  readonly objects: ForecastObjects;
  readonly assess: (objects: ForecastObjects) => readonly Finding[];
  /** What is still missing for one of them; nothing where all is well with it, or where limits do not help. */
  readonly missing: (finding: Finding) => readonly Shortfall[];
}

/** Raising a limit changes what Harvester reckons and who is tried first; after a few rounds it has settled or never will. */
const MOST_ROUNDS = 8;

/**
 * The smallest limits with which nothing is missing for any of the migrations: not one of them can be a step lower
 * (Mi, thousandths of a CPU) with the others as they are. Undefined where raising limits does not come to an end.
 * `findings` are those of the objects as they are, where they are at hand.
 */
export function smallestRaise(trial: Trial, findings?: readonly Finding[]): readonly QuotaRaise[] | undefined {
  const sufficient = sufficientRaise(trial, findings ?? trial.assess(trial.objects));
  const smallest = sufficient?.reduce((raises, _, index) => lowered(trial, raises, index), sufficient);
  return smallest?.filter(({ from, to }) => to.exceeds(from));
}

function sufficientRaise(trial: Trial, findings: readonly Finding[]): readonly QuotaRaise[] | undefined {
  let raises: readonly QuotaRaise[] = [];
  let short: readonly Shortfall[] = findings.flatMap(trial.missing);
  for (let round = 0; round < MOST_ROUNDS && short.length > 0; round += 1) {
    raises = withRaised(raises, largest(short));
    short = shortfallsWith(trial, raises);
  }
  return short.length === 0 ? raises : undefined;
}

function shortfallsWith({ objects, assess, missing }: Trial, changes: readonly QuotaRaise[]): readonly Shortfall[] {
  return assess(applyRemedy(objects, { kind: 'raise-quota', changes })).flatMap(missing);
}

/** Of several that are short of one key, the one that is short of most. */
function largest(shortfalls: readonly Shortfall[]): readonly Shortfall[] {
  const byKey = Map.groupBy(shortfalls, ({ quota, resource }) => `${quota} ${resource}`);
  return [...byKey.values()].map((same) => {
    return same.reduce((most, one) => (one.shortByAlone.exceeds(most.shortByAlone) ? one : most));
  });
}

function withRaised(raises: readonly QuotaRaise[], short: readonly Shortfall[]): readonly QuotaRaise[] {
  const present = new Map([...short, ...raises].map((one) => [`${one.quota} ${one.resource}`, presentLimit(one)]));
  return raisedBy(raises, short).map((change) => {
    return { ...change, from: present.get(`${change.quota} ${change.resource}`) ?? change.to };
  });
}

function presentLimit(one: Shortfall | QuotaRaise): QuotaChange['to'] {
  return 'from' in one ? one.from : one.base;
}

/** The raises with one of them as small as it can be, found by halving; mostly it is as small as that already. */
function lowered(trial: Trial, raises: readonly QuotaRaise[], index: number): readonly QuotaRaise[] {
  const raise = raises[index] as QuotaRaise;
  const at = (steps: bigint): readonly QuotaRaise[] => {
    return raises.with(index, { ...raise, to: ofSteps(raise.resource, steps) });
  };
  const helps = (steps: bigint): boolean => shortfallsWith(trial, at(steps)).length === 0;
  let enough = stepsOf(raise.resource, raise.to);
  if (!helps(enough - 1n)) return raises;
  enough -= 1n;
  let tooFew = stepsOf(raise.resource, raise.from) - 1n;
  while (enough - tooFew > 1n) {
    const middle = (enough + tooFew) / 2n;
    if (helps(middle)) enough = middle;
    else tooFew = middle;
  }
  return at(enough);
}
