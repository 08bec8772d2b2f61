import { printableLine } from '../admission/plain-text.ts';
import type { Checked } from '../doctor/examination.ts';
import { type Finding, SEVERITIES, type Severity, type Subject } from '../doctor/finding.ts';
import { isCommand } from '../doctor/kubectl.ts';
import { CLUSTER_RULES, NAMESPACE_RULES } from '../doctor/rules.ts';
import { counted, listed } from '../doctor/words.ts';
import type { Paint, Painter } from './text-table.ts';
import { wrappedLines } from './wrapped-lines.ts';

export interface DoctorPage {
  readonly format: 'table' | 'wide';
  readonly columns: number;
  readonly paint: Painter;
}

/** A sentence with the figures of several quota keys, and names of 253 characters in it. */
const LONGEST_SENTENCE = 2000;
const PAINTS: Readonly<Record<Severity, Paint>> = { error: 'red', warning: 'yellow', unknown: 'magenta', info: 'bold' };
/** Of what one finding stands for, so many are named. */
const MOST_AFFECTED = { table: 5, wide: 50 } as const;

/** A finding as a paragraph of its own: what, about which object, by which evidence, and what to do. */
export function findingLines(finding: Finding, page: DoctorPage): string[] {
  const { severity, subject, rule, summary, evidence, remedy } = finding;
  const label = severity.toUpperCase();
  const [first = '', ...others] = wrapped(summary, page, { first: `${label} `, others: '  ' });
  const heading = `${page.paint(label, PAINTS[severity])}${first.slice(label.length)}`;
  const about = wrapped(`${rule}: ${subjectText(subject)}`, page, { first: '  ', others: '    ' });
  // What is no fault is told in brief.
  if (severity === 'info' && page.format === 'table') return [heading, ...others, ...about];
  return [
    heading,
    ...others,
    ...about,
    ...section('Found', affectedTexts(finding, page), page),
    ...section('Evidence', evidence, page),
    ...section('Remedy', remedy, page),
  ];
}

/** One that only repeats the heading says nothing. */
function affectedTexts({ affected = [], summary }: Finding, { format }: DoctorPage): readonly string[] {
  if (affected.length === 1 && affected[0] === summary) return [];
  const most = MOST_AFFECTED[format];
  if (affected.length <= most) return affected;
  return [...affected.slice(0, most), `and ${affected.length - most} more (-o json has all)`];
}

function section(title: string, texts: readonly string[], page: DoctorPage): string[] {
  if (texts.length === 0) return [];
  const items = texts.flatMap((text) => {
    // A command that is broken in two cannot be copied.
    if (isCommand(text)) return [`    ${printableLine(text, LONGEST_SENTENCE)}`];
    return wrapped(text, page, { first: '  - ', others: '    ' });
  });
  return [`  ${page.paint(`${title}:`, 'bold')}`, ...items];
}

function wrapped(text: string, { columns }: DoctorPage, indent: { first: string; others: string }): string[] {
  return wrappedLines(printableLine(text, LONGEST_SENTENCE), columns, indent);
}

function subjectText({ kind, namespace, name }: Subject): string {
  if (kind === 'Cluster') return 'the cluster';
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** What has come out, in a sentence or two, and what no finding says: each VM was taken by itself. */
export function conclusionLines(findings: readonly Finding[], checked: Checked, page: DoctorPage): string[] {
  const lines = wrapped(`${outcome(findings)} ${scope(checked)}`, page, { first: '', others: '' });
  return checked.runningVms < 2 ? lines : [...lines, DRAINS];
}

const DRAINS = 'Drains take VMs together: headroom forecast --every-node';

const NOUNS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  unknown: 'thing that could not be checked',
  info: 'note',
};

function outcome(findings: readonly Finding[]): string {
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: findings.filter((finding) => finding.severity === severity).length,
  }));
  const told = counts.filter(({ count }) => count > 0).map(({ severity, count }) => countedNoun(count, severity));
  const isHealthy = counts.every(({ severity, count }) => severity === 'info' || count === 0);
  if (isHealthy) return told.length === 0 ? 'Nothing is wrong.' : `Nothing is wrong; ${listed(told)}.`;
  return `${listed(told)}.`;
}

function countedNoun(count: number, severity: Severity): string {
  if (severity === 'unknown' && count > 1) return `${count} things that could not be checked`;
  return counted(count, NOUNS[severity]);
}

function scope({ namespaces, quotas, runningVms, migrationsUnderWay }: Checked): string {
  const rules = counted(CLUSTER_RULES.length + NAMESPACE_RULES.length, 'rule');
  const seen = [
    counted(namespaces, 'namespace'),
    counted(quotas, 'quota'),
    counted(runningVms, 'running VM'),
    `${counted(migrationsUnderWay, 'migration')} under way`,
  ];
  return `Checked by ${rules}: ${listed(seen)}.`;
}
