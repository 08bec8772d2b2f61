import { exceededQuotaSentence } from '../kubernetes/quota-admission.ts';
import type { Unworded } from './apply-remedy.ts';
import type { Assessment } from './assessment.ts';
import { CAUSE_TEXTS } from './cause-text.ts';
import type { QuotaLine } from './forecast.ts';
import { briefRemedy } from './remedy-text.ts';
import { fittingLine, shortenMiddle } from './shorten.ts';

/** The first line of a message stands alone: clients show at most this much of a warning. */
const FIRST_LINE_LENGTH = 256;

export interface Subject {
  readonly namespace: string;
  readonly vmi: string;
}

/** What is to be said of an assessed migration. `remedies` are in the order of preference, with their own sentences. */
export interface Account extends Introduced {
  readonly remedyTexts: readonly string[];
}

/** As much of it as the first line says. */
interface Introduced {
  readonly subject: Subject;
  readonly assessment: Assessment;
  readonly remedies: readonly Unworded[];
  readonly action: 'migrate' | 'start';
}

export function unknownMessage({ namespace, vmi }: Subject, reason: string): string {
  return fittingLine(FIRST_LINE_LENGTH, (most) => {
    return `Cannot tell whether VM ${named(namespace, most)}/${named(vmi, most)} fits its quota: ${reason}`;
  });
}

/** One line that stands alone, then the arithmetic of each quota key, then what to do. */
export function assessmentMessage(account: Account): string {
  const { assessment, remedyTexts } = account;
  const own = assessment.harvesterRefusal === undefined ? [] : [`${assessment.harvesterRefusal}.`];
  const arithmetic = linesToShow(assessment).map(arithmeticText);
  const advice = remedyTexts.map((text) => `Remedy: ${text}`);
  const refusals = refusalTexts(assessment.lines);
  const others = [...own, ...arithmetic, ...refusals, ...ratioAdvice(account), ...advice].map(unbroken);
  return [introduction(account), ...others].join('\n');
}

/** A message made for another VM that has the same assessment: only the first line names the VM. */
export function renamedMessage(message: string, account: Introduced): string {
  const end = message.indexOf('\n');
  return end === -1 ? introduction(account) : `${introduction(account)}${message.slice(end)}`;
}

function introduction(account: Introduced): string {
  return unbroken(fittingLine(FIRST_LINE_LENGTH, (most) => firstLine(account, most)));
}

/** Objects of a snapshot may have any name, and none may begin a line of its own. */
function unbroken(line: string): string {
  return line.replaceAll(/[\r\n]+/g, ' ');
}

/** The lines that matter: those that are short, now or next time; if none is, all. */
function linesToShow({ lines, nextLines }: Assessment): readonly QuotaLine[] {
  const short = lines.filter(isShort);
  if (short.length > 0) return short;
  return [...lines, ...nextLines.filter(isShort)];
}

function isShort({ shortBy, cause }: QuotaLine): boolean {
  return shortBy !== undefined || cause !== undefined;
}

function firstLine(account: Introduced, most: number): string {
  const { assessment, subject, action } = account;
  const vm = `VM ${named(subject.namespace, most)}/${named(subject.vmi, most)}`;
  const verb = action === 'migrate' ? 'migrate' : 'start';
  switch (assessment.verdict) {
    case 'exceeds':
      return `${vm} cannot ${verb}: ${shortfallText(account, most)}`;
    case 'waits':
      return `${vm} must wait to ${verb}: it fits once migrations under way have settled${luck(assessment)}`;
    case 'fits':
      return `${vm} can ${verb}${sumText(assessment, most)}${nextText(account, most)}`;
    default:
      return assessment.verdict satisfies never;
  }
}

function luck({ atBest }: Assessment): string {
  return atBest === undefined ? '' : `; in a lucky order it ${atBest}`;
}

