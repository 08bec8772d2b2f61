import { type Html, html } from './html.ts';
import type { Standing } from './standing.ts';

/** A column's head; the script turns those that sort into buttons. */
export interface Head {
  readonly title: string;
  /** By its text, by a figure, or by a rank that stands behind its words. */
  readonly sort: 'text' | 'number' | 'rank' | 'none';
}

export function columnHeads(heads: readonly Head[]): readonly Html[] {
  return heads.map(({ title, sort }) => {
    if (sort === 'none') return html`<th scope="col">${title}</th>`;
    if (sort === 'number') return html`<th scope="col" class="n" data-sort="number">${title}</th>`;
    return html`<th scope="col" data-sort="${sort === 'rank' ? 'number' : 'text'}">${title}</th>`;
  });
}

/** A figure for people, with the number that it is sorted by. */
export function numberCell(value: number, text: string): Html {
  return html`<td class="n" data-v="${value}">${text}</td>`;
}

/** A word with the sign of its standing before it; the sign says the same, for those who see no colours. */
export function standingMark(standing: Standing, text: string): Html {
  return html`<b class="mark ${standing}">${text}</b>`;
}

export type Facts = readonly (readonly [name: string, value: string | Html])[];

export function factsList(facts: Facts): Html {
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
