import { isUnstated, spareOf } from '../forecast/spare.ts';
import type { Quantity } from '../quantity/quantity.ts';
import { amountText, asNumber, percentText } from './amount-text.ts';
import { type Html, html } from './html.ts';
import type { NamespaceReport, Room } from './report-data.ts';
import { roomBar } from './room-bar.ts';
import { countStandings, STANDING_WORDS, STANDINGS, spareShare } from './standing.ts';
import { columnHeads, type Head, numberCell, standingMark } from './table-parts.ts';

const HEADS: readonly Head[] = [
  { title: 'Namespace', sort: 'text' },
  { title: 'Quota key', sort: 'text' },
  { title: 'Room', sort: 'none' },
  { title: 'Used', sort: 'number' },
  { title: 'Base', sort: 'number' },
  { title: 'After scale-up', sort: 'number' },
  { title: 'Needs next', sort: 'number' },
  { title: 'Spare', sort: 'number' },
];

interface Row {
  readonly namespace: NamespaceReport;
  readonly room: Room | undefined;
}

/** A row for each quota key of each namespace, the one with the least room first. */
export function* namespaceTable(namespaces: readonly NamespaceReport[]): Generator<Html> {
  yield html`<table id="namespace-table" data-sortable="rows"><caption id="namespace-table-caption">Room in each namespace for its most demanding migration, the tightest first</caption>
<thead><tr>${columnHeads(HEADS)}</tr></thead>
<tbody>
`;
  for (const row of tightestFirst(namespaces)) yield rowHtml(row);
  yield html`</tbody></table>
`;
}

function tightestFirst(namespaces: readonly NamespaceReport[]): readonly Row[] {
  const rows = namespaces.flatMap((namespace): Row[] => {
    if (namespace.rooms.length === 0) return [{ namespace, room: undefined }];
    return namespace.rooms.map((room) => ({ namespace, room }));
  });
  return rows.sort((one, other) => rankOf(one) - rankOf(other) || sharesOf(one) - sharesOf(other) || 0);
}

/** Without a quota that counts pods there is no end of room, unless a pod is refused or something is unknown. */
function rankOf({ namespace, room }: Row): number {
  if (room !== undefined) return { exceeds: 0, waits: 1, fits: 2 }[room.outcome];
  return namespace.forecasts.every(({ verdict }) => verdict === 'fits') ? 3 : 0;
}

function sharesOf({ room }: Row): number {
  return room === undefined ? -Number.MAX_VALUE : Math.max(spareShare(room.line), -Number.MAX_VALUE);
}

const EMPTY_CELLS = Array.from({ length: HEADS.length - 3 }, () => html`<td></td>`);

function rowHtml({ namespace, room }: Row): Html {
  const name = html`<th scope="row">${namespace.name}<small>${countsText(namespace)}</small></th>`;
  if (room === undefined)
    return html`<tr>${name}<td></td><td>${roomlessText(namespace)}</td>${EMPTY_CELLS}</tr>
`;
  const { line, base, vmi } = room;
  const { resource } = line;
  const amount = (quantity: Quantity): Html => numberCell(asNumber(quantity), amountText(resource, quantity));
  return html`<tr class="${room.outcome}">${name}<td>${resource}<small>${line.quota}</small></td><td>${roomBar(room)}</td>${amount(line.used)}${base === undefined ? html`<td>none</td>` : amount(base)}${amount(line.hardAfterScaleUp)}<td class="n" data-v="${asNumber(line.requested)}">${amountText(resource, line.requested)}<small>${vmi}</small></td>${spareCell(room)}</tr>
`;
}

function countsText({ forecasts }: NamespaceReport): Html[] {
  const counts = countStandings(forecasts);
  return STANDINGS.filter((standing) => counts[standing] > 0).map(
    (standing) =>
      html`<span class="count">${counts[standing]} ${standingMark(standing, STANDING_WORDS[standing])}</span> `,
  );
}

function roomlessText({ forecasts }: NamespaceReport): string {
  const other = forecasts.find(({ verdict }) => verdict !== 'fits');
  return other === undefined ? 'no quota counts its pods' : (other.reason ?? 'no quota key can be compared');
}

function spareCell({ line, outcome, shortCount }: Room): Html {
  if (isUnstated(line)) return html`<td class="n" data-v="-1e9">${standingMark('exceeds', 'not stated')}</td>`;
  const share = spareShare(line);
  const spare = amountText(line.resource, spareOf(line));
  const note = outcome === 'fits' ? percentText(share) : `short for ${shortCount} ${shortCount === 1 ? 'VM' : 'VMs'}`;
  const figure = outcome === 'fits' ? html`${spare}` : standingMark(outcome, spare);
  return html`<td class="n" data-v="${share.toFixed(6)}">${figure}<small>${note}</small></td>`;
}
