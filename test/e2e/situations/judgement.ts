import type { Amounts } from '../../builders/json.ts';
import type { WrittenForecast } from '../harness/forecast.ts';
import { amountText, billionthsOf } from '../harness/harvester-amounts.ts';
import type { Charge } from './charge.ts';

type Verdict = 'exceeds' | 'waits' | 'fits' | 'unknown';

/** What headroom said of a migration, as its annotation has it. */
export interface Foretold extends WrittenForecast {
  readonly vmi: string;
  readonly verdict: Verdict;
  readonly atBest?: Verdict;
  readonly next?: 'exceeds';
  readonly needsCompensation: boolean;
}

/** What virt-controller and the API server made of it. */
export type Outcome = 'admitted' | 'admitted-later' | 'refused';

const RANK: Readonly<Record<string, number>> = { exceeds: 0, waits: 1, fits: 2 };
const VERDICT_OF: Readonly<Record<Outcome, string>> = {
  admitted: 'fits',
  'admitted-later': 'waits',
  refused: 'exceeds',
};

/** Empty where it came as foretold. While it is held, nothing has been let in later: `waits` is then what is refused. */
export function verdictFaults(foretold: Foretold, outcome: Outcome, stage: 'held' | 'settled'): readonly string[] {
  const { verdict, atBest = verdict, reason = '' } = foretold;
  if (verdict === 'unknown') return reason === '' ? ['unknown, and no reason given'] : [];
  const was = VERDICT_OF[outcome];
  const [least, most, actual] = [verdict, atBest, was ?? ''].map((one) => RANK[one] ?? -1) as [number, number, number];
  const isRight = stage === 'held' && outcome === 'refused' ? least < 2 : least <= actual && actual <= most;
  return isRight
    ? []
    : [`foretold ${verdict === atBest ? verdict : `${verdict} to ${atBest}`}, it was ${was} (${stage})`];
}

/** The target pod must be charged what was foretold, key by key. */
export function chargeFaults({ target }: Foretold, charge: Charge): readonly string[] {
  const keys = new Set([...Object.keys(target), ...charge.keys()]);
  return [...keys].flatMap((key) => {
    const foretold = billionthsOf(target[key] ?? '0');
    const actual = charge.get(key) ?? 0n;
    return foretold === actual ? [] : [`target pod ${key}: foretold ${target[key]}, it was ${amountText(actual)}`];
  });
}

export interface QuotaStatus {
  readonly hard: Amounts;
  readonly used: Amounts;
}

/**
 * `status` of each quota once it has been decided. Where virt-controller tried before Harvester had scaled up, it was refused
 * once: Harvester 1.9 then compensates what it need not, and the limit is `at-least` what was foretold.
 */
export function quotaFaults(
  { quotas }: Foretold,
  outcome: Outcome,
  statuses: ReadonlyMap<string, QuotaStatus>,
  limit: 'exact' | 'at-least',
): readonly string[] {
  return quotas.flatMap(({ quota, resource, used, requested, hardAfterScaleUp }) => {
    const status = statuses.get(quota);
    const added = outcome === 'refused' ? 0n : billionthsOf(requested);
    const wanted = { used: billionthsOf(used) + added, hard: billionthsOf(hardAfterScaleUp) };
    return (['used', 'hard'] as const).flatMap((part) => {
      const actual = status?.[part][resource] ?? '0';
      const isMore = part === 'hard' && limit === 'at-least' && billionthsOf(actual) > wanted[part];
      return isMore || billionthsOf(actual) === wanted[part]
        ? []
        : [`${quota} ${resource}: ${part} foretold ${amountText(wanted[part])}, it was ${actual}`];
    });
  });
}

const REFUSAL = /exceeded quota: ([^,]+), requested: (.*), used: (.*), limited: (.*)$/;

/** The API server's words must be of keys foretold as short, with the figures foretold. */
export function refusalFaults({ quotas }: Foretold, words: string): readonly string[] {
  const found = REFUSAL.exec(words);
  if (found === null) return [`refused in other words: ${words}`];
  const [, quota = '', requested = '', used = '', limited = ''] = found;
  return [...pairs(requested)].flatMap(([resource, amount]) => {
    const line = quotas.find((one) => one.quota === quota && one.resource === resource && one.shortBy !== undefined);
    if (line === undefined) return [`${quota} ${resource}: refused, but not foretold as short`];
    const actual = [amount, pairs(used).get(resource), pairs(limited).get(resource)].map((text) =>
      billionthsOf(text ?? '0'),
    );
    const foretold = [line.requested, line.used, line.hardAfterScaleUp].map(billionthsOf);
    return actual.join() === foretold.join()
      ? []
      : [`${quota} ${resource}: foretold ${said(foretold)}, it was ${said(actual)}`];
  });
}

function said(amounts: readonly bigint[]): string {
  const [requested = '', used = '', limited = ''] = amounts.map(amountText);
  return `${requested} requested, ${used} used, ${limited} limited`;
}

function pairs(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(',').map((pair) => pair.split('=') as [string, string]));
}
