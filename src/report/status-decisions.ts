import { agoText } from './duration-text.ts';
import { type Html, html } from './html.ts';
import { STANDING_WORDS, STANDINGS, standingOf } from './standing.ts';
import type { RecentDecision, RecentDecisionList } from './status-data.ts';
import { columnHeads, type Head, standingMark } from './table-parts.ts';

/** A page is to be read, and made, in a moment. */
export const MOST_DECISIONS = 50;

const HEADS: readonly Head[] = [
  { title: 'Time', sort: 'number' },
  { title: 'Namespace', sort: 'text' },
  { title: 'VM', sort: 'text' },
  { title: 'Asked', sort: 'text' },
  { title: 'Verdict', sort: 'rank' },
  { title: 'Answer', sort: 'text' },
  { title: 'In a sentence', sort: 'none' },
];

/** The newest decisions of this replica. */
export function decisionsSection({ latest, count }: RecentDecisionList, at: Date): Html {
  return html`<section id="decisions" aria-labelledby="decisions-title">
<h2 id="decisions-title">Recent decisions</h2>
${latest.length === 0 ? html`<p>No review has been answered since this replica started.</p>` : tableHtml(latest, count, at)}</section>
`;
}

function tableHtml(latest: readonly RecentDecision[], count: number, at: Date): Html {
  const shown = latest.slice(0, MOST_DECISIONS);
  const part = count > shown.length ? `The last ${shown.length} of ${count.toLocaleString('en')} reviews` : 'Reviews';
  return html`<div class="scroll cards" role="region" aria-labelledby="decision-table-caption" tabindex="0"><table id="decision-table" data-sortable="rows"><caption id="decision-table-caption">${part} that this replica has answered, the newest first</caption>
<thead><tr>${columnHeads(HEADS)}</tr></thead>
<tbody>
${shown.map((decision) => rowHtml(decision, at))}</tbody></table></div>
`;
}

function rowHtml(decision: RecentDecision, at: Date): Html {
  const { namespace, vmi, path, uid, answer, line } = decision;
  return html`<tr class="${answer}"><td class="n" data-v="${decision.at.getTime()}">${momentHtml(decision.at, at)}</td><td>${namespace}</td><th scope="row">${vmi}</th><td>${askedHtml(decision)}</td>${verdictCell(decision)}<td>${answerHtml(answer)}</td><td>${line}<small>${path} <code>${uid}</code></small></td></tr>
`;
}

function momentHtml(then: Date, now: Date): Html {
  const text = then.toISOString();
  return html`<time datetime="${text}">${text.slice(11, 19)}</time><small>${agoText(then, now)}</small>`;
}

function askedHtml({ path, migrationClass, isDryRun }: RecentDecision): Html {
  const kind = path.endsWith('/pods') ? 'pod' : 'migration';
  const notes = [...(migrationClass === undefined ? [] : [migrationClass]), ...(isDryRun ? ['dry run'] : [])];
  return html`${kind}<small>${notes.join(', ')}</small>`;
}

function verdictCell({ verdict, next }: RecentDecision): Html {
  if (verdict === 'described' || verdict === 'off') {
    return html`<td data-v="${STANDINGS.length}"><b class="mark plain">${verdict}</b></td>`;
  }
  const standing = standingOf({ verdict, ...(next !== undefined && { next }) });
  return html`<td data-v="${STANDINGS.indexOf(standing)}">${standingMark(standing, STANDING_WORDS[standing])}</td>`;
}

/** What was denied is what somebody comes here for. */
function answerHtml(answer: RecentDecision['answer']): Html {
  return answer === 'denied' ? standingMark('exceeds', answer) : html`${answer}`;
}
