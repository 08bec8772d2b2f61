import type { Forecast, QuotaLine, Verdict } from '../forecast/forecast.ts';
import { briefRemedy } from '../forecast/remedy-text.ts';
import type { Column, Paint } from './text-table.ts';

/** A forecast with the quota key that a line of the table is about; none where no quota counts the pod. */
export interface ForecastRow {
  readonly forecast: Forecast;
  readonly line: QuotaLine | undefined;
}

const PAINTS: Readonly<Record<Verdict, Paint>> = { fits: 'green', waits: 'yellow', exceeds: 'red', unknown: 'magenta' };

const VM: readonly Column<ForecastRow>[] = [
  { title: 'NAMESPACE', text: ({ forecast }) => forecast.namespace },
  { title: 'VM', text: ({ forecast }) => forecast.vmi },
  { title: 'VERDICT', text: ({ forecast }) => forecast.verdict, paint: ({ forecast }) => PAINTS[forecast.verdict] },
];
const NEXT: Column<ForecastRow> = {
  title: 'NEXT',
  text: ({ forecast }) => forecast.next ?? '',
  paint: ({ forecast }) => (forecast.next === undefined ? undefined : 'red'),
};
const AT_BEST: Column<ForecastRow> = { title: 'AT-BEST', text: ({ forecast }) => forecast.atBest ?? '' };
const QUOTA: readonly Column<ForecastRow>[] = [
  { title: 'QUOTA', text: ({ line }) => line?.quota ?? '' },
  { title: 'RESOURCE', text: ({ line }) => line?.resource ?? '' },
];
const USED = amountColumn('USED', (line) => line.used);
const REQUESTED = amountColumn('REQUESTED', (line) => line.requested);
const HARD_AFTER = amountColumn('HARD-AFTER', (line) => line.hardAfterScaleUp);
const SHORT_BY = amountColumn('SHORT-BY', (line) => line.shortBy);
const REMEDY: Column<ForecastRow> = { title: 'REMEDY', text: ({ forecast }) => adviceOf(forecast) };

/** One line a VM. What a lucky order gives is shown where it differs for one of them. */
export function tableColumns(rows: readonly ForecastRow[]): readonly Column<ForecastRow>[] {
  const isRace = rows.some(({ forecast }) => forecast.atBest !== undefined);
  return [...VM, ...(isRace ? [AT_BEST] : []), ...TABLE_FIGURES];
}

const TABLE_FIGURES: readonly Column<ForecastRow>[] = [NEXT, ...QUOTA, USED, REQUESTED, HARD_AFTER, SHORT_BY, REMEDY];

/** One line a quota key of each VM. */
export const WIDE_COLUMNS: readonly Column<ForecastRow>[] = [
  ...VM,
  AT_BEST,
  NEXT,
  { title: 'NEEDS', text: ({ forecast }) => needsOf(forecast) },
  ...QUOTA,
  USED,
  REQUESTED,
  amountColumn('HARD', (line) => line.hard),
  HARD_AFTER,
  SHORT_BY,
  { title: 'CAUSE', text: ({ line }) => line?.cause ?? '' },
  REMEDY,
];

function amountColumn(title: string, amount: (line: QuotaLine) => object | undefined): Column<ForecastRow> {
  return { title, align: 'right', text: ({ line }) => (line === undefined ? '' : `${amount(line) ?? ''}`) };
}

function needsOf({ needsScaleUp, needsCompensation }: Forecast): string {
  const needs = [needsScaleUp ? 'scale-up' : '', needsCompensation ? 'compensation' : ''];
  return needs.filter((need) => need !== '').join('+');
}

/** The first remedy in brief; of what is unknown or refused, why. */
function adviceOf({ remedies, namespace, reason }: Forecast): string {
  const [first] = remedies;
  return briefRemedy(first, namespace) ?? reason ?? '';
}

export function tableRow(forecast: Forecast): ForecastRow {
  return { forecast, line: worstLine(forecast.quotas) };
}

export function wideRows(forecast: Forecast): readonly ForecastRow[] {
  if (forecast.quotas.length === 0) return [{ forecast, line: undefined }];
  return forecast.quotas.map((line) => ({ forecast, line }));
}

/** The key that is short of most, or else has the least to spare, measured by its hard limit. */
export function worstLine(lines: readonly QuotaLine[]): QuotaLine | undefined {
  return lines.reduce<QuotaLine | undefined>((worst, line) => {
    return worst === undefined || isWorse(line, worst) ? line : worst;
  }, undefined);
}

function isWorse(line: QuotaLine, other: QuotaLine): boolean {
  const [rank, otherRank] = [severity(line), severity(other)];
  if (rank !== otherRank) return rank > otherRank;
  // Compared as fractions without dividing: spare / hard < otherSpare / otherHard.
  return spareNanos(line) * other.hardAfterScaleUp.nanos < spareNanos(other) * line.hardAfterScaleUp.nanos;
}

/** A key that a container must state and does not is hopeless whatever the figures are. */
function severity({ cause, shortBy }: QuotaLine): number {
  if (cause !== undefined && shortBy === undefined) return 2;
  return shortBy === undefined ? 0 : 1;
}

function spareNanos({ hardAfterScaleUp, used, requested }: QuotaLine): bigint {
  return hardAfterScaleUp.nanos - used.nanos - requested.nanos;
}
