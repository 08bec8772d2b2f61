import { type Html, html } from './html.ts';
import { STANDINGS, type Standing, type StandingCounts } from './standing.ts';
import { standingMark } from './table-parts.ts';

export interface Tile {
  readonly standing: Standing;
  readonly title: string;
  readonly text: string;
  readonly count: number;
}

/** A count to begin with; `link` is the attributes of what it leads to, where it leads anywhere. */
export function tileHtml({ standing, title, text, count }: Tile, link?: Html): Html {
  const figure = html`<span class="figure">${count.toLocaleString('en')}</span> ${standingMark(standing, title)}`;
  const linked = link === undefined ? html`<div>${figure}</div>` : html`<a ${link}>${figure}</a>`;
  return html`<li class="tile ${count > 0 ? standing : 'none'}">${linked}<p>${text}</p></li>`;
}

/** The counts as shares of one line. They stand beside it as figures, so it is hidden from those who do not see it. */
export function shareBar(counts: StandingCounts): Html {
  const total = STANDINGS.reduce((sum, standing) => sum + counts[standing], 0);
  if (total === 0) return html``;
  const shown = STANDINGS.filter((standing) => counts[standing] > 0);
  const percent = (count: number): string => `${((count / total) * 100).toFixed(2)}%`;
  const blocks = shown.map((standing, index) => {
    const before = shown.slice(0, index).reduce((sum, worse) => sum + counts[worse], 0);
    return html`<rect class="${standing}" x="${percent(before)}" width="${percent(counts[standing])}"/>`;
  });
  return html`<svg class="share" aria-hidden="true">${blocks}</svg>`;
}
