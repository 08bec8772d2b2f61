import type { Forecast, QuotaLine } from '../forecast/forecast.ts';
import { isUnstated, spareOf } from '../forecast/spare.ts';
import type { Quantity } from '../quantity/quantity.ts';
import { amountText, asNumber, percentText } from './amount-text.ts';
import { forecastDetails } from './forecast-details.ts';
import { type Html, html } from './html.ts';
import type { NamespaceReport } from './report-data.ts';
import { STANDING_WORDS, STANDINGS, type Standing, spareShare, standingOf, tightestLine } from './standing.ts';
import { columnHeads, type Head, numberCell, standingMark } from './table-parts.ts';

const HEADS: readonly Head[] = [
  { title: 'Namespace', sort: 'text' },
  { title: 'VM', sort: 'text' },
  { title: 'Verdict', sort: 'rank' },
  { title: 'Tightest key', sort: 'text' },
  { title: 'Used', sort: 'number' },
  { title: 'Needs', sort: 'number' },
  { title: 'After scale-up', sort: 'number' },
  { title: 'Spare', sort: 'number' },
];

interface Row {
  readonly forecast: Forecast;
  readonly standing: Standing;
  readonly line: QuotaLine | undefined;
  readonly tightness: number;
}

/** A row for each VM, the worst first. */
export function* vmTable(namespaces: readonly NamespaceReport[]): Generator<Html> {
  yield html`<table id="vm-table" data-sortable="groups"><caption id="vm-table-caption">The next migration of each VM by itself, the worst first</caption>
<thead><tr>${columnHeads(HEADS)}</tr></thead>
`;
  for (const row of worstFirst(namespaces)) yield groupHtml(row);
  yield html`</table>
`;
}

function worstFirst(namespaces: readonly NamespaceReport[]): readonly Row[] {
  const rows = namespaces.flatMap(({ forecasts }) => forecasts.map(rowOf));
  return rows.sort((one, other) => rankOf(one) - rankOf(other) || one.tightness - other.tightness || 0);
}

function rowOf(forecast: Forecast): Row {
  const line = tightestLine(forecast.quotas);
  const tightness = line === undefined ? Number.MAX_VALUE : Math.max(spareShare(line), -Number.MAX_VALUE);
  return { forecast, standing: standingOf(forecast), line, tightness };
}

function rankOf({ standing }: Row): number {
  return STANDINGS.indexOf(standing);
}

/** A line of figures and, over all columns, what to do: a group of two rows that is sorted and filtered as one. */
function groupHtml(row: Row): Html {
  const { forecast, standing, line } = row;
  const { namespace, vmi } = forecast;
  const mark = standingMark(standing, STANDING_WORDS[standing]);
  return html`<tbody class="${standing}"><tr><td>${namespace}</td><th scope="rowgroup">${vmi}</th><td data-v="${rankOf(row)}">${mark}${doubtOf(forecast)}</td>${lineCells(line)}</tr><tr><td colspan="8">${forecastDetails(forecast)}</td></tr></tbody>
`;
}

function doubtOf({ verdict, atBest, next }: Forecast): Html {
  if (atBest !== undefined) return html`<small>at best ${atBest}</small>`;
  if (next !== undefined) return html`<small>${verdict === 'waits' ? 'waits, ' : ''}the next exceeds</small>`;
  return html``;
}

const EMPTY_CELLS = Array.from({ length: 4 }, () => html`<td></td>`);

function lineCells(line: QuotaLine | undefined): Html {
  if (line === undefined) return html`<td>none</td>${EMPTY_CELLS}`;
  const { quota, resource, used, requested, hardAfterScaleUp } = line;
  const amount = (quantity: Quantity): Html => numberCell(asNumber(quantity), amountText(resource, quantity));
  return html`<td>${resource}<small>${quota}</small></td>${amount(used)}${amount(requested)}${amount(hardAfterScaleUp)}${spareCell(line)}`;
}

function spareCell(line: QuotaLine): Html {
  if (isUnstated(line)) return html`<td class="n" data-v="-1e9">not stated</td>`;
  const share = spareShare(line);
  const spare = amountText(line.resource, spareOf(line));
  return html`<td class="n" data-v="${share.toFixed(6)}">${spare}<small>${percentText(share)}</small></td>`;
}
