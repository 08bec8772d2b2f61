import { findingsSection } from './findings-section.ts';
import { glossary } from './glossary.ts';
import { Html, html } from './html.ts';
import { namespaceTable } from './namespace-table.ts';
import { EARLY_SCRIPT, PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import { ratioSection } from './ratio-section.ts';
import type { Report } from './report-data.ts';
import { STANDING_WORDS, STANDINGS } from './standing.ts';
import { summarySection } from './summary-section.ts';
import { vmTable } from './vm-table.ts';

/** The SHA-256 of a text, in base64: what a Content-Security-Policy names an inline script by. */
export type Digest = (text: string) => string;

/**
 * A self-contained page in pieces. It asks nothing of anywhere and runs no script but its own: whatever name or message
 * of the cluster came through as markup would do nothing.
 */
export function* pageChunks(report: Report, digest: Digest): Generator<string> {
  for (const { markup } of documentParts(report, digest)) yield markup;
}

function* documentParts(report: Report, digest: Digest): Generator<Html> {
  yield headHtml(report, digest);
  yield bannerHtml(report);
  yield html`<main id="main">`;
  yield summarySection(report);
  if (report.findings !== undefined) yield findingsSection(report.findings);
  yield* namespacesSection(report);
  yield* vmsSection(report);
  yield* ratioSection(report);
  yield html`</main>
${glossary()}`;
  yield new Html(`<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`);
}

function headHtml({ made }: Report, digest: Digest): Html {
  const scripts = [EARLY_SCRIPT, PAGE_SCRIPT].map((script) => `'sha256-${digest(script)}'`).join(' ');
  const policy = `default-src 'none'; style-src 'sha256-${digest(PAGE_STYLE)}'; script-src ${scripts}; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="${made.by}">
<title>Room for live migrations: ${made.scope}</title>
<style>${new Html(PAGE_STYLE)}</style>
<script>${new Html(EARLY_SCRIPT)}</script>
</head>
`;
}

function bannerHtml(report: Report): Html {
  const { made, findings } = report;
  const at = made.at.toISOString();
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
<p>${made.scope}, from ${made.source}, <time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>, by ${made.by}</p></div>
<button type="button" data-theme-switch hidden>Theme</button>
</header>
<nav aria-label="Parts of the report"><ul>${links.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}</ul></nav>
`;
}

/** Hatchings, so that nothing is told by colour alone. */
const PATTERNS = html`<svg class="defs" width="0" height="0" aria-hidden="true"><defs>${[
  'scaled',
  'short',
  'last',
  'waiting',
].map(
  (name) =>
    html`<pattern id="${name}" class="h-${name}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7"/><path d="M1 0V7" stroke-width="2"/></pattern>`,
)}</defs></svg>`;

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
