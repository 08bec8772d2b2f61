import { type Html, html } from './html.ts';
import type { ClusterSummary, NamespaceReport, Report } from './report-data.ts';
import { addCounts, countStandings, STANDINGS, type Standing, type StandingCounts } from './standing.ts';
import { shareBar, tileHtml } from './standing-tiles.ts';
import { type Facts, factsList } from './table-parts.ts';

const MEANINGS: Readonly<Record<Standing, { readonly title: string; readonly text: string }>> = {
  exceeds: { title: 'exceeds', text: 'cannot migrate: would stay Pending until something is changed' },
  last: { title: 'fits once', text: 'can migrate now, but not again after that' },
  unknown: { title: 'unknown', text: 'a fact is missing or not understood' },
  waits: { title: 'waits', text: 'can migrate once migrations under way have settled' },
  fits: { title: 'fits', text: 'can migrate, this time and the next' },
};

/** What a reader wants to know first. */
export function summarySection({ cluster, namespaces }: Report): Html {
  const counts = totalCounts(namespaces);
  const total = STANDINGS.reduce((sum, standing) => sum + counts[standing], 0);
  return html`<section id="summary" aria-labelledby="summary-title">
<h2 id="summary-title">Summary</h2>
<p class="headline ${worstOf(counts)}">${headline(counts, total)}</p>
<ul class="tiles">${STANDINGS.map((standing) => tile(standing, counts[standing]))}</ul>
${shareBar(counts)}
${factsList(factsOf(cluster, namespaces, total))}
${notesOf(namespaces, cluster)}</section>
`;
}

function totalCounts(namespaces: readonly NamespaceReport[]): StandingCounts {
  return namespaces.map(({ forecasts }) => countStandings(forecasts)).reduce(addCounts, countStandings([]));
}

function worstOf(counts: StandingCounts): Standing {
  return STANDINGS.find((standing) => counts[standing] > 0) ?? 'fits';
}

function headline(counts: StandingCounts, total: number): string {
  if (total === 0) return 'No VM runs here, so nothing can be said about migrations.';
  const vms = total === 1 ? '1 VM' : `${total.toLocaleString('en')} VMs`;
  const worst = worstOf(counts);
  const some = `${counts[worst].toLocaleString('en')} of ${vms}`;
  switch (worst) {
    case 'exceeds':
      return `${some} cannot migrate as things are.`;
    case 'last':
      return `Nothing exceeds its quota now, but ${some} will after the next migration.`;
    case 'unknown':
      return `Nothing is known to exceed its quota, but about ${some} nothing can be said.`;
    case 'waits':
      return `${some} can migrate only when migrations under way have settled.`;
    case 'fits':
      return total === 1 ? 'The VM can migrate.' : `All ${vms} can migrate.`;
    default:
      return worst satisfies never;
  }
}

/** A link, so that the script can filter the table of VMs by it. */
function tile(standing: Standing, count: number): Html {
  return tileHtml({ standing, count, ...MEANINGS[standing] }, html`href="#vms" data-standing="${standing}"`);
}

function factsOf(cluster: ClusterSummary, namespaces: readonly NamespaceReport[], total: number): Facts {
  const { harvesterVersion, kubeVirtVersions, nodes } = cluster;
  return [
    ['Harvester', harvesterVersion ?? 'none: nothing scales quotas'],
    ['KubeVirt', kubeVirtVersions.join(' and ') || 'unknown'],
    ['Memory overhead ratio', ratioText(cluster)],
    ['Nodes', nodes.toLocaleString('en')],
    ['Namespaces with VMs', namespaces.length.toLocaleString('en')],
    ['Running VMs', total.toLocaleString('en')],
  ];
}

function ratioText({ podRatio, scaleUpRatio, harvesterVersion, assumedRatio }: ClusterSummary): string {
  const pods = podRatio ?? '1 (none is set)';
  const isSame = harvesterVersion === undefined || Number(scaleUpRatio ?? '1') === Number(podRatio ?? '1');
  const own = isSame ? pods : `${pods} for pods, ${scaleUpRatio ?? 'none'} for scale-ups`;
  return assumedRatio === undefined ? own : `${own}, assumed for this page`;
}

/** What had to be assumed, each said once. */
function notesOf(namespaces: readonly NamespaceReport[], { unknown }: ClusterSummary): Html {
  const notes = new Set(namespaces.flatMap(({ forecasts }) => forecasts.flatMap((forecast) => forecast.notes)));
  const items = [...(unknown === undefined ? [] : [unknown]), ...notes].map((note) => html`<li>${note}</li>`);
  return items.length === 0 ? html`` : html`<h3>Assumed or missing</h3><ul>${items}</ul>`;
}
