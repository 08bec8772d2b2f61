import type { Beside, Figure, Judged } from './figure.ts';
import type { Spread } from './rounds.ts';

const HEADINGS = ['what', 'median (middle half)', 'target', 'beside', 'ratio (middle half)', 'target'] as const;
const NOTHING_BESIDE = ['', '', ''] as const;

/** The figures for a reader: a line for each, and one more for each further thing that it stands beside. */
export function resultTable(figures: readonly Figure[]): string {
  const rows = [HEADINGS, ...figures.flatMap(linesOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

const MARKDOWN_HEADINGS = ['what', 'median (middle half)', 'target', 'by what was measured beside it'];

/** The same for docs/performance.md: a table for each part, a row for each figure. */
export function markdownTables(figures: readonly Figure[]): string {
  const tables = [...Map.groupBy(figures, ({ part }) => part)].map(([part, own]) => {
    const rows = [MARKDOWN_HEADINGS, MARKDOWN_HEADINGS.map(() => '---'), ...own.map(markdownCells)];
    return [`### ${part}`, '', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
  });
  return tables.join('\n\n');
}

function markdownCells({ what, unit, value, target, beside }: Figure): readonly string[] {
  const ratios = beside.map((one) => {
    const judged = one.target === undefined ? '' : ` (${targetText(one.target)})`;
    return `${amountText(one.ratio.median)} of ${one.what}${judged}`;
  });
  return [what, `${spreadText(value)} ${unit}`, targetText(target), ratios.join('; ')];
}

function linesOf({ part, what, unit, value, target, beside }: Figure): readonly (readonly string[])[] {
  const own = [`${part}: ${what}`, `${spreadText(value)} ${unit}`, targetText(target)];
  const [first = NOTHING_BESIDE, ...others] = beside.map((one) => besideCells(one, unit));
  return [[...own, ...first], ...others.map((cells) => ['', '', '', ...cells])];
}

function besideCells({ what, value, ratio, target }: Beside, unit: string): readonly string[] {
  return [`${what}: ${amountText(value.median)} ${unit}`, spreadText(ratio), targetText(target)];
}

function targetText(target: Judged | undefined): string {
  if (target === undefined) return '';
  return `${target.bound} ${amountText(target.amount)}: ${target.reached ? 'reached' : 'MISSED'}`;
}

function spreadText({ median, lowerQuartile, upperQuartile }: Spread): string {
  if (lowerQuartile === upperQuartile) return amountText(median);
  return `${amountText(median)} (${amountText(lowerQuartile)} to ${amountText(upperQuartile)})`;
}

/** Three digits that count. */
function amountText(amount: number): string {
  if (amount >= 1000) return Math.round(amount).toLocaleString('en');
  return String(Number(amount.toPrecision(3)));
}