function shortfallText({ assessment, remedies, subject }: Introduced, most: number): string {
  if (assessment.refused !== undefined) return `${assessment.refused.by} refuses its pod: ${assessment.refused.reason}`;
  const remedy = briefRemedy(shortNames(remedies[0], most), named(subject.namespace, most));
  const line = assessment.lines.find(isShort);
  const what =
    line === undefined ? (assessment.harvesterRefusal ?? 'its pod will not be admitted') : lineText(line, most);
  return `${what}${luck(assessment)}${remedy === undefined ? '' : `; ${remedy}`}`;
}

function lineText(
  { quota, resource, shortBy, cause, used, requested, hardAfterScaleUp }: QuotaLine,
  most: number,
): string {
  if (cause === 'no-limits') return `quota ${named(quota, most)} demands ${resource} of every container`;
  const sum = `${used} used + ${requested} requested > ${hardAfterScaleUp}`;
  return `quota ${named(quota, most)} is short of ${resource} by ${shortBy} (${sum})`;
}

function sumText({ lines, needsScaleUp, needsCompensation }: Assessment, most: number): string {
  const line = lines.find(({ resource }) => resource === 'limits.memory') ?? lines[0];
  if (line === undefined) return ': no quota counts its pod';
  const scaledUp = needsScaleUp ? ' after scale-up' : '';
  const help = needsCompensation ? ' after compensation' : scaledUp;
  const sum = line.used.add(line.requested);
  return `: ${sum} of ${line.hardAfterScaleUp} ${line.resource} in quota ${named(line.quota, most)}${help}`;
}

function nextText({ assessment, remedies, subject }: Introduced, most: number): string {
  const line = assessment.nextLines.find(isShort);
  if (assessment.next === undefined || line === undefined) return '';
  const remedy = briefRemedy(shortNames(remedies[0], most), named(subject.namespace, most));
  const figures = `short of ${line.resource} by ${line.shortBy}`;
  return `, but the migration after this one will not fit (${figures})${remedy === undefined ? '' : `; ${remedy}`}`;
}

function shortNames(remedy: Unworded | undefined, most: number): Unworded | undefined {
  if (remedy?.kind !== 'raise-quota') return remedy;
  return { ...remedy, changes: remedy.changes.map((change) => ({ ...change, quota: named(change.quota, most) })) };
}

function named(name: string, most: number): string {
  return shortenMiddle(name, most);
}

function arithmeticText(line: QuotaLine): string {
  const { quota, resource, used, requested, hard, hardAfterScaleUp, shortBy, cause } = line;
  const sum = used.add(requested);
  const figures = `${quota} ${resource}: used ${used} + requested ${requested} = ${sum} of ${hardAfterScaleUp} (hard is ${hard} now)`;
  if (cause === undefined) return figures;
  const short = shortBy === undefined ? '' : `, short by ${shortBy}`;
  return `${figures}${short}. Cause ${cause}: ${CAUSE_TEXTS[cause]}.`;
}

/** The API server's own words, a sentence for each short quota, for whoever looks for them in events and logs. */
function refusalTexts(lines: readonly QuotaLine[]): string[] {
  const short = lines.filter(({ shortBy }) => shortBy !== undefined);
  const byQuota = Map.groupBy(short, ({ quota }) => quota);
  return [...byQuota].map(([quota, keys]) =>
    exceededQuotaSentence({
      quota,
      requested: new Map(keys.map(({ resource, requested }) => [resource, requested])),
      used: new Map(keys.map(({ resource, used }) => [resource, used])),
      limited: new Map(keys.map(({ resource, hardAfterScaleUp }) => [resource, hardAfterScaleUp])),
    }),
  );
}

/** Where growth is the cause, people reach for the ratio first; it moves pod and scale-up alike. */
function ratioAdvice({ assessment, remedies }: Account): string[] {
  const grew = linesToShow(assessment).some(({ cause }) => cause === 'overhead-grew');
  if (!grew || remedies.some(({ kind }) => kind === 'lower-ratio')) return [];
  return [
    'No change of the overhead ratio helps now: the pod and the scale-up change by the same amount, and what is used stays.',
  ];
}
