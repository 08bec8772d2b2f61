import { CLOSING, contentPolicy, type Digest, headHtml, PATTERNS, THEME_SWITCH, timeHtml } from './document.ts';
import { glossary, type Terms } from './glossary.ts';
import { type Html, html } from './html.ts';
import type { Status } from './status-data.ts';
import { decisionsSection } from './status-decisions.ts';
import { STATUS_STYLE } from './status-style.ts';
import { statusSummary } from './status-summary.ts';
import { surveySection } from './status-survey.ts';

/** Does not change from page to page; for the page itself and for the header that comes with it. */
export function statusPolicy(digest: Digest): string {
  return contentPolicy(STATUS_STYLE, digest);
}

/** How one replica does, in the look of the report. `policy` is the one of `statusPolicy`. */
export function statusPage(status: Status, policy: string): string {
  const { version, state, at, decisions } = status;
  const by = `headroom ${version}`;
  return [
    headHtml({ title: `headroom: ${state}`, by, style: STATUS_STYLE, policy }),
    bannerHtml(by, at),
    html`<main id="main">`,
    statusSummary(status),
    decisionsSection(decisions, at),
    surveySection(status),
    html`</main>
${glossary(TERMS)}`,
    CLOSING,
  ]
    .map(({ markup }) => markup)
    .join('');
}

const LINKS = [
  ['#summary', 'Summary'],
  ['#decisions', 'Decisions'],
  ['#namespaces', 'Namespaces'],
  ['#terms', 'Terms'],
  ['./', 'Look again'],
] as const;

function bannerHtml(by: string, at: Date): Html {
  return html`<body>
<a class="skip" href="#main">Skip to the status</a>
${PATTERNS}
<header>
<div><h1>Status of headroom</h1>
<p>one replica of ${by}, at ${timeHtml(at)}</p></div>
${THEME_SWITCH}
</header>
<nav aria-label="Parts of the page"><ul>${LINKS.map(([to, text]) => html`<li><a href="${to}">${text}</a></li>`)}</ul></nav>
`;
}

const TERMS: Terms = [
  ['exceeds', 'The target pod is refused, and stays refused until somebody changes something.'],
  ['fits once', 'This migration goes through; afterwards the namespace uses so much that the next one exceeds.'],
  ['waits', 'There is room as soon as migrations that are under way have settled.'],
  ['unknown', 'A fact is missing or not understood; it is admitted, and the reason is given.'],
  ['described', 'A VM’s pod on which its memory overhead was written. Pods are never denied.'],
  ['off', 'The policy here is to say nothing.'],
  ['noted', 'The verdict was written on the migration. The review after it, of the final object, decides.'],
  ['headroom', 'What a quota key has left when the pods of the namespace’s most demanding migration are there.'],
  ['replica', 'One pod of headroom. Each has decisions and surveys of its own; the Service asks any of them.'],
];
