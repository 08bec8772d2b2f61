import { CAUSE_TEXTS } from '../forecast/cause-text.ts';
import type { Forecast, QuotaLine } from '../forecast/forecast.ts';
import { briefRemedy } from '../forecast/remedy-text.ts';
import { type Html, html } from './html.ts';
import { standingOf } from './standing.ts';

const REMEDY = 'Remedy: ';

/** What to do about a VM in a line, and behind it the arithmetic of every quota key, the cause and the remedies. */
export function forecastDetails(forecast: Forecast): Html {
  const [first = '', ...others] = forecast.message.split('\n');
  const rest = forecast.quotas.filter((line) => !forecast.message.includes(figuresOf(line)));
  const lines = [...others, ...rest.map(arithmeticOf)].map(lineHtml);
  const notes = forecast.notes.map((note) => html`<p>Note: ${note}</p>`);
  return html`<details><summary>${briefOf(forecast)}</summary><p>${first}.</p>${lines}${notes}</details>`;
}

/** The remedy is what a reader looks for. */
function lineHtml(line: string): Html {
  if (!line.startsWith(REMEDY)) return html`<p>${line}</p>`;
  return html`<p class="remedy"><b>Remedy</b> ${line.slice(REMEDY.length)}</p>`;
}

function briefOf(forecast: Forecast): string | undefined {
  const { namespace, remedies, reason } = forecast;
  const standing = standingOf(forecast);
  switch (standing) {
    case 'exceeds':
    case 'last':
      return briefRemedy(remedies[0], namespace) ?? reason ?? 'no single change helps';
    case 'unknown':
      return reason;
    case 'waits':
      return 'wait for the migrations under way';
    case 'fits':
      return 'the arithmetic';
    default:
      return standing satisfies never;
  }
}

/** As a message begins what it says of a quota key, so that no key is told twice. */
function figuresOf({ quota, resource, used, requested }: QuotaLine): string {
  return `${quota} ${resource}: used ${used} + requested ${requested} `;
}

function arithmeticOf(line: QuotaLine): string {
  const { used, requested, hardAfterScaleUp, hard, cause } = line;
  const sum = `${figuresOf(line)}= ${used.add(requested)} of ${hardAfterScaleUp} (hard is ${hard} now)`;
  return cause === undefined ? sum : `${sum}. Cause ${cause}: ${CAUSE_TEXTS[cause]}.`;
}
