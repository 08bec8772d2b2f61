import type { Verdict } from '../forecast/forecast.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { NamespaceSurvey, QuotaRoom, Survey } from '../survey/survey.ts';
import { amountText } from './amount-text.ts';
import { timeHtml } from './document.ts';
import { agoText, durationText } from './duration-text.ts';
import { type Html, html } from './html.ts';
import { block, FULL_PERCENT, tick } from './room-bar.ts';
import type { StandingCounts } from './standing.ts';
import { shareBar, type Tile, tileHtml } from './standing-tiles.ts';
import type { Status } from './status-data.ts';
import { columnHeads, type Head, standingMark } from './table-parts.ts';

/** The others are in the metrics, and all VMs in a report. */
const MOST_NAMESPACES = 20;
const MOST_UNREAD = 10;

const VERDICTS: readonly Verdict[] = ['exceeds', 'unknown', 'waits', 'fits'];
const TILES: Readonly<Record<Verdict, string>> = {
  exceeds: 'VMs that cannot migrate until something is changed',
  unknown: 'VMs of which a fact is missing or not understood',
  waits: 'VMs that can migrate once migrations under way have settled',
  fits: 'VMs that can migrate now',
};

const HEADS: readonly Head[] = [
  { title: 'Namespace', sort: 'text' },
  { title: 'Quota key', sort: 'text' },
  { title: 'Room', sort: 'none' },
  { title: 'Headroom', sort: 'number' },
];

const LEGEND = html`<ul class="legend">
<li><svg aria-hidden="true"><rect class="need fits"/></svg>left when the most demanding migration’s pods are there</li>
<li><svg aria-hidden="true"><rect class="need exceeds"/></svg>what it is short of</li>
<li><svg aria-hidden="true"><rect class="need waits"/></svg>what it is short of until others have settled</li>
</ul>
`;

/** Where room is shortest, as the last look at all namespaces found it. */
export function surveySection({ survey, surveyIntervalSeconds, at }: Status): Html {
  return html`<section id="namespaces" aria-labelledby="namespaces-title">
<h2 id="namespaces-title">Namespaces with the least headroom</h2>
${survey === undefined ? noneYet(surveyIntervalSeconds) : surveyHtml(survey, at)}</section>
`;
}

function noneYet(intervalSeconds: number): Html {
  if (intervalSeconds === 0) return html`<p>Nobody looks: surveys are off (--survey-interval 0).</p>`;
  return html`<p>No survey is complete yet. One is made every ${durationText(intervalSeconds * 1000)}.</p>`;
}

function surveyHtml(survey: Survey, at: Date): Html {
  const { namespaces, unread } = survey;
  const total = VERDICTS.map((verdict) => [verdict, vmCount(namespaces, verdict)] as const);
  return html`<p>Surveyed ${agoText(survey.at, at)} (${timeHtml(survey.at)}), in ${survey.seconds < 1 ? 'less than 1 s' : durationText(survey.seconds * 1000)}. Memory alone; a report shows every key.</p>
<ul class="tiles">${total.map(([verdict, count]) => tileHtml(tileOf(verdict, count)))}</ul>
${shareBar({ ...Object.fromEntries(total), last: 0 } as StandingCounts)}
${namespaces.length === 0 ? html`<p>No namespace has both a quota and a running VM.</p>` : tableHtml(survey)}${driftHtml(namespaces)}${unread.length === 0 ? html`` : html`<p>Not read, and so not counted: ${unreadText(unread)}.</p>`}
`;
}

function vmCount(namespaces: readonly NamespaceSurvey[], verdict: Verdict): number {
  return namespaces.reduce((sum, { vms }) => sum + vms[verdict], 0);
}

function tileOf(verdict: Verdict, count: number): Tile {
  return { standing: verdict, title: verdict, text: TILES[verdict], count };
}

function driftHtml(namespaces: readonly NamespaceSurvey[]): Html {
  const count = namespaces.reduce((sum, { driftedPods }) => sum + driftedPods, 0);
  if (count === 0) return html``;
  const pods =
    count === 1 ? '1 running pod of a VM differs' : `${count.toLocaleString('en')} running pods of VMs differ`;
  return html`<p>${standingMark('unknown', 'drift')} ${pods} from what KubeVirt of this version makes; headroom doctor says which.</p>`;
}

