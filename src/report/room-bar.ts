import { asNumber } from './amount-text.ts';
import { type Html, html } from './html.ts';
import type { Room } from './report-data.ts';

/** Where the longest bar ends, so that its last mark is still within the picture. */
export const FULL_PERCENT = 99;
/** Where a bar begins whose left part is left out: room for the mark that says so. */
const CUT_PERCENT = 6;
/** A migration of a large namespace is a sliver of it: then only so many times the sliver is drawn. */
const MOST_SLIVERS = 4;
/** Less than this share of a bar is not left out. */
const LEAST_CUT = 0.4;

interface Amounts {
  readonly used: number;
  /** What is used with the migration's pods. */
  readonly end: number;
  readonly base: number;
  readonly limit: number;
}

/**
 * A quota key drawn to scale: what is used, what the next migration adds, the base, and the limit after scale-up. The
 * figures stand beside it in the same row, so it is hidden from those who do not see it.
 */
export function roomBar({ line, base, outcome }: Pick<Room, 'line' | 'base' | 'outcome'>): Html {
  const used = asNumber(line.used);
  const limit = asNumber(line.hardAfterScaleUp);
  const amounts = {
    used,
    end: used + asNumber(line.requested),
    base: base === undefined ? limit : asNumber(base),
    limit,
  };
  const start = startOf(amounts);
  const at = placing(amounts, start);
  const set = Math.min(amounts.base, limit);
  return html`<svg class="bar" aria-hidden="true">${[
    block('room', 0, at(set)),
    block('scaled', at(set), at(limit)),
    block('used', 0, at(used)),
    block(`need ${outcome}`, at(used), at(amounts.end)),
    block(`over ${outcome}`, at(Math.max(used, limit)), at(amounts.end)),
    start > 0 ? CUT : html``,
    tick('base', at(amounts.base)),
    tick('limit', at(limit)),
  ]}</svg>`;
}

function startOf({ used, end, base, limit }: Amounts): number {
  const sliver = Math.max(end - used, Math.abs(limit - base), Math.abs(used - Math.max(base, limit)));
  const whole = Math.max(used, end, base, limit);
  const start = whole - sliver * MOST_SLIVERS;
  return start > whole * LEAST_CUT && start < Math.min(used, base, limit) ? start : 0;
}

function placing({ used, end, base, limit }: Amounts, start: number): (amount: number) => number {
  const width = Math.max(used, end, base, limit) - start;
  const from = start > 0 ? CUT_PERCENT : 0;
  return (amount) => (width > 0 ? from + (Math.max(0, amount - start) / width) * (FULL_PERCENT - from) : 0);
}

/** The bar goes on to the left, not to scale. */
const CUT = html`<svg x="3%" width="14" height="30" overflow="visible"><path class="cut" d="M0 30L6 0h6L6 30z"/></svg>`;

/** In the middle of the bar's height for amounts that are taken, over all of it for room. */
export function block(kind: string, from: number, to: number): Html {
  if (to <= from) return html``;
  return html`<rect class="${kind}" x="${percent(from)}" width="${percent(to - from)}"/>`;
}

export function tick(kind: string, at: number): Html {
  return html`<rect class="${kind}" x="${percent(at)}"/>`;
}

function percent(amount: number): string {
  return `${Number(amount.toFixed(2))}%`;
}
