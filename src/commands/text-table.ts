import { printableLine } from '../admission/plain-text.ts';
import { displayWidth } from './display-width.ts';

export type Paint = 'green' | 'yellow' | 'red' | 'magenta' | 'bold';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly align?: 'left' | 'right';
  readonly paint?: (row: Row) => Paint | undefined;
}

const CODES: Readonly<Record<Paint, number>> = { bold: 1, red: 31, green: 32, yellow: 33, magenta: 35 };
const GAP = '   ';
/** A remedy is the longest cell there is. */
const LONGEST_CELL = 400;

interface Cell {
  readonly text: string;
  readonly width: number;
  readonly paint: Paint | undefined;
}

/** Lines of a table, its title line first; colours are added after the widths have been measured. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], paint: Painter): string[] {
  const cells = rows.map((row) => columns.map((column) => cellOf(column, row)));
  const titles = columns.map(({ title }): Cell => ({ text: title, width: displayWidth(title), paint: undefined }));
  const widths = titles.map(({ width }, index) => {
    return cells.reduce((widest, line) => Math.max(widest, line[index]?.width ?? 0), width);
  });
  return [titles, ...cells].map((line) => {
    const padded = line.map((cell, index) => {
      const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - cell.width));
      const shown = paint(cell.text, cell.paint);
      return columns[index]?.align === 'right' ? `${padding}${shown}` : `${shown}${padding}`;
    });
    return padded.join(GAP).trimEnd();
  });
}

function cellOf<Row>({ text, paint }: Column<Row>, row: Row): Cell {
  const shown = printableLine(text(row), LONGEST_CELL) || '-';
  return { text: shown, width: displayWidth(shown), paint: paint?.(row) };
}

export type Painter = (text: string, paint: Paint | undefined) => string;

export function painterFor({ color }: { readonly color: boolean }): Painter {
  if (!color) return (text) => text;
  return (text, paint) => (paint === undefined ? text : `\u001b[${CODES[paint]}m${text}\u001b[0m`);
}