function unreadText(unread: readonly string[]): string {
  const left = unread.length - MOST_UNREAD;
  return `${unread.slice(0, MOST_UNREAD).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

interface Row {
  readonly survey: NamespaceSurvey;
  /** The key with the least room; undefined where no memory key counts its pods. */
  readonly room: QuotaRoom | undefined;
}

function tableHtml({ namespaces, leftOut }: Survey): Html {
  const rows = namespaces.map((survey): Row => ({ survey, room: tightestRoom(survey) })).sort(byRoom);
  const shown = rows.slice(0, MOST_NAMESPACES);
  const left = rows.length - shown.length + leftOut;
  const scale = scaleOf(shown);
  return html`${LEGEND}<div class="scroll cards" role="region" aria-labelledby="survey-table-caption" tabindex="0"><table id="survey-table" data-sortable="rows"><caption id="survey-table-caption">The tightest memory key of each namespace: those with VMs that cannot migrate first, then by headroom</caption>
<thead><tr>${columnHeads(HEADS)}</tr></thead>
<tbody>
${shown.map((row) => rowHtml(row, scale))}</tbody></table></div>
${left === 0 ? html`` : html`<p>${left.toLocaleString('en')} more ${left === 1 ? 'namespace has' : 'namespaces have'} more headroom than these.</p>`}`;
}

function spareBytes({ headroomBytes, shortfallBytes }: QuotaRoom): bigint {
  return headroomBytes - shortfallBytes;
}

function tightestRoom({ rooms }: NamespaceSurvey): QuotaRoom | undefined {
  return rooms.reduce<QuotaRoom | undefined>(
    (tightest, room) => (tightest === undefined || spareBytes(room) < spareBytes(tightest) ? room : tightest),
    undefined,
  );
}

/** By the worst of its VMs where that is for another reason than memory. */
function byRoom(one: Row, other: Row): number {
  return rankOf(one) - rankOf(other) || compare(sizeOf(one), sizeOf(other));
}

function rankOf({ survey: { vms }, room }: Row): number {
  if (vms.exceeds > 0) return 0;
  if (room !== undefined && room.shortfallBytes > 0n) return 1;
  return room === undefined ? 3 : 2;
}

function sizeOf({ room }: Row): bigint {
  return room === undefined ? 0n : spareBytes(room);
}

function compare(one: bigint, other: bigint): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Where a bar has its zero, and how many percent of its width a byte takes. */
interface BarScale {
  readonly zero: number;
  readonly percentPerByte: number;
}

function scaleOf(rows: readonly Row[]): BarScale {
  const most = (amount: (room: QuotaRoom) => bigint): number =>
    Math.max(0, ...rows.map(({ room }) => (room === undefined ? 0 : Number(amount(room)))));
  const shortest = most(({ shortfallBytes }) => shortfallBytes);
  const width = shortest + most(({ headroomBytes }) => headroomBytes);
  const percentPerByte = width === 0 ? 0 : FULL_PERCENT / width;
  return { zero: shortest * percentPerByte, percentPerByte };
}

function rowHtml({ survey, room }: Row, scale: BarScale): Html {
  const name = html`<th scope="row">${survey.namespace}<small>${countsHtml(survey)}</small></th>`;
  if (room === undefined) {
    return html`<tr>${name}<td>none</td><td>no memory key of a quota counts its pods</td><td></td></tr>
`;
  }
  const { quota, resource } = room;
  const outcome = outcomeOf(room, survey);
  return html`<tr class="${outcome}">${name}<td>${resource}<small>${quota}${otherKeys(survey)}</small></td><td>${barHtml(room, outcome, scale)}</td><td class="n" data-v="${Number(spareBytes(room))}">${spareHtml(room, outcome)}</td></tr>
`;
}

function countsHtml({ vms }: NamespaceSurvey): Html[] {
  return VERDICTS.filter((verdict) => vms[verdict] > 0).map(
    (verdict) => html`<span class="count">${vms[verdict]} ${standingMark(verdict, verdict)}</span> `,
  );
}

type Outcome = 'exceeds' | 'waits' | 'fits';

function outcomeOf({ shortfallBytes }: QuotaRoom, { vms }: NamespaceSurvey): Outcome {
  if (shortfallBytes === 0n) return 'fits';
  return vms.exceeds === 0 && vms.waits > 0 ? 'waits' : 'exceeds';
}

function otherKeys({ rooms }: NamespaceSurvey): string {
  const short = rooms.filter(({ shortfallBytes }) => shortfallBytes > 0n).length - 1;
  return short < 1 ? '' : `, and ${short} more ${short === 1 ? 'key is' : 'keys are'} short`;
}

function barHtml({ headroomBytes, shortfallBytes }: QuotaRoom, outcome: Outcome, scale: BarScale): Html {
  const { zero, percentPerByte } = scale;
  return html`<svg class="bar" aria-hidden="true">${[
    block('room', 0, FULL_PERCENT),
    block(`need ${outcome}`, zero - Number(shortfallBytes) * percentPerByte, zero),
    block(`need ${outcome}`, zero, zero + Number(headroomBytes) * percentPerByte),
    tick('base', zero),
  ]}</svg>`;
}

function spareHtml(room: QuotaRoom, outcome: Outcome): Html {
  const text = amountText(room.resource, Quantity.of(spareBytes(room), 'BinarySI'));
  return outcome === 'fits' ? html`${text}` : standingMark(outcome, text);
}
