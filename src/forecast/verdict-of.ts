import type { KnownVerdict, Verdict } from './forecast.ts';
import type { Outcome } from './race/arena.ts';

/** The certain verdict of a race, and the lucky one where it is better. */
export interface RaceVerdict {
  readonly verdict: KnownVerdict;
  readonly atBest?: KnownVerdict;
}

export function verdictOf(outcome: Outcome): RaceVerdict {
  const verdict = certainVerdict(outcome);
  const atBest = luckyVerdict(outcome);
  return verdict === atBest ? { verdict } : { verdict, atBest };
}

function certainVerdict({ fitsAlways, settlesAlways }: Outcome): KnownVerdict {
  if (fitsAlways) return 'fits';
  return settlesAlways ? 'waits' : 'exceeds';
}

function luckyVerdict({ fitsPossibly, settlesPossibly }: Outcome): KnownVerdict {
  if (fitsPossibly) return 'fits';
  return settlesPossibly ? 'waits' : 'exceeds';
}

const RANK: Readonly<Record<Verdict, number>> = { unknown: -1, exceeds: 0, waits: 1, fits: 2 };

/** Whether `one` promises more than `other`. */
export function isBetter(one: Verdict, other: Verdict): boolean {
  return RANK[one] > RANK[other];
}

/** Whether it exceeds in every order of races; a migration that a lucky one lets in is worth its try. */
export function isHopeless(forecast: { readonly verdict: Verdict; readonly atBest?: Verdict }): boolean {
  return forecast.verdict === 'exceeds' && (forecast.atBest ?? 'exceeds') === 'exceeds';
}
