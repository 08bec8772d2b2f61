import type { Finding, Severity, Subject } from '../doctor/finding.ts';
import { type Html, html } from './html.ts';
import type { Standing } from './standing.ts';
import { standingMark } from './table-parts.ts';

/** A page is no list of everything: `headroom doctor` prints them all. */
const MOST_FINDINGS = 100;
const MOST_AFFECTED = 50;

/** Each severity has the sign of the standing that is as grave. */
const SIGNS: Readonly<Record<Severity, Standing>> = {
  error: 'exceeds',
  warning: 'last',
  unknown: 'unknown',
  info: 'waits',
};

/** What is wrong in the cluster, in the order given. */
export function findingsSection(findings: readonly Finding[]): Html {
  return html`<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title">Findings</h2>
${findings.length === 0 ? html`<p>Nothing was found to be wrong.</p>` : listHtml(findings)}</section>
`;
}

function listHtml(findings: readonly Finding[]): Html {
  const left = findings.length - MOST_FINDINGS;
  const rest = left > 0 ? html`<p>${left} more findings are printed by headroom doctor.</p>` : html``;
  return html`<ul class="findings">${findings.slice(0, MOST_FINDINGS).map(findingHtml)}</ul>
${rest}`;
}

function findingHtml({ rule, severity, summary, subject, evidence, affected, remedy }: Finding): Html {
  const lines = evidence.map((line) => html`<p>${line}</p>`);
  const remedies = remedy.map((line) => html`<p class="remedy"><b>Remedy</b> ${line}</p>`);
  return html`<li><details><summary>${standingMark(SIGNS[severity], severity)} ${summary} <small>${rule}: ${subjectText(subject)}</small></summary>${lines}${affectedHtml(affected ?? [], summary)}${remedies}</details></li>
`;
}

/** One that only repeats the summary says nothing. */
function affectedHtml(affected: readonly string[], summary: string): Html {
  if (affected.length === 0 || (affected.length === 1 && affected[0] === summary)) return html``;
  const left = affected.length - MOST_AFFECTED;
  const items = affected.slice(0, MOST_AFFECTED).map((line) => html`<li>${line}</li>`);
  return html`<p>Affected:</p><ul>${items}${left > 0 ? html`<li>and ${left} more</li>` : html``}</ul>`;
}

function subjectText({ kind, namespace, name }: Subject): string {
  if (kind === 'Cluster') return 'the cluster';
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
