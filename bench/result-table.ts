import type { Figure } from './figure.ts';
import type { Spread } from './rounds.ts';

const HEADINGS = ['what', 'median (middle half)', 'measured beside', 'ratio (middle half)', 'target'] as const;

/** The figures for a reader. */
export function resultTable(figures: readonly Figure[]): string {
  const rows = [HEADINGS, ...figures.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

function cellsOf({ part, what, unit, value, yardstick, ratio, target }: Figure): readonly string[] {
  return [
    `${part}: ${what}`,
    `${spreadText(value)} ${unit}`,
    `${yardstick.what}: ${amountText(yardstick.value.median)} ${unit}`,
    spreadText(ratio),
    target === undefined ? '' : targetText(target),
  ];
}

function targetText({ of, bound, amount, reached }: NonNullable<Figure['target']>): string {
  return `${of === 'ratio' ? 'ratio ' : ''}${bound} ${amountText(amount)}: ${reached ? 'reached' : 'MISSED'}`;
}

function spreadText({ median, lowerQuartile, upperQuartile }: Spread): string {
  return `${amountText(median)} (${amountText(lowerQuartile)} to ${amountText(upperQuartile)})`;
}

/** Three digits that count. */
function amountText(amount: number): string {
  if (amount >= 1000) return Math.round(amount).toLocaleString('en');
  return String(Number(amount.toPrecision(3)));
}
