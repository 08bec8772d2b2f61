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
  readonly isWell: (finding: Finding) => boolean;
  /** What of limits is missing for one that is not well; nothing where limits do not help. */
  readonly missing: (finding: Finding) => readonly Shortfall[];
}

export interface SmallestRaise {
  /** Undefined where no raise is known to do: it leads to something unknown, or does not come to an end. */
  readonly raises: readonly QuotaRaise[] | undefined;
  /** Which of the migrations no limit helps; the others are well with the raises. */
  readonly helpless: readonly number[];
}

/** Raising a limit changes what Harvester reckons and who is tried first; after a few rounds it has settled or never will. */
const MOST_ROUNDS = 8;

/**
 * The smallest limits with which all is well with every migration that limits help: not one of them can be a step lower
 * (Mi, thousandths of a CPU) with the others as they are. `findings` are those of the objects as they are.
 */
export function smallestRaise(trial: Trial, findings: readonly Finding[] = trial.assess(trial.objects)): SmallestRaise {
  const isHelpless = findings.map((finding) => !trial.isWell(finding) && trial.missing(finding).length === 0);
  const helpless = isHelpless.flatMap((is, index) => (is ? [index] : []));
  const asked: Asked = { ...trial, isHelpless };
  const sufficient = sufficientRaise(asked, findings);
  const smallest = sufficient?.reduce((raises, _, index) => lowered(asked, raises, index), sufficient);
  return { raises: smallest?.filter(({ from, to }) => to.exceeds(from)), helpless };
}

interface Asked extends Trial {
  readonly isHelpless: readonly boolean[];
}

function sufficientRaise(asked: Asked, findings: readonly Finding[]): readonly QuotaRaise[] | undefined {
  let raises: readonly QuotaRaise[] = [];
  let short = shortfallsIn(asked, findings);
  for (let round = 0; round < MOST_ROUNDS && short !== undefined && short.length > 0; round += 1) {
    raises = withRaised(raises, largest(short));
    short = shortfallsWith(asked, raises);
  }
  return short?.length === 0 ? raises : undefined;
}

/** None where all is well; undefined where something is not, and nothing tells what it is short of. */
function shortfallsIn(
  { isWell, missing, isHelpless }: Asked,
  findings: readonly Finding[],
): readonly Shortfall[] | undefined {
  const unwell = findings.filter((finding, index) => isHelpless[index] !== true && !isWell(finding));
  const short = unwell.map(missing);
  return short.some(({ length }) => length === 0) ? undefined : short.flat();
}

function shortfallsWith(asked: Asked, changes: readonly QuotaRaise[]): readonly Shortfall[] | undefined {
  return shortfallsIn(asked, asked.assess(applyRemedy(asked.objects, { kind: 'raise-quota', changes })));
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
function lowered(asked: Asked, raises: readonly QuotaRaise[], index: number): readonly QuotaRaise[] {
  const raise = raises[index] as QuotaRaise;
  const at = (steps: bigint): readonly QuotaRaise[] => {
    return raises.with(index, { ...raise, to: ofSteps(raise.resource, steps) });
  };
  const helps = (steps: bigint): boolean => shortfallsWith(asked, at(steps))?.length === 0;
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
