import { CLOSING, contentPolicy, type Digest, headHtml, PATTERNS, THEME_SWITCH, timeHtml } from './document.ts';
import { findingsSection } from './findings-section.ts';
import { glossary } from './glossary.ts';
import { type Html, html } from './html.ts';
import { namespaceTable } from './namespace-table.ts';
import { PAGE_STYLE } from './page-style.ts';
import { ratioSection } from './ratio-section.ts';
import type { Report } from './report-data.ts';
import { STANDING_WORDS, STANDINGS } from './standing.ts';
import { summarySection } from './summary-section.ts';
import { vmTable } from './vm-table.ts';

/** A self-contained page in pieces. */
export function* pageChunks(report: Report, digest: Digest): Generator<string> {
  for (const { markup } of documentParts(report, digest)) yield markup;
}

function* documentParts(report: Report, digest: Digest): Generator<Html> {
  const { scope, by } = report.made;
  const policy = contentPolicy(PAGE_STYLE, digest);
  yield headHtml({ title: `Room for live migrations: ${scope}`, by, style: PAGE_STYLE, policy });
  yield bannerHtml(report);
  yield html`<main id="main">`;
  yield summarySection(report);
  if (report.findings !== undefined) yield findingsSection(report.findings);
  yield* namespacesSection(report);
  yield* vmsSection(report);
  yield* ratioSection(report);
  yield html`</main>
${glossary()}`;
  yield CLOSING;
}

function bannerHtml(report: Report): Html {
  const { made, findings } = report;
  const links = [
    ['summary', 'Summary'],
    ...(findings === undefined ? [] : [['findings', 'Findings']]),
    ['namespaces', 'Namespaces'],
    ['vms', 'VMs'],
    ...(report.namespaces.some(({ outlook }) => outlook !== undefined) ? [['ratio', 'Overhead ratio']] : []),
    ['terms', 'Terms'],
  ];
  return html`<body>
<a class="skip" href="#main">Skip to the report</a>
${PATTERNS}
<header>
<div><h1>Room for live migrations</h1>
<p>${made.scope}, from ${made.source}, ${timeHtml(made.at)}, by ${made.by}</p></div>
${THEME_SWITCH}
</header>
<nav aria-label="Parts of the report"><ul>${links.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}</ul></nav>
`;
}

const LEGEND = html`<ul class="legend">
<li><svg aria-hidden="true"><rect class="used"/></svg>used</li>
<li><svg aria-hidden="true"><rect class="need fits"/></svg>the next migration needs, and there is room</li>
<li><svg aria-hidden="true"><rect class="need exceeds"/></svg>it needs, and there is too little room</li>
<li><svg aria-hidden="true"><rect class="need waits"/></svg>it needs, and there is room once others have settled</li>
<li><svg aria-hidden="true"><rect class="room"/><rect class="tick" x="27"/></svg>base: the limit that is set</li>
<li><svg aria-hidden="true"><rect class="scaled"/><rect class="tick" x="27"/></svg>what Harvester adds while it migrates</li>
<li><svg aria-hidden="true"><rect class="used"/><path class="cut" d="M9 16L14 0h6L15 16z"/></svg>left out: the bar goes on</li>
</ul>
`;

function* namespacesSection({ namespaces }: Report): Generator<Html> {
  yield html`<section id="namespaces" aria-labelledby="namespaces-title">
<h2 id="namespaces-title">Room by namespace</h2>
${LEGEND}<div class="tools" data-tools="namespace-table" hidden><label>Namespace, key or quota <input type="search" autocomplete="off"></label>
<label>Room <select><option value="">any</option><option value="exceeds">too little</option><option value="waits">too little for now</option><option value="fits">enough</option></select></label>
<p role="status"></p></div>
<div class="scroll cards" role="region" aria-labelledby="namespace-table-caption" tabindex="0">`;
  yield* namespaceTable(namespaces);
  yield html`</div><button type="button" data-more="namespace-table" hidden>Show more rows</button></section>
`;
}

function* vmsSection({ namespaces }: Report): Generator<Html> {
  yield html`<section id="vms" aria-labelledby="vms-title">
<h2 id="vms-title">Virtual machines</h2>
<div class="tools" data-tools="vm-table" hidden><label>Namespace, VM, key or quota <input type="search" autocomplete="off"></label>
<label>Verdict <select><option value="">any</option>${STANDINGS.map((standing) => html`<option value="${standing}">${STANDING_WORDS[standing]}</option>`)}</select></label>
<p role="status"></p></div>
<div class="scroll cards" role="region" aria-labelledby="vm-table-caption" tabindex="0">`;
  yield* vmTable(namespaces);
  yield html`</div><button type="button" data-more="vm-table" hidden>Show more rows</button></section>
`;
}
