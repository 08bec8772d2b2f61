import { amountText, asNumber } from './amount-text.ts';
import { type Html, html } from './html.ts';
import { ratioChart } from './ratio-chart.ts';
import type { KeyOutlook, NamespaceOutlook, NamespaceReport, Report } from './report-data.ts';
import { columnHeads, type Head, numberCell } from './table-parts.ts';

/** Charts that are shown at once; the others open on demand, and of very many only the table tells. */
const SHOWN_CHARTS = 6;
const MOST_CHARTS = 60;

interface Subject {
  readonly name: string;
  readonly outlook: NamespaceOutlook;
  readonly key: KeyOutlook;
}

/** What happens to every namespace if the ratio is set to something else. */
export function* ratioSection({ namespaces, ratios, cluster }: Report): Generator<Html> {
  const subjects = subjectsOf(namespaces);
  if (subjects.length === 0) return;
  const today = drawnRatio(cluster.podRatio ?? '1', ratios);
  yield html`<section id="ratio" aria-labelledby="ratio-title">
<h2 id="ratio-title">What if the memory overhead ratio were another</h2>
<p>The limit that a namespace must be given so that every VM in it, restarted or migrated at that ratio, can migrate again.
Where the line is above the base, there is too little room.</p>
<div class="charts">
`;
  for (const subject of subjects.slice(0, SHOWN_CHARTS)) yield figureHtml(subject, ratios, today);
  yield html`</div>
`;
  yield* moreCharts(subjects.slice(SHOWN_CHARTS, MOST_CHARTS), ratios, today);
  yield* ratioTable(subjects, ratios);
  yield html`</section>
`;
}

/** A ratio that is no number, or one that Harvester refuses, has no place in the charts. */
function drawnRatio(text: string, ratios: readonly string[]): number | undefined {
  const ratio = Number(text);
  return ratio >= Number(ratios[0]) && ratio <= Number(ratios.at(-1)) ? ratio : undefined;
}

/** Keys that the ratio moves, the namespace that stands the smallest ratio first. */
function subjectsOf(namespaces: readonly NamespaceReport[]): readonly Subject[] {
  const subjects = namespaces.flatMap(({ name, outlook }) => {
    return outlook === undefined ? [] : outlook.keys.filter(moves).map((key): Subject => ({ name, outlook, key }));
  });
  return subjects.sort((one, other) => patience(one) - patience(other) || strain(other) - strain(one));
}

function moves({ needed }: KeyOutlook): boolean {
  const known = needed.filter((amount) => amount !== undefined);
  return known.length > 1 && known.some((amount) => !amount.equals(known[0] as typeof amount));
}

function patience({ outlook: { largestFitting } }: Subject): number {
  return Number(largestFitting ?? 0) || 0;
}

/** The greatest share of the base that is needed at any ratio, for the order alone. */
function strain({ key: { needed, base } }: Subject): number {
  const known = needed.flatMap((amount) => (amount === undefined ? [] : [asNumber(amount)]));
  return Math.max(...known) / (asNumber(base) || 1);
}

function figureHtml({ name, outlook, key }: Subject, ratios: readonly string[], today: number | undefined): Html {
  return html`<figure><figcaption><b>${name}</b> ${key.resource} <small>${key.quota}</small> <span>${limitText(outlook)}</span></figcaption>${ratioChart(key, ratios, today)}</figure>
`;
}

function limitText({ largestFitting, leftOut }: NamespaceOutlook): string {
  const limit =
    largestFitting === undefined ? 'too little room at any ratio' : `enough room up to ratio ${largestFitting}`;
  return leftOut === 0 ? limit : `${limit}, without ${leftOut} VMs of which nothing can be said`;
}

function* moreCharts(
  subjects: readonly Subject[],
  ratios: readonly string[],
  today: number | undefined,
): Generator<Html> {
  if (subjects.length === 0) return;
  yield html`<details class="more"><summary>${subjects.length} more charts</summary><div class="charts">
`;
  for (const subject of subjects) yield figureHtml(subject, ratios, today);
  yield html`</div></details>
`;
}

function* ratioTable(subjects: readonly Subject[], ratios: readonly string[]): Generator<Html> {
  const heads: readonly Head[] = [
    { title: 'Namespace', sort: 'text' },
    { title: 'Quota key', sort: 'text' },
    { title: 'Base', sort: 'number' },
    { title: 'Enough up to', sort: 'number' },
    ...ratios.map((ratio): Head => ({ title: `at ${ratio}`, sort: 'number' })),
  ];
  yield html`<div class="scroll" role="region" aria-labelledby="ratio-caption" tabindex="0"><table id="ratio-table" data-sortable="rows"><caption id="ratio-caption">Room needed at each ratio; what is more than the base is marked</caption>
<thead><tr>${columnHeads(heads)}</tr></thead>
<tbody>
`;
  for (const { name, outlook, key } of subjects) {
    const { largestFitting } = outlook;
    const cells = key.needed.map((amount) => neededCell(key, amount));
    yield html`<tr><th scope="row">${name}</th><td>${key.resource}<small>${key.quota}</small></td>${numberCell(asNumber(key.base), amountText(key.resource, key.base))}${numberCell(Number(largestFitting ?? 0), largestFitting ?? 'none')}${cells}</tr>
`;
  }
  yield html`</tbody></table></div>
`;
}

function neededCell({ resource, base }: KeyOutlook, amount: KeyOutlook['base'] | undefined): Html {
  if (amount === undefined) return html`<td class="n">unknown</td>`;
  if (!amount.exceeds(base)) return numberCell(asNumber(amount), amountText(resource, amount));
  return html`<td class="n" data-v="${asNumber(amount)}"><b class="mark exceeds">${amountText(resource, amount)}</b></td>`;
}
