import type { MigrationClass } from '../kubevirt/migration-class.ts';
import { timeHtml } from './document.ts';
import { agoText, durationText } from './duration-text.ts';
import { type Html, html } from './html.ts';
import type { Standing } from './standing.ts';
import type { RecentDecisionList, Status, Validity } from './status-data.ts';
import { type Facts, factsList, standingMark } from './table-parts.ts';

/** Certificates are renewed when a third of their life is left; with less than this one has not been. */
const LATE_RENEWAL = 0.2;

/** A mark with what it stands for, as a sentence and in a few words. */
interface Condition {
  readonly standing: Standing;
  readonly sentence: string;
  readonly brief: string;
}

/** Whether it answers, what it answers from and by which policy. */
export function statusSummary(status: Status): Html {
  const { standing, sentence } = conditionOf(status);
  return html`<section id="summary" aria-labelledby="summary-title">
<h2 id="summary-title">Summary</h2>
<p class="headline ${standing}">${sentence}</p>
${factsList(factsOf(status))}
<h3>Policy: what becomes of a migration that exceeds</h3>
${factsList(policiesOf(status))}
<p class="aside">A namespace’s annotation headroom.harvesterhci.io/policy can say otherwise for itself.</p>
</section>
`;
}

/** Of all that could be said the one that matters most. */
function conditionOf({ state, at, certificate, decisions }: Status): Condition {
  if (state === 'starting') {
    return { standing: 'waits', brief: 'starting', sentence: 'Starting: nothing is asked of this replica yet.' };
  }
  if (state === 'draining') {
    return { standing: 'waits', brief: 'draining', sentence: 'Draining: this replica ends, and others are asked.' };
  }
  const doubt = certificate && certificateDoubt(certificate, at);
  if (doubt !== undefined) return { ...doubt, brief: 'ready' };
  return { standing: 'fits', brief: 'ready', sentence: `Ready. ${decidedText(decisions)}` };
}

function decidedText({ count, deniedCount }: RecentDecisionList): string {
  if (count === 0) return 'Nothing has been asked of this replica yet.';
  const reviews = count === 1 ? '1 review' : `${count.toLocaleString('en')} reviews`;
  return `${reviews} answered, ${deniedCount === 0 ? 'none' : deniedCount.toLocaleString('en')} with a denial.`;
}

function spanOf(from: Date, to: Date): number {
  return to.getTime() - from.getTime();
}

function certificateDoubt({ notBefore, notAfter }: Validity, at: Date): Condition | undefined {
  const left = spanOf(at, notAfter);
  if (left <= 0) {
    const sentence = 'The certificate has run out: the API server takes no answer from this replica.';
    return { standing: 'exceeds', brief: 'has run out', sentence };
  }
  if (spanOf(at, notBefore) > 0) {
    const sentence = 'The certificate is not valid yet: the API server takes no answer from this replica.';
    return { standing: 'exceeds', brief: 'not valid yet', sentence };
  }
  if (left >= LATE_RENEWAL * spanOf(notBefore, notAfter)) return undefined;
  const sentence = `Ready, but the certificate runs out in ${durationText(left)} and has not been renewed.`;
  return { standing: 'last', brief: 'runs out soon', sentence };
}

function factsOf(status: Status): Facts {
  const { at, version, startedAt, state, snapshots, certificate } = status;
  const ready: Standing = state === 'ready' ? 'fits' : 'waits';
  return [
    ['Version', version],
    ['Running for', html`${durationText(spanOf(startedAt, at))}<small>since ${timeHtml(startedAt)}</small>`],
    ['State', standingMark(ready, state)],
    ['Answers from', sourceText(snapshots)],
    ['Certificate', certificate === undefined ? 'none yet' : certificateHtml(certificate, at)],
  ];
}

/** Where a file lies is the machine's own business. */
function sourceText(snapshots: readonly string[]): string {
  if (snapshots.length === 0) return 'the API server';
  const names = snapshots.map((file) => file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1));
  return `${names.length === 1 ? 'snapshot' : 'snapshots'} ${names.join(', ')}`;
}

function certificateHtml(certificate: Validity, at: Date): Html {
  const doubt = certificateDoubt(certificate, at);
  const mark = doubt === undefined ? standingMark('fits', 'valid') : standingMark(doubt.standing, doubt.brief);
  const { notBefore, notAfter } = certificate;
  const turn = notBefore > at ? notBefore : notAfter;
  const word = turn === notBefore ? 'from' : 'until';
  return html`${mark}<small>${word} ${timeHtml(turn)}</small><small>${agoText(turn, at)}</small>`;
}

const REQUESTERS: readonly (readonly [MigrationClass, string])[] = [
  ['user', 'Asked for by users'],
  ['evacuation', 'Evacuations, as of a drain'],
  ['workload-update', 'Workload updates'],
  ['platform', 'Others of the platform'],
];

const POLICY_MEANINGS: Readonly<Record<Status['policies'][MigrationClass], string>> = {
  deny: 'it is denied',
  warn: 'it is admitted with a warning',
  off: 'it is admitted without a word',
};

function policiesOf({ policies }: Status): Facts {
  return REQUESTERS.map(([ofClass, who]) => {
    const policy = policies[ofClass];
    return [who, html`${policy}<small>${ofClass}: ${POLICY_MEANINGS[policy]}</small>`];
  });
}
